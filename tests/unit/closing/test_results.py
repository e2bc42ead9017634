"""`results.json`: composed from released cells, for staff."""

import json
from typing import Any

import msgspec
import pytest

from pulse.closing import results
from pulse.instrument import load
from pulse.release.cell import Cell
from pulse.release.hidden import ALL_SHOWN, WHOLE_WEEK
from pulse.release.protected import ProtectedCounts
from pulse.terms import Tree, Unit

WAVE = "2026-W09"


def tree() -> Tree:
    """Return a root with two departments, one of which has a team."""
    return Tree(
        "t",
        (
            Unit("all", None, "Everybody", 40, group=False),
            Unit("field", "all", "Field", 20, group=False),
            Unit("north", "field", "North", 20, group=True, g="00001"),
            Unit("lab", "all", "Lab", 20, group=True, g="00002"),
            Unit("empty", "all", "Empty", 0, group=False),
        ),
        {"north": "north", "lab": "lab"},
    )


def rows(unit: str, name: str) -> list[Cell]:
    """Return one item and one scale of a shown unit."""
    head = (WAVE, unit, "all", name, "unit")
    return [
        Cell(*head, "item:A1", "published", 15, 20, 3.5, "exact", 0.5),  # type: ignore[arg-type] # a mixed tuple
        Cell(*head, "scale:safety", "published", 15, 20, 62.5, "at_least", None),  # type: ignore[arg-type] # likewise
    ]


def composed(*cells: Cell) -> dict[str, Any]:
    """Compose the results of these cells."""
    protected = ProtectedCounts(
        wave=WAVE, cells=cells, items=("A1",), lead=(), reversed=(), scales={"safety": ("A1",)},
        policy={}, program="optimal", published=(), hidden=(),
    )  # fmt: skip
    made = results.compose(protected, tree(), load(), "Example Ltd", "2026-02-27T17:00:00+00:00")
    found: dict[str, Any] = json.loads(made)
    # A person reads the file as well: indented by two, ending in a newline.
    assert made.decode() == json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    return found


HIDDEN = Cell(WAVE, "lab", "all", "Lab", "unit", "item:A1", "suppressed")
POOL = Cell(
    WAVE, "all:others", "all", "Others", "pool", "item:A1", "published", 5, 20, 1.5, "at_most", 0.5
)
DIAG = Cell(WAVE, "all", None, "Everybody", "diag", "sigma2:A1", "published", 100, value=1.1)


def test_staff_see_the_organisation_and_shown_departments() -> None:
    """Root and departments right below it are there; teams, pools and diagnostics are not."""
    found = composed(
        *rows("all", "E"), *rows("field", "Field"), *rows("north", "N"), HIDDEN, POOL, DIAG
    )
    assert [unit["unit_id"] for unit in found["units"]] == ["field"]
    assert found["items"] == [
        {"item": "A1", "text": load().items["A1"].text, "mean": 3.5, "mean_bound": "exact",
         "step": 0.5, "reverse": False}
    ]  # fmt: skip
    assert found["scales"] == [
        {"scale": "safety", "label": "Safety", "mean": 62.5, "mean_bound": "at_least",
         "step": 0.0, "items": ["A1"]}
    ]  # fmt: skip
    assert found["participation"] == "At least 15 of 20 people answered."
    assert (found["unit_id"], found["at_least"], found["invited"]) == ("all", 15, 20)
    assert (found["units"][0]["at_least"], found["units"][0]["invited"]) == (15, 20)
    assert "This week's answers of 1 of 2 departments are not shown" in found["hidden"]


def test_a_scale_of_nought_is_nought() -> None:
    """Where nobody agrees with anything, staff read 0 and not another number."""
    item, scale = rows("all", "E")
    found = composed(item, msgspec.structs.replace(scale, mean=0.0, mean_bound="at_most"))
    assert [(each["mean"], each["mean_bound"]) for each in found["scales"]] == [(0.0, "at_most")]


def test_every_figure_is_a_released_cell() -> None:
    """No number stands in the results that no cell holds."""
    given = [*rows("all", "E"), *rows("field", "Field"), HIDDEN]
    found = composed(*given)
    means = {cell.mean for cell in given}
    figures = [*found["scales"], *found["items"], *(s for u in found["units"] for s in u["scales"])]
    assert {figure["mean"] for figure in figures} <= means


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([HIDDEN], WHOLE_WEEK),
        ([*rows("all", "E"), *rows("field", "F"), *rows("lab", "L")], ALL_SHOWN),
    ],
)
def test_what_is_hidden_is_said(cells: list[Cell], words: str) -> None:
    """A wave without figures says why; one with all departments says what is never shown."""
    found = composed(*cells)
    assert found["hidden"] == words
    assert bool(found["items"]) is (words == ALL_SHOWN)
