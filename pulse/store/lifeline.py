"""Processes that end with the one that started them, whatever ended that.

A worker whose parent was killed would wait for work for ever, with the keys that it was given
in its memory; a peel would go on beside the one that is begun again.
"""

import os
import signal
from collections.abc import Callable
from multiprocessing import parent_process
from threading import Thread


def end_with_parent() -> None:
    """End this worker as soon as its parent is gone: the initializer of every pool."""
    parent = parent_process()
    if parent is not None:
        _end_after(parent.join)


def end_with(descriptor: int) -> None:
    """End this process as soon as nobody holds the other end of a pipe any more.

    Args:
        descriptor: the reading end; nothing is ever written.
    """
    _end_after(lambda: os.read(descriptor, 1))


def _end_after(wait: Callable[[], object]) -> None:
    def watch() -> None:
        wait()
        os._exit(1)  # at once: nothing may be written by a process that was given up

    # A terminal sends Ctrl-C to every process; what it means is the parent's to decide.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=watch, name="lifeline", daemon=True).start()
