"""Long work on many records, shared among processes when there is enough of it."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Any, Final, ParamSpec, TypeVar

from pulse.store.lifeline import end_with_parent

Share = TypeVar("Share")
Given = ParamSpec("Given")

ALONE: Final = 20_000  # below it, starting processes costs more than they save
_WINDOW: Final = 64  # chunks under way: bounds the memory, whatever the file's size
_worker: list[Callable[[bytes], Any]] = []


def shared(
    chunks: Iterable[bytes],
    records: int,
    make: Callable[Given, Callable[[bytes], Share]],
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> Iterator[Share]:
    """Yield `make(*args)(chunk)` for every chunk, in order.

    Args:
        chunks: the records, many at a time.
        records: how many records there are; above `ALONE` processes share them.
        make: builds a worker once in each process; it and its arguments must pickle.
        args: for `make`.
        kwargs: for `make`.
    """
    if records <= ALONE:
        yield from map(make(*args, **kwargs), chunks)
        return
    waiting = iter(chunks)
    with ProcessPoolExecutor(
        os.cpu_count(), get_context("spawn"), initializer=_begin, initargs=(make, args, kwargs)
    ) as pool:
        while window := list(islice(waiting, _WINDOW)):
            yield from pool.map(_work, window)


def _begin(
    make: Callable[..., Callable[[bytes], Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    end_with_parent()
    _worker[:] = [make(*args, **kwargs)]


def _work(chunk: bytes) -> Any:  # noqa: ANN401 - whatever this process's worker makes
    return _worker[0](chunk)
