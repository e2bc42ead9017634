"""Prints what each rule shows and leaks: `python -m tests.bench.disclosure [--quick]`."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tests.bench.disclosure import tauargus
from tests.bench.disclosure.measure import Contender, Judged, in_turns, judge, timed
from tests.bench.disclosure.organisations import (
    Organisation,
    generated,
    merged,
    references,
    unmerged,
)
from tests.bench.disclosure.rules import NAIVE, OURS, RULES
from tests.bench.disclosure.table import Outcomes, Shares, markdown

K: Final = 5
HIGH: Final = 10
ROUNDS: Final = 5
QUICK: Final = (1_000,)
FULL: Final = (1_000, 10_000)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the bench and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.disclosure", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out 10,000 units")
    parser.add_argument("--tauargus", metavar="PYTHON", help="a Python that has pytauargus")
    chosen = parser.parse_args(arguments)
    sizes = QUICK if chosen.quick else FULL
    with tauargus.contenders(chosen.tauargus) as others:
        outcomes = measured(sizes, own_contenders() | others, ROUNDS)
    sys.stdout.write(markdown(outcomes, shares(sizes)) + "\n")


def own_contenders() -> dict[str, Contender]:
    """Return every rule that needs no package."""
    return {name: timed(rule) for name, rule in RULES.items()}


def measured(sizes: Sequence[int], contenders: Mapping[str, Contender], rounds: int) -> Outcomes:
    """Let all contenders decide all organisations at k = 5."""
    return {
        organisation.name: in_turns(contenders, organisation.problem(K), rounds)
        for organisation in organisations(sizes, K)
    }


def organisations(sizes: Sequence[int], k: int) -> Iterator[Organisation]:
    """Yield the reference trees, then the generated ones, unmerged and merged."""
    yield from references()
    for units in sizes:
        roster = generated(units)
        yield unmerged(roster)
        yield merged(roster, k)


def shares(sizes: Sequence[int]) -> Shares:
    """Return what ours and the threshold show at both presets of k."""
    table: dict[str, dict[str, Judged]] = {}
    for k in (K, HIGH):
        for organisation in organisations(sizes, k):
            problem = organisation.problem(k)
            row = table.setdefault(organisation.name, {})
            for rule in (OURS, NAIVE):
                row[f"{rule}, k = {k}"] = judge(problem, RULES[rule](problem))
    return table


if __name__ == "__main__":
    main()
