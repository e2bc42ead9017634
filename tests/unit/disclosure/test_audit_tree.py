"""The audit finds a tree that was edited after the wave."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from pulse.terms import Tree
from tests.unit.disclosure.pressed import WAVES, forge, found


def units_changed(chosen: str, /, **values: Any) -> Callable[[Tree], Tree]:
    """Change one unit of a tree."""

    def edit(tree: Tree) -> Tree:
        units = tuple(
            structs.replace(u, **values) if u.unit_id == chosen else u for u in tree.units
        )
        return structs.replace(tree, units=units)

    return edit


def moved_to_front(tree: Tree) -> Tree:
    """Put the root last."""
    return structs.replace(tree, units=(*tree.units[1:], tree.units[0]))


def doubled(tree: Tree) -> Tree:
    """List a team twice."""
    return structs.replace(tree, units=(*tree.units, tree.unit("t5")))


EDITS: list[tuple[str, Callable[[Tree], Tree], str]] = [
    ("a team grown", units_changed("t5", invited=40), "not those of the units below"),
    ("a team of two", units_changed("t5", invited=2), "too few invited"),
    ("a team moved", units_changed("t5", parent_id="d0"), "version is not that"),
    ("a team renamed", units_changed("t5", name="Other"), "name or parent"),
    ("another unit's id", units_changed("t5", unit_id="t55"), "list of groups does not match"),
    ("a root at the end", moved_to_front, "one root in front"),
    (
        "a child before its parent",
        lambda t: structs.replace(t, units=(t.units[0], *t.units[:0:-1])),
        "does not stand before",
    ),
    ("a unit twice", doubled, "stands in the tree twice"),
    ("a unit below a group", units_changed("d1", parent_id="t0"), "below a group"),
    ("a group without number", units_changed("t5", g=""), "not numbered in order"),
    ("a number without group", units_changed("d1", g="00009"), "no group has a group's number"),
    ("no groups", lambda t: structs.replace(t, units=t.units[:1]), "list of groups"),
    (
        "odd roster id",
        lambda t: structs.replace(t, groups={**t.groups, "a b": "t5"}),
        "no unit of a roster",
    ),
    (
        "a stranger counted",
        lambda t: structs.replace(t, groups={**t.groups, "t99": "t5"}),
        "people of another unit",
    ),
    ("a merge without members", units_changed("t5", unit_id="t5+t77"), "does not list its members"),
    ("a change denied", units_changed("t0", changed=True), "not the one of its band"),
]


@pytest.mark.parametrize(("edit", "said"), [e[1:] for e in EDITS], ids=[e[0] for e in EDITS])
def test_an_edited_tree_is_found(releases: Path, edit: Callable[[Tree], Tree], said: str) -> None:
    """P6: a tree changed with all hashes made to fit no longer holds together."""
    forge(releases, WAVES[2], tree=edit)
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(found(releases))
