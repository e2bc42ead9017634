"""What a release owes to its neighbours: the nearest showing on either side, and each pool."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from pulse.disclosure.groups import form_groups
from pulse.disclosure.history import unmarked
from pulse.disclosure.protect import protect
from pulse.release.manifest import Tallies
from pulse.release.press import press
from pulse.terms import RosterUnit, Tree
from tests.property.worlds import INSTRUMENT, ITEMS, POLICY, described, tally

SIZES = {"a": 20, "b": 20, "c": 20, "d": 20}


def tree_of(sizes: Mapping[str, int], marked: Sequence[str] = ()) -> Tree:
    """Return teams of these sizes, some of them marked as changed."""
    roster = [RosterUnit("org", None, "Org", 0)]
    roster += [RosterUnit(team, "org", team, people) for team, people in sizes.items()]
    tree = form_groups(roster, 8, None, 5)
    units = tuple(structs.replace(unit, changed=unit.unit_id in marked) for unit in tree.units)
    return structs.replace(tree, units=units)


def released(releases: Path, wave: str, hidden: Sequence[str] = (), **sizes: int) -> None:
    """Press a week in which everybody but five of each team answers."""
    tree = tree_of({**SIZES, **sizes})
    ballots = [
        (group.unit_id, (3,) * len(ITEMS))
        for group in tree.groups_in_order()
        for _ in range(group.invited - 5)
    ]
    counts = tally(tree, ballots, ITEMS, wave)
    release = protect(tree, counts, POLICY, INSTRUMENT, frozenset(hidden))
    cast = len(ballots)
    about = described(wave, Tallies(tree.root.invited, cast, cast, cast, 0))
    press(releases, release, tree, about, b"{}\n", check=lambda _: ())


def told(
    releases: Path,
    earlier: Sequence[str],
    *,
    hidden: Sequence[str] = (),
    marked: Sequence[str] = (),
    **sizes: int,
) -> set[str]:
    """Return the units of 2026-W20 that should have been marked."""
    tree = tree_of({**SIZES, **sizes}, marked)
    shown = {"org", *SIZES} - set(hidden)
    return set(unmarked(releases, earlier, "2026-W20", tree, shown, POLICY.k))


@pytest.mark.parametrize("wave", ["2026-W19", "2026-W21"])
def test_both_neighbours_count(tmp_path: Path, wave: str) -> None:
    """One person between two weeks is one person, whichever of them was pressed first."""
    released(tmp_path, wave)
    assert told(tmp_path, [wave], a=19) == {"a", "org"}
    assert told(tmp_path, [wave], a=19, marked=["a", "org"]) == set()
    assert told(tmp_path, [wave], a=15, b=25) == set()
    assert told(tmp_path, []) == set()


def test_the_nearest_showing_counts(tmp_path: Path) -> None:
    """A team smaller by one since two weeks, and the same since one, owes nothing more."""
    released(tmp_path, "2026-W18")
    released(tmp_path, "2026-W19", a=19)
    assert told(tmp_path, ["2026-W18", "2026-W19"], a=19) == set()
    assert told(tmp_path, ["2026-W18"], a=19) == {"a", "org"}


def test_a_hidden_group_counts_since_it_was_last_in_the_same_pool(tmp_path: Path) -> None:
    """A pool of two teams that one person left would give this person away like a team."""
    released(tmp_path, "2026-W18", hidden=["c", "d"])
    released(tmp_path, "2026-W19", c=25, d=15)
    before = ["2026-W18", "2026-W19"]
    assert told(tmp_path, before, hidden=["c", "d"], c=19, d=21) == {"c", "d"}
    assert told(tmp_path, before, hidden=["c", "d"], c=19, d=21, marked=["c", "d"]) == set()
