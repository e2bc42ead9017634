"""What organisations of 8 people and more get: nothing, one group, groups, everything."""

import pytest

from pulse.disclosure.groups import form_groups
from pulse.disclosure.pattern import choose
from pulse.errors import TooSmall
from pulse.terms import Counts, RosterUnit, Tree
from tests.property.worlds import ITEMS, tally


def organisation(people: int, k: int = 5) -> Tree:
    """Return the tree of a root with a few people, two departments and four teams."""
    units = [RosterUnit("org", None, "Org", people % 4)]
    for name in ("d", "e"):
        units.append(RosterUnit(name, "org", name, 0))
        units += [RosterUnit(f"{name}{number}", name, name, people // 4) for number in (1, 2)]
    return form_groups(units, max(8, k + 2), None, k)


def everybody(tree: Tree) -> Counts:
    """Count a wave in which everybody answers everything."""
    groups = [u.unit_id for u in tree.units if u.group for _ in range(u.invited)]
    return tally(tree, [(group, (3,) * len(ITEMS)) for group in groups])


@pytest.mark.parametrize(("k", "fewest"), [(5, 8), (10, 12), (15, 17)])
def test_under_eight_people_or_two_more_than_k_no_wave_opens(k: int, fewest: int) -> None:
    """One person fewer than max(8, k + 2) is refused; from there on the root can be shown."""
    with pytest.raises(TooSmall, match=f"needs {fewest}"):
        organisation(fewest - 1, k)
    tree = organisation(fewest, k)
    assert choose(tree, everybody(tree), ITEMS, k).shown == {"org"}


@pytest.mark.parametrize("people", [8, 12, 19])
def test_up_to_nineteen_people_the_root_is_the_only_group(people: int) -> None:
    """There is nothing below the root that could be told apart."""
    tree = organisation(people)
    assert [(unit.unit_id, unit.group) for unit in tree.units] == [("org", True)]


@pytest.mark.parametrize(("people", "inner"), [(20, False), (44, False), (59, False), (60, True)])
def test_inner_units_are_shown_from_sixty_people_on(people: int, inner: bool) -> None:  # noqa: FBT001 - a parametrised case
    """From 20 to 59 there are groups and the root; from 60 departments too."""
    tree = organisation(people)
    shown = choose(tree, everybody(tree), ITEMS, 5).shown
    departments = {u.unit_id for u in tree.units if u.parent_id == "org" and not u.group}
    groups = {unit.unit_id for unit in tree.units if unit.group}
    assert len(groups) > 1
    assert "org" in shown
    assert shown & groups
    assert departments
    assert bool(shown & departments) == inner
