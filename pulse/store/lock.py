"""One command at a time: a lock that a crash lets go of."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pulse.errors import WrongState


@contextmanager
def only_one(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file `path` while the block runs; the operating system frees it on a crash.

    Args:
        path: made when missing.
        wait: wait for whoever holds it instead of refusing.

    Raises:
        WrongState: another process, or another thread, holds it.
    """
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise WrongState(
                "Another command is opening, sending, closing or cancelling; try again later."
            ) from error
        yield
