"""The disclosure bench runs rules in turns, says who could not run and writes whole tables."""

import sys

import pytest

from pulse.disclosure.program import Problem
from tests.bench.disclosure.measure import CannotRun, Contender, in_turns, judge
from tests.bench.disclosure.rules import NAIVE, OURS
from tests.bench.disclosure.table import BEGIN, END, markdown
from tests.bench.disclosure.tauargus import METHODS, contenders
from tests.bench.disclosure.tauargus_worker import hierarchy

PROBLEM = Problem([-1, 0, 0, 0], [0, 8, 8, 8], [0, 3, 6, 7], [1] * 4, 5)


def contender(pattern: list[bool], seconds: float, calls: list[str], name: str) -> Contender:
    """Return one that always gives the same pattern and seconds, and notes each call."""

    def run(_problem: Problem) -> tuple[list[bool], float]:
        calls.append(name)
        return pattern, seconds

    return run


def test_rules_take_turns_and_slow_ones_are_not_repeated() -> None:
    """Each round every rule runs once, but for one that has used up the patience."""
    calls: list[str] = []
    both = {
        "quick": contender([True] * 4, 0.5, calls, "quick"),
        "slow": contender([True] * 4, 60.0, calls, "slow"),
    }
    outcomes = in_turns(both, PROBLEM, 3)
    assert calls == ["quick", "slow", "quick", "quick"]
    assert outcomes["quick"].seconds == (0.5, 0.5, 0.5)


def test_a_rule_that_cannot_run_is_asked_once() -> None:
    """What gave a reason instead of a pattern is not tried again."""
    asked: list[Problem] = []

    def cannot(problem: Problem) -> tuple[list[bool], float]:
        asked.append(problem)
        raise CannotRun("it is not there")

    assert in_turns({"package": cannot}, PROBLEM, 3)["package"].said == "it is not there"
    assert len(asked) == 1


def test_a_rule_that_cannot_run_has_its_reason_below_the_table() -> None:
    """It has no row of empty cells, and the reason stands below, once; trees share a column."""

    def cannot(_problem: Problem) -> tuple[list[bool], float]:
        raise CannotRun("it is not there")

    calls: list[str] = []
    rules = {
        OURS: contender([True, False, False, True], 0.5, calls, "ours"),
        NAIVE: contender([True, False, True, True], 0.05, calls, "naive"),
        "package": cannot,
    }
    outcomes = {name: in_turns(rules, PROBLEM, 2) for name in ("tree 0", "tree 1", "4 units")}
    judged = judge(PROBLEM, [True, False, False, True])
    text = markdown(outcomes, {"4 units": {"ours": judged}})
    assert text.startswith(BEGIN)
    assert text.endswith(END)
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("|")]
    assert rows[0][1:] == ["trees", "4 units", "silent", "time, 4 units |"]
    assert rows[2][1:] == ["2 2 · 0", "2 · 0", "0", "1 × |"]  # noqa: RUF001 - the table's sign
    assert rows[3][1:] == ["3 3 · 1 1 (6)", "3 · 1 (3)", "0", "0.1 × |"]  # noqa: RUF001 - as above
    assert not any("package" in row[0] for row in rows)
    assert rows[-1] == ["| 4 units", "50.0% · 43.8% · 0 |"]
    assert text.count("package: it is not there.") == 1


@pytest.mark.parametrize(
    ("python", "why"), [(sys.executable, "No module named"), ("no-such-python", "no Python")]
)
def test_a_missing_package_is_said_and_not_raised(python: str, why: str) -> None:
    """Where pytauargus cannot be had every method of it gives a reason instead of a pattern."""
    with contenders(python) as methods:
        assert list(methods) == list(METHODS)
        outcomes = in_turns(methods, PROBLEM, 1)
    assert all(outcome.judged is None and why in outcome.said for outcome in outcomes.values())


def test_the_package_is_given_the_tree_in_its_own_notation() -> None:
    """A hierarchy file has a line a unit below the root, an @ for each level below the first."""
    assert hierarchy([-1, 0, 0, 1, 3], ["r", "a", "b", "c", "d"]) == "a\n@c\n@@d\nb\n"
