"""Auditors that fail in every way an auditor can; a child process imports them from here."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from pulse.disclosure.audit import Verdict, audit_candidate
from pulse.disclosure.bounds import Hit
from pulse.errors import Unsure


def hangs(releases: Path, candidate: Path) -> Verdict:
    """Never come to an end."""
    time.sleep(600)
    return audit_candidate(releases, candidate)


def dies(releases: Path, candidate: Path) -> Verdict:
    """Take the whole process down, as a solver's crash would."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return audit_candidate(releases, candidate)


def breaks(releases: Path, candidate: Path) -> Verdict:
    """Fail with something that nobody expected."""
    del releases, candidate
    raise ZeroDivisionError


def disagrees(releases: Path, candidate: Path) -> Verdict:
    """Find two ways to bound a count that differ."""
    del releases, candidate
    raise Unsure("Two ways to bound the counts disagree.")


def finds(releases: Path, candidate: Path) -> Verdict:
    """Find something that showing less does not mend."""
    del releases, candidate
    return Verdict(("a row stands twice.",))


def finds_both(releases: Path, candidate: Path) -> Verdict:
    """Find that too much is known, and something else."""
    del releases, candidate
    hit = Hit("lab", "A1", "the sum of its answers")
    return Verdict(("lab: too narrow.", "a row stands twice."), (hit,))


def is_never_content(releases: Path, candidate: Path) -> Verdict:
    """Say of every candidate, also of one that shows nothing, that it tells too much."""
    del releases, candidate
    return Verdict(("lab: too narrow.",), (Hit("lab", "A1", "the sum of its answers"),))


def finds_nothing(releases: Path, candidate: Path) -> Verdict:
    """Be content."""
    del releases, candidate
    return Verdict()


def says_nothing(releases: Path, candidate: Path) -> Any:
    """Give no verdict."""
    del releases, candidate
