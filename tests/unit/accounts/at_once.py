"""Several threads that do one thing at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def at_once(number: int, do: Callable[[], T]) -> list[T]:
    """Call `do` in `number` threads that wait for each other first; return what came out."""
    together = threading.Barrier(number)

    def one() -> T:
        together.wait(30)
        return do()

    with ThreadPoolExecutor(number) as pool:
        return [each.result() for each in [pool.submit(one) for _ in range(number)]]
