"""Small organisations whose every way to answer can be tried, and what these leave open."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from pulse.disclosure import bounds, system
from pulse.disclosure.groups import form_groups
from pulse.disclosure.openness import Asked
from pulse.disclosure.protect import protect
from pulse.disclosure.residues import OTHERS, band_range
from pulse.release.cell import Cell
from pulse.release.protected import ProtectedCounts
from pulse.terms import Counts, RosterUnit, Tree
from tests.property.worlds import INSTRUMENT, POLICY, tally

ONE = ("A1",)


def flat(**people: int) -> Tree:
    """Return teams of these sizes below one root."""
    roster = [RosterUnit("org", None, "Org", 0)]
    roster += [RosterUnit(team, "org", team, size) for team, size in people.items()]
    return form_groups(roster, 7, None, 5)


def counts_of(tree: Tree, **answers: list[int]) -> Counts:
    """Count one answer a person to one item."""
    return tally(tree, [(team, (a,)) for team, given in answers.items() for a in given], ONE)


def cast(counts: Counts) -> int:
    """Return how many ballots there are."""
    return sum(counts.table["org"][0])


def hidden(tree: Tree, counts: Counts, *teams: str) -> ProtectedCounts:
    """Protect with some teams withdrawn."""
    return protect(tree, counts, POLICY, INSTRUMENT, frozenset(teams))


# Which (answers, sum) are possible, as a table of yes and no.
Ways = NDArray[np.bool_]


class Possible(NamedTuple):
    """The fewest and most answers of a team, the least and greatest sum, and whether all agree."""

    answers: tuple[int, int]
    sums: tuple[int, int]
    alike: bool


def brute_force(tree: Tree, counts: Counts, release: ProtectedCounts) -> dict[str, Possible]:
    """Look at every way to answer that fits what is printed, team by team and added up.

    All teams stand below the root, so what the others have in common with a team is their sum.
    """
    rows = {c.unit_id: c for c in release.cells if c.mean is not None and c.measure == "item:A1"}
    teams = {unit.unit_id: unit.invited for unit in tree.units if unit.group}
    everybody, hidden_ = sum(teams.values()), [t for t in teams if t not in rows]
    size = (everybody + 1, 5 * everybody + 1)
    alone = {team: fitting(rows.get(team), people, size) for team, people in teams.items()}
    shown = added(size, *(alone[team] for team in rows if team in teams))
    whole = fitting(rows.get("org"), everybody, size)
    whole[cast(counts) + 1 :] = False
    pool = fitting(rows.get("org" + OTHERS), sum(teams[team] for team in hidden_), size)
    pool &= left(whole, shown)
    found = {}
    for team in hidden_:
        others = added(size, *(alone[each] for each in hidden_ if each != team))
        n, totals = np.nonzero(alone[team] & left(pool, others))
        alike = bool((totals == n).all() or (totals == 5 * n).all())
        answers, sums = (int(n.min()), int(n.max())), (int(totals.min()), int(totals.max()))
        found[team] = Possible(answers, sums, alike)
    return found


def fitting(row: Cell | None, people: int, size: tuple[int, int]) -> Ways:
    """Tell which (answers, sum) of so many people may be printed as this row, if there is one."""
    ways = np.zeros(size, bool)
    for n in range(people + 1):
        for total in range(n, 5 * n + 1):
            ways[n, total] = row is None or fits(row, n, total, people)
    return ways


def added(size: tuple[int, int], *parts: Ways) -> Ways:
    """Tell which (answers, sum) several teams can have together."""
    whole = np.zeros(size, bool)
    whole[0, 0] = True
    for part in parts:
        before, whole = whole, np.zeros(size, bool)
        for n, total in np.argwhere(part):
            whole[n:, total:] |= before[: size[0] - n, : size[1] - total]
    return whole


def left(whole: Ways, part: Ways) -> Ways:
    """Tell which (answers, sum) can be made up by some of `part` to one of `whole`."""
    found = np.zeros_like(whole)
    for n, total in np.argwhere(part):
        found[: whole.shape[0] - n, : whole.shape[1] - total] |= whole[n:, total:]
    return found


def fits(row: Cell, n: int, total: int, invited: int) -> bool:
    """Tell whether so many answers with this sum may be printed as this row (no shares)."""
    assert row.at_least is not None
    assert row.mean is not None
    assert row.step is not None
    low, high = band_range(row.at_least, invited)
    if not low <= n <= high:
        return False
    if row.mean_bound != "at_most" and total < (row.mean - row.step / 2) * n - 1e-9:
        return False
    return row.mean_bound == "at_least" or total <= (row.mean + row.step / 2) * n + 1e-9


@st.composite
def tiny(draw: st.DrawFn) -> tuple[Tree, Counts]:
    """Draw three teams of seven or eight; "e" will be withdrawn."""
    sizes = {team: draw(st.integers(7, 8)) for team in "abe"}
    tree = flat(**sizes)
    level = draw(st.sampled_from([(1, 1), (1, 2), (1, 5), (4, 5), (3, 3)]))
    answers = {team: draw(st.lists(st.integers(*level), min_size=5, max_size=6)) for team in sizes}
    return tree, counts_of(tree, **answers)


def exact(wave: bounds.Wave, team: str) -> Asked:
    """Ask in whole numbers for the figures around a team."""
    nodes = system.forest(wave.tree, wave.shown, wave.bands, wave.counted)
    node = next(node for node in nodes if team in {unit.unit_id for unit in node.hidden})
    parts = {node.name: {unit.unit_id: unit.invited for unit in node.hidden}}
    view = system.View(nodes, wave.rows["A1"], wave.gaps, parts, alone=True)
    return bounds.whole(view, node.name)


def low_sums() -> tuple[Tree, Counts]:
    """Return a world in which rounding gives a hidden sum away.

    Forty of team "a" answer 1.15 on average, printed 1.2, so at least 1.15; everybody together
    1.13, printed "1.1 or less", so at most 1.15. The other seven are left at most 1.15 as well:
    five to seven answers with a sum of 5 to 8.
    """
    tree = flat(a=60, e=7)
    return tree, counts_of(tree, a=[1] * 34 + [2] * 6 + [0] * 4, e=[1] * 6)
