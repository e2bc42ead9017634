"""Processes that end with the one that started them, whatever ended that.

A worker whose parent was killed would wait for work for ever, with the keys that it was given
in its memory; a peel would go on beside the one that is begun again.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from threading import Thread, current_thread, main_thread
from typing import Any


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


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back until the block is over.

    For the moment in which a pool starts a process: a parent that ends between starting it and
    telling it what to do leaves a child that fails loudly.
    """
    if current_thread() is not main_thread():  # signals are the main thread's to handle
        yield
        return
    came: list[int] = []

    def remember(number: int, frame: Any) -> None:  # noqa: ANN401 - as signal.signal has it
        del frame
        came.append(number)

    before = {each: signal.signal(each, remember) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for number in came:
            signal.raise_signal(number)


def _end_after(wait: Callable[[], object]) -> None:
    def watch() -> None:
        wait()
        os._exit(1)  # at once: nothing may be written by a process that was given up

    # A terminal sends Ctrl-C to every process; what it means is the parent's to decide.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=watch, name="lifeline", daemon=True).start()
