"""Group commit: an answer means stored, a full queue says so, and nothing is lost."""

from collections.abc import Sequence
from threading import Event

import pytest

from pulse.errors import AlreadyUsed, Busy
from pulse.store.groupcommit import BATCH, GroupCommit


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
    futures = [writer.submit(job) for job in range(BATCH + 10)]
    assert not any(future.done() for future in futures)
    disk.may_write.set()
    assert [future.result(5) for future in futures] == [2 * job for job in range(BATCH + 10)]
    assert disk.stored == list(range(BATCH + 10))
    assert len(disk.batches) <= 3
    assert max(disk.batches) <= BATCH
    writer.close()


def test_each_job_hears_its_own_refusal() -> None:
    """One refused job does not touch its neighbours."""
    disk = Disk()
    writer = GroupCommit(disk.commit, 10)
    good, bad = writer.submit(1), writer.submit(-1)
    disk.may_write.set()
    assert good.result(5) == 2
    with pytest.raises(AlreadyUsed):
        bad.result(5)
    writer.close()


def test_a_full_queue_says_busy_and_loses_nothing() -> None:
    """What was accepted is stored; what was not is refused at once and never stored."""
    disk = Disk()
    writer = GroupCommit(disk.commit, 4)
    accepted, refused = [], 0
    for job in range(20):
        try:
            accepted.append((job, writer.submit(job)))
        except Busy:
            refused += 1
    assert 4 <= len(accepted) <= 8  # four wait, and up to four are being written
    assert refused == 20 - len(accepted)
    disk.may_write.set()
    assert all(future.result(5) == 2 * job for job, future in accepted)
    assert disk.stored == [job for job, _ in accepted]
    writer.close()


def test_a_failing_commit_is_busy_for_all_and_the_thread_lives_on() -> None:
    """Whatever the disk raises, every caller hears Busy, and the next batch is tried."""
    broken = True

    def commit(jobs: Sequence[int]) -> list[int | Exception]:
        if broken:
            raise OSError
        return list(jobs)

    writer = GroupCommit(commit, 10)
    with pytest.raises(Busy):
        writer.submit(1).result(5)
    broken = False
    assert writer.submit(1).result(5) == 1
    writer.close()


def test_closing_stores_what_waits_and_refuses_the_rest() -> None:
    """`close` drains the queue; later jobs are refused; a caller that left harms nobody."""
    disk = Disk()
    writer = GroupCommit(disk.commit, 10)
    futures = [writer.submit(job) for job in range(5)]
    futures[4].cancel()
    disk.may_write.set()
    writer.close()
    assert [future.result(0) for future in futures[:4]] == [0, 2, 4, 6]
    assert disk.stored == [0, 1, 2, 3, 4]
    with pytest.raises(Busy):
        writer.submit(6)
