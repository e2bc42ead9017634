"""Work on many records, shared among processes."""

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


@pytest.mark.parametrize("records", [10, shares.ALONE + 1])
def test_shared_work_keeps_its_order(records: int) -> None:
    """One process or several give the same results in the same order."""
    chunks = [b"x" * i for i in range(100)]
    assert list(shares.shared(chunks, records, double, 2)) == [2 * i for i in range(100)]
