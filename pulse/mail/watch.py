"""A limit on how long a conversation may take in all, however slowly the other side drips.

A time-out of a socket begins anew with every byte; this one does not.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Final

_SLOWEST: Final = 1.0  # seconds between two looks
_LOOKS: Final = 4  # in the shortest time that is watched


class Watch:
    """Looks after one connection, in a thread of its own for as long as that lasts.

    The cut is made on a copy of the descriptor, so a TLS layer in use by another thread sees a
    lost connection and nothing stranger.

    Args:
        sock: the connection.
        shortest: the fewest seconds that will be asked for.
    """

    def __init__(self, sock: socket.socket, shortest: float) -> None:
        self._copy = socket.socket(fileno=os.dup(sock.fileno()))
        self._pause = min(_SLOWEST, shortest / _LOOKS)
        self._until = float("inf")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def over(self, seconds: float) -> Iterator[None]:
        """Cut the connection off when the block takes longer."""
        self._until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = float("inf")

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()
        self._copy.close()

    def _look(self) -> None:
        while not self._ended.wait(self._pause):
            if time.monotonic() > self._until:
                with contextlib.suppress(OSError):
                    self._copy.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def watched(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Cut `sock` off after so many seconds inside."""
    watch = Watch(sock, seconds)
    try:
        with watch.over(seconds):
            yield
    finally:
        watch.end()
