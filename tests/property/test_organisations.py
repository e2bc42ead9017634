"""Random organisations over weeks: nobody can be told apart, whatever happens to them."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec import structs

from pulse.disclosure.protect import protect
from pulse.release.cell import Cell
from pulse.release.protected import ProtectedCounts
from pulse.terms import Counts, Tree
from tests.bench.organisations import judging
from tests.bench.organisations.living import live
from tests.bench.organisations.many import MUST_BE_ZERO, run


def wrong(found: Counter[str]) -> set[str]:
    """Name what was found and must not be."""
    return {name for name in MUST_BE_ZERO if found[name]}


def lived(
    organisations: int, rule: Callable[..., ProtectedCounts] | None, *, press_all: bool = True
) -> Counter[str]:
    """Live some organisations through three weeks under `rule`, or as Pulse does."""
    found = Counter[str]()
    for seed in range(organisations):
        found.update(live(seed, 3, press_all=press_all, rule=rule))
    return found


def test_a_few_organisations_show_nobody() -> None:
    """Over three weeks of some organisations nothing is found, where the naive rule leaks."""
    found = lived(6, None)
    assert wrong(found) == set()
    assert found["naive: derivable groups under k"] > 0
    assert found["units seen twice running"] > 0


def test_one_more_cell_is_found_by_every_judge() -> None:
    """The twin: with every hidden unit of enough answers shown after all, all judges find it."""

    def generous(tree: Tree, counts: Counts, policy: Any, *rest: Any, **more: Any) -> Any:
        release = protect(tree, counts, policy, *rest, **more)
        shown = {cell.measure: cell for cell in release.cells if cell.status == "published"}
        n = {unit: sum(rows[0][1:6]) for unit, rows in counts.table.items()}
        cells = tuple(
            _shown_after_all(cell, shown[cell.measure])
            if cell.status == "suppressed" and n[cell.unit_id] >= policy.k and cell.measure in shown
            else cell
            for cell in release.cells
        )
        return structs.replace(release, cells=cells)

    found = lived(6, generous)
    assert wrong(found) >= {"derivable groups under k", "exact check findings", "audit findings"}
    assert "derivable groups under k, set by set" in wrong(found)


def _shown_after_all(cell: Cell, like: Cell) -> Cell:
    head = {name: getattr(cell, name) for name in ("unit_id", "parent_id", "name", "kind")}
    return structs.replace(like, **head)


def test_a_forgotten_step_is_found() -> None:
    """The twin: rounding a unit whose people changed like any other is noticed."""

    def forgetful(tree: Tree, *rest: Any, **more: Any) -> Any:
        units = tuple(structs.replace(unit, changed=False) for unit in tree.units)
        return protect(structs.replace(tree, units=units), *rest, **more)

    found = lived(12, forgetful, press_all=False)
    assert wrong(found) == {"units shown without the step they owe"}


def test_the_two_oracles_agree() -> None:
    """Trying every set finds the unions of atoms and nothing else, as the theorem says."""
    sets = [frozenset("abcde"), frozenset("ab"), frozenset("c"), frozenset("de")]
    apart = set(judging.atoms(sets))
    assert apart == {frozenset("ab"), frozenset("c"), frozenset("de")}
    assert set(judging.determined(sets, "abcdef")) == set(_unions(list(apart)))
    assert list(judging.determined([], "ab")) == []


def _unions(parts: list[frozenset[str]]) -> Iterator[frozenset[str]]:
    for mask in range(1, 1 << len(parts)):
        yield frozenset().union(*(part for at, part in enumerate(parts) if mask >> at & 1))


@pytest.mark.slow
def test_a_hundred_organisations_over_six_weeks_show_nobody() -> None:
    """With joiners, leavers, moves, skips, a reorganisation and a change of k: nothing is found.

    The long form is `python -m tests.bench.organisations --organisations 1000 --waves 12`.
    """
    found = run(100, 6, press_every=1)
    assert wrong(found) == set()
    assert found["naive: derivable groups under k"] > 300
    assert found["weeks pressed and audited from files"] == found["weeks"] > 550
    assert found["respondents in an own shown group"] > 0.8 * found["respondents"]
