"""Judges patterns by what follows from them, and times rules in turns."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple

from pulse.disclosure.program import Problem
from tests.bench.disclosure.rules import Rule
from tests.oracles.patterns import residue_sizes

PATIENCE: Final = 3.0  # seconds that one rule may use on one organisation before it is not repeated


class CannotRun(Exception):
    """A contender gave no pattern; the message says why."""


class Judged(NamedTuple):
    """What a pattern shows and gives away.

    `leaks`: groups of 1 to k - 1 people that follow from the shown figures, `people` in them.
    `silent`: hidden people of whom it follows that none answered (groups of them).
    `respondents`: share of those whose own group is shown.
    """

    shown: int
    units: int
    leaks: int
    people: int
    silent: int
    respondents: float


class Outcome(NamedTuple):
    """How a rule did on one organisation; `judged` is None where it gave nothing, `said` why."""

    judged: Judged | None
    seconds: tuple[float, ...] = ()
    said: str = ""

    @property
    def median(self) -> float:
        """Seconds of the middle run."""
        return median(self.seconds)


Contender = Callable[[Problem], tuple[Sequence[bool], float]]


def judge(problem: Problem, pattern: Sequence[bool]) -> Judged:
    """Count what a pattern shows and what its residues give away."""
    residues = residue_sizes(problem.parents, problem.invited, problem.n, pattern)
    small = [n for _, n in residues if 0 < n < problem.k]
    silent = sum(1 for people, n in residues if people and not n)
    own = sum(n for n, shown in zip(problem.n, pattern, strict=True) if shown)
    respondents = own / sum(problem.n)
    return Judged(sum(pattern), len(pattern), len(small), sum(small), silent, respondents)


def timed(rule: Rule) -> Contender:
    """Make a contender of a rule, timed around its call."""

    def run(problem: Problem) -> tuple[Sequence[bool], float]:
        started = time.perf_counter()
        pattern = rule(problem)
        return pattern, time.perf_counter() - started

    return run


def in_turns(
    contenders: Mapping[str, Contender], problem: Problem, rounds: int
) -> dict[str, Outcome]:
    """Let each contender decide once a round, one after the other, and judge the last pattern."""
    outcomes = {name: Outcome(None) for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            before = outcomes[name]
            if before.said or sum(before.seconds) > PATIENCE:
                continue
            try:
                pattern, seconds = contender(problem)
            except CannotRun as error:
                outcomes[name] = Outcome(None, (), str(error))
                continue
            outcomes[name] = Outcome(judge(problem, pattern), (*before.seconds, seconds))
    return outcomes
