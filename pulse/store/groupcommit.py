"""Group commit: one thread writes what many requests bring, one sync for all of them.

A request is answered after the commit that holds its work; the sync of the disk is the cost,
and it is shared. The queue is bounded: when it is full the caller hears `Busy` at once.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread
from typing import Final, Generic, TypeVar

from pulse.errors import Busy

Job = TypeVar("Job")
Result = TypeVar("Result")

BATCH: Final = 512  # one transaction's worth: large enough to share a sync, short enough to hold


def busy() -> Busy:
    """Return the error for work that was not stored."""
    return Busy("This could not be stored just now. Nothing was lost; send it again in a moment.")


class GroupCommit(Generic[Job, Result]):
    """A writer thread with a bounded queue.

    Args:
        commit_batch: stores a list of jobs durably and returns, job by job, a result or the
            exception to give to its caller; raising means that nothing was stored.
        limit: how many jobs may wait.

    Attributes:
        failing: whether the last commit failed; it is tried again with the next job.
    """

    def __init__(
        self,
        commit_batch: Callable[[Sequence[Job]], Sequence[Result | Exception]],
        limit: int,
    ) -> None:
        self.failing = False
        self._commit_batch = commit_batch
        self._limit = limit
        self._waiting: deque[tuple[Job, asyncio.Future[Result]]] = deque()
        self._some = Event()
        self._waking: asyncio.AbstractEventLoop | None = None
        self._closing = False
        self._lock = Lock()  # nothing is queued once `close` has begun
        self._thread = Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> "asyncio.Future[Result]":
        """Queue `job`; the future, of the running event loop, ends after its commit.

        Raises:
            Busy: the queue is full or closed; nothing was stored.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        with self._lock:
            if self._closing or len(self._waiting) >= self._limit:
                raise busy()
            self._waiting.append((job, future))
        # Not at once: what else this turn of the loop brings belongs to the same batch.
        if self._waking is not loop:
            self._waking = loop
            loop.call_soon(self._wake)
        return future

    def close(self) -> None:
        """Commit what waits, then stop the thread; later jobs are refused."""
        with self._lock:
            self._closing = True
        self._some.set()
        self._thread.join()

    def _wake(self) -> None:
        self._waking = None
        self._some.set()

    def _run(self) -> None:
        closing = False
        while not closing:
            self._some.wait()
            self._some.clear()
            closing = self._closing  # read first: nothing is queued after it was set
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                _settle(batch, self._commit([job for job, _ in batch]))

    def _commit(self, jobs: list[Job]) -> Sequence[Result | Exception]:
        try:
            told = self._commit_batch(jobs)
            results = [result for _, result in zip(jobs, told, strict=True)]
        except BaseException:  # noqa: BLE001 - a library's panic too: callers must hear an answer
            self.failing = True
            return [busy() for _ in jobs]
        self.failing = False
        return results


def _settle(
    batch: Sequence[tuple[Job, "asyncio.Future[Result]"]], results: Sequence[Result | Exception]
) -> None:
    """Answer a batch with one wake-up of each event loop that waits (as a rule there is one)."""
    answers = list(zip((future for _, future in batch), results, strict=True))
    for loop in {future.get_loop() for future, _ in answers}:
        with contextlib.suppress(RuntimeError):  # the loop has ended and nobody asks any more
            loop.call_soon_threadsafe(_answer, loop, answers)


def _answer(
    loop: asyncio.AbstractEventLoop,
    answers: Sequence[tuple["asyncio.Future[Result]", Result | Exception]],
) -> None:
    for future, result in answers:
        # A caller that went away cancelled its future; its work is stored all the same.
        if future.get_loop() is not loop or future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
