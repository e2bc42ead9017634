"""Group commit: one thread writes what many requests bring, one sync for all of them.

A request is answered after the commit that holds its work; the sync of the disk is the cost,
and it is shared. The queue is bounded: when it is full the caller hears `Busy` at once.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Thread
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
    """

    def __init__(
        self,
        commit_batch: Callable[[Sequence[Job]], Sequence[Result | Exception]],
        limit: int,
    ) -> None:
        self._commit_batch = commit_batch
        self._limit = limit
        self._waiting: deque[tuple[Job, Future[Result]]] = deque()
        self._changed = Condition()
        self._closing = False
        self._thread = Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> Future[Result]:
        """Queue `job`; the future ends after its commit.

        Raises:
            Busy: the queue is full or closed; nothing was stored.
        """
        future: Future[Result] = Future()
        with self._changed:
            if self._closing or len(self._waiting) >= self._limit:
                raise busy()
            self._waiting.append((job, future))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Commit what waits, then stop the thread; later jobs are refused."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._next_batch():
            self._settle(batch, self._commit([job for job, _ in batch]))

    def _next_batch(self) -> list[tuple[Job, Future[Result]]]:
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _commit(self, jobs: list[Job]) -> Sequence[Result | Exception]:
        try:
            return self._commit_batch(jobs)
        except Exception:  # noqa: BLE001 - whatever failed, every caller must hear an answer
            return [busy() for _ in jobs]

    def _settle(
        self, batch: list[tuple[Job, Future[Result]]], results: Sequence[Result | Exception]
    ) -> None:
        for (_, future), result in zip(batch, results, strict=True):
            # A caller that went away cancelled its future; its work is stored all the same.
            if not future.set_running_or_notify_cancel():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
