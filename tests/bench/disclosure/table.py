"""Writes what was measured as the Markdown that the README carries between two marks."""

from collections.abc import Mapping, Sequence
from typing import Final

from tests.bench.disclosure.measure import Judged, Outcome
from tests.bench.disclosure.rules import OURS
from tests.bench.disclosure.tauargus import MINUTES

BEGIN: Final = "<!-- bench:disclosure -->"
END: Final = "<!-- /bench:disclosure -->"
SILENT: Final = "silent"
TIME: Final = "time"
TIMES: Final = "\N{MULTIPLICATION SIGN}"

Outcomes = Mapping[str, Mapping[str, Outcome]]  # organisation, then rule
Shares = Mapping[str, Mapping[str, Judged]]  # organisation, then rule and k


def markdown(outcomes: Outcomes, shares: Shares) -> str:
    """Return both tables and what must be said beside them."""
    return "\n\n".join((BEGIN, _patterns(outcomes), _notes(outcomes), _shares(shares), END))


def _patterns(outcomes: Outcomes) -> str:
    rules = list(next(iter(outcomes.values())))
    columns, clocked = _columns(outcomes), _clocked(outcomes)
    times = f"{TIME}, {' · '.join(clocked)}"
    rows = []
    for rule in rules:
        by_rule = {name: results[rule] for name, results in outcomes.items()}
        judged = [outcome.judged for outcome in by_rule.values() if outcome.judged]
        if judged:
            silent = sum(each.silent for each in judged)
            cells = [_cell([by_rule[name].judged for name in names]) for names in columns.values()]
            ratios = " · ".join(_ratio(outcomes[name], rule) for name in clocked)
            rows.append([rule, *cells, str(silent), ratios])
    head = ["units shown · leaks (people in them)", *columns, SILENT, times]
    return _table(head, rows)


def _columns(outcomes: Outcomes) -> dict[str, list[str]]:
    """Map each column to its organisations: all that differ in their last number share one."""
    found: dict[str, list[str]] = {}
    for name in outcomes:
        kind, _, number = name.rpartition(" ")
        found.setdefault(f"{kind}s" if number.isdecimal() else name, []).append(name)
    return found


def _cell(judged: Sequence[Judged | None]) -> str:
    """Write units shown and leaks of each organisation, and the people in all leaks."""
    each = [one for one in judged if one is not None]
    if len(each) < len(judged):
        return "-"
    shown = " ".join(f"{one.shown:,}" for one in each)
    if not any(one.leaks for one in each):
        return f"{shown} · 0"
    leaks = " ".join(f"{one.leaks:,}" for one in each)
    return f"{shown} · {leaks} ({sum(one.people for one in each):,})"


def _ratio(results: Mapping[str, Outcome], rule: str) -> str:
    if not results[rule].seconds:
        return "-"
    ratio = results[rule].median / results[OURS].median
    return f"{ratio:,.0f} {TIMES}" if ratio >= 10 else f"{ratio:.2g} {TIMES}"


def _notes(outcomes: Outcomes) -> str:
    ours = " and ".join(f"{outcomes[name][OURS].median:.2g} s" for name in _clocked(outcomes))
    notes = (
        "A *leak* is a group of 1 to 4 people whose figures follow from those shown; *silent* "
        "counts, over all columns, hidden people of whom it follows that none of them answered. "
        "Where trees share a column, each has a number and the people are those of all. "
        f"Times are ratios of medians in one run; 1 {TIMES} was {ours}. pytauargus is a package of "
        f"statistical offices' cell suppression; it may search for {MINUTES} minute."
    )
    said = {
        f"{rule}: {outcome.said}."
        for results in outcomes.values()
        for rule, outcome in results.items()
        if outcome.said
    }
    return "\n\n".join([notes, *sorted(said)])


def _clocked(outcomes: Outcomes) -> list[str]:
    """Name the organisations whose times are printed: the generated ones, unmerged."""
    return [name for name in outcomes if name.endswith("units")]


def _shares(shares: Shares) -> str:
    columns = list(next(iter(shares.values())))
    head = ["of units · of respondents, in a shown group of their own · leaks", *columns]
    rows = [
        [name, *(_share(by_column[column]) for column in columns)]
        for name, by_column in shares.items()
    ]
    return _table(head, rows)


def _share(judged: Judged) -> str:
    return f"{judged.shown / judged.units:.1%} · {judged.respondents:.1%} · {judged.leaks:,}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
