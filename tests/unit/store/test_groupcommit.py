"""Group commit: an answer means stored, a full queue says so, and nothing is lost."""

import asyncio
from collections.abc import Callable, Sequence
from threading import Event

import pytest

from pulse.errors import AlreadyUsed, Busy
from pulse.store.groupcommit import BATCH, GroupCommit

# An event loop wakes itself through a pair of sockets.
pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(30)]


class Disk:
    """A slow disk in memory: commits wait until it is let go."""

    def __init__(self) -> None:
        self.may_write = Event()
        self.stored: list[int] = []
        self.batches: list[int] = []

    def commit(self, jobs: Sequence[int]) -> list[int | Exception]:
        """Store the jobs; those under 0 are refused."""
        self.may_write.wait()
        self.stored += jobs
        self.batches.append(len(jobs))
        return [AlreadyUsed("no") if job < 0 else job * 2 for job in jobs]


def test_answers_follow_the_commit_in_batches() -> None:
    """No future ends before its job is stored, and what waits is stored together."""
    disk = Disk()
    writer = GroupCommit(disk.commit, BATCH * 4)

    async def run() -> list[int]:
        futures = [writer.submit(job) for job in range(BATCH + 10)]
        await asyncio.sleep(0.01)
        assert not any(future.done() for future in futures)
        disk.may_write.set()
        return await asyncio.gather(*futures)

    assert asyncio.run(run()) == [2 * job for job in range(BATCH + 10)]
    assert disk.stored == list(range(BATCH + 10))
    assert len(disk.batches) <= 3
    assert max(disk.batches) <= BATCH
    writer.close()


def test_each_job_hears_its_own_refusal() -> None:
    """One refused job does not touch its neighbours."""
    disk = Disk()
    disk.may_write.set()
    writer = GroupCommit(disk.commit, 10)

    async def run() -> list[int | BaseException]:
        futures = [writer.submit(job) for job in (1, -1, 2)]
        return await asyncio.gather(*futures, return_exceptions=True)

    first, refused, last = asyncio.run(run())
    assert (first, type(refused), last) == (2, AlreadyUsed, 4)
    writer.close()


def test_a_full_queue_says_busy_and_loses_nothing() -> None:
    """What was accepted is stored; what was not is refused at once and never stored."""
    disk = Disk()
    writer = GroupCommit(disk.commit, 4)

    async def run() -> tuple[list[int], list[int]]:
        accepted, futures, refused = [], [], []
        for job in range(20):
            try:
                futures.append(writer.submit(job))
                accepted.append(job)
            except Busy:
                refused.append(job)
        disk.may_write.set()
        assert await asyncio.gather(*futures) == [2 * job for job in accepted]
        return accepted, refused

    accepted, refused = asyncio.run(run())
    assert 4 <= len(accepted) <= 8  # four wait, and up to four are being written
    assert len(accepted) + len(refused) == 20
    assert disk.stored == accepted
    writer.close()


def test_a_failing_commit_is_busy_for_all_and_the_thread_lives_on() -> None:
    """Whatever the disk raises, every caller hears Busy; the next batch is tried and tells."""
    broken = True

    def commit(jobs: Sequence[int]) -> list[int | Exception]:
        if broken:
            raise OSError
        return list(jobs)

    writer = GroupCommit(commit, 10)

    async def send(*jobs: int) -> list[int | BaseException]:
        return await asyncio.gather(*map(writer.submit, jobs), return_exceptions=True)

    failing = [writer.failing]
    assert [type(answer) for answer in asyncio.run(send(1, 2))] == [Busy, Busy]
    failing.append(writer.failing)
    broken = False
    assert asyncio.run(send(1)) == [1]
    assert [*failing, writer.failing] == [False, True, False]
    writer.close()


class Panic(BaseException):
    """What a compiled library raises when it has lost its own way; no `Exception`."""


def panic(_: Sequence[int]) -> list[int | Exception]:
    """Fail as no disk does."""
    raise Panic


def forget(jobs: Sequence[int]) -> list[int | Exception]:
    """Tell one result too few."""
    return list(jobs[1:])


@pytest.mark.parametrize("fail", [panic, forget])
def test_nothing_ends_the_thread_with_people_waiting(
    fail: Callable[[Sequence[int]], list[int | Exception]],
) -> None:
    """Whatever a commit does, its callers hear Busy and those after them are stored."""
    ways = iter([fail, list])

    def commit(jobs: Sequence[int]) -> Sequence[int | Exception]:
        return next(ways)(jobs)

    writer = GroupCommit(commit, 10)

    async def send(*jobs: int) -> list[int | BaseException]:
        waiting = asyncio.gather(*map(writer.submit, jobs), return_exceptions=True)
        return await asyncio.wait_for(waiting, 5)

    assert [type(answer) for answer in asyncio.run(send(1, 2))] == [Busy, Busy]
    assert writer.failing
    assert asyncio.run(send(3)) == [3]
    writer.close()


def test_closing_stores_what_waits_and_refuses_the_rest() -> None:
    """`close` drains the queue; later jobs are refused; a caller that left harms nobody."""
    disk = Disk()
    writer = GroupCommit(disk.commit, 10)

    async def run() -> list[int]:
        futures = [writer.submit(job) for job in range(5)]
        futures[4].cancel()
        disk.may_write.set()
        await asyncio.to_thread(writer.close)
        writer.close()  # again is fine
        with pytest.raises(Busy):
            writer.submit(6)
        return await asyncio.gather(*futures[:4])

    assert asyncio.run(run()) == [0, 2, 4, 6]
    assert disk.stored == [0, 1, 2, 3, 4]


def test_a_loop_that_has_ended_takes_no_other_down() -> None:
    """Work whose caller's event loop is gone is stored, and the next loop is answered."""
    disk = Disk()
    writer = GroupCommit(disk.commit, 10)

    async def leave() -> None:
        writer.submit(1)

    asyncio.run(leave())
    disk.may_write.set()

    async def stay() -> int:
        return await writer.submit(2)

    assert asyncio.run(stay()) == 4
    assert disk.stored == [1, 2]
    writer.close()
