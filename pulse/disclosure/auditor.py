"""The audit of a candidate, in a process of its own with a limit on the wall clock.

The solver is native code: it may crash the process that it runs in, or look past its own time
limit. Neither may take a close down or keep it waiting; a close that gets no verdict is held.
"""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Final

from pulse.disclosure.audit import Verdict, audit_candidate
from pulse.errors import Unsure
from pulse.store.lifeline import end_with_parent, undisturbed

SECONDS: Final = 300.0

# Gets the folder of releases and that of a candidate; raises Unsure for no verdict.
Auditor = Callable[[Path, Path], Verdict]


class Apart:
    """Runs an audit in one child process, which is started at first use and kept.

    Args:
        audit: what the child runs; a function that can be imported.
        seconds: wall clock for one candidate, after which the child is killed.
    """

    def __init__(self, audit: Auditor = audit_candidate, seconds: float = SECONDS) -> None:
        self._audit, self._seconds = audit, seconds
        self._pool: ProcessPoolExecutor | None = None

    def __call__(self, releases: Path, candidate: Path) -> Verdict:
        """Return the child's verdict.

        Raises:
            Unsure: it took too long, died, or came to no clear end itself.
        """
        kept = self._pool is not None
        pool = self._pool = self._pool or _started()
        try:
            with undisturbed():
                verdict = pool.submit(self._audit, releases, candidate)
            return verdict.result(self._seconds)
        except TimeoutError as error:
            self._kill(pool)
            raise Unsure(f"The audit did not end within {self._seconds:g} seconds.") from error
        except BrokenProcessPool as error:
            self._kill(pool)
            if kept:  # it may have died since the last audit, with nothing to do
                return self(releases, candidate)
            raise Unsure("The process of the audit died.") from error

    def _kill(self, pool: ProcessPoolExecutor) -> None:
        """End the child, whatever it is doing; the next audit starts another."""
        for process in list((pool._processes or {}).values()):  # noqa: SLF001 - kill_workers comes with Python 3.14
            process.kill()
        pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None


def _started() -> ProcessPoolExecutor:
    # spawn: a forked child would inherit our databases' locks and threads.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, context, initializer=end_with_parent)


apart: Final = Apart()
