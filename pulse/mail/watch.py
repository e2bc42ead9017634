"""A limit on how long a conversation may take in all, however slowly the other side drips."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def watched(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Cut `sock` off after so many seconds inside.

    A time-out of the socket begins anew with every byte; this one does not. The cut is made on a
    copy of the descriptor, so a TLS layer in use by another thread sees a lost connection.
    """
    copy = socket.socket(fileno=os.dup(sock.fileno()))
    timer = threading.Timer(seconds, _cut, (copy,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        copy.close()


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
