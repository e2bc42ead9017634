"""Work on many records, shared among processes."""

import os
from collections.abc import Callable

import pytest

from pulse.ballotbox import shares


def double(factor: int) -> Callable[[bytes], int]:
    """Make a worker, as `shared` wants it: a plain function that processes can import."""
    return Doubling(factor)


class Doubling:
    """Multiplies the length of a chunk."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __call__(self, chunk: bytes) -> int:
        """Return factor times the length."""
        return self.factor * len(chunk)


def test_a_process_makes_its_worker_once() -> None:
    """What a process of a pool begins with is what it works with."""
    shares._begin(double, (3,), {})
    assert [shares._work(b"xx"), shares._work(b"")] == [6, 0]


class Where:
    """Tells the length of a chunk, and in which process it was read."""

    def __call__(self, chunk: bytes) -> tuple[int, int]:
        """Return the length and the process's number."""
        return len(chunk), os.getpid()


@pytest.mark.parametrize(("records", "here"), [(10, True), (20_000, True), (20_001, False)])
def test_only_much_work_is_shared_and_keeps_its_order(records: int, *, here: bool) -> None:
    """Up to 20,000 records stay in this process, above it none is read here; the order is one."""
    chunks = [b"x" * i for i in range(100)]
    worked = list(shares.shared(chunks, records, Where))
    assert [length for length, _ in worked] == list(range(100))
    assert (os.getpid() in {process for _, process in worked}) is here
