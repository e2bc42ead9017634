"""A large organisation's released weeks, seeded and written through the real press.

The cells are made banded, rounded and coded as a release has them; the tree program and the audit
are left out, which `python -m tests.bench.disclosure` and `tests.bench.audit` measure.
"""

import datetime as dt
import math
import random
from pathlib import Path
from typing import Final

from pulse.disclosure.policy import policy_for, stored
from pulse.instrument import load
from pulse.release import press
from pulse.release.cell import Cell
from pulse.release.manifest import About, Tallies
from pulse.release.protected import ProtectedCounts
from pulse.settings import Home
from pulse.terms import Tree, Unit
from tests.unit.dashboards import house

INSTRUMENT: Final = load()
TEAMS: Final = 12  # below a department
DEPARTMENTS: Final = 12  # below a division
HIDDEN: Final = 0.1  # share of a team's weeks


def waves(count: int) -> list[str]:
    """Return the names of `count` weeks that end with the test clock's."""
    newest = house.CLOCK.now().date()
    days = (newest - dt.timedelta(weeks=ago) for ago in range(count))
    return [f"{y}-W{w:02d}" for y, w, _ in sorted(day.isocalendar() for day in days)]


def tree(units: int, first: str) -> Tree:
    """Return a tree of about `units` units: divisions, departments, teams of 8 to 40."""
    dice = random.Random(1)
    teams = max(1, round(units * TEAMS / (TEAMS + 1 + 1 / DEPARTMENTS)))
    sizes = [dice.randint(8, 40) for _ in range(teams)]
    found = [_unit("org", None, "Northwind", sum(sizes), first)]
    per_division = TEAMS * DEPARTMENTS
    for start in range(0, teams, per_division):
        division = f"d{start // per_division}"
        mine = sizes[start : start + per_division]
        found.append(_unit(division, "org", f"Division {division[1:]}", sum(mine), first))
        for at in range(0, len(mine), TEAMS):
            department = f"{division}.{at // TEAMS}"
            people = mine[at : at + TEAMS]
            found.append(_unit(department, division, f"Department {department[1:]}", sum(people),
                               first))  # fmt: skip
            found += [
                _unit(f"{department}.{n}", department, f"Team {department[1:]}.{n}", size, first,
                      g=f"{start + at + n:05d}")
                for n, size in enumerate(people)
            ]  # fmt: skip
    return Tree("0" * 16, tuple(found), {})


def _unit(
    unit_id: str, parent: str | None, name: str, people: int, first: str, g: str = ""
) -> Unit:
    return Unit(unit_id, parent, name, people, group=bool(g), series=first, g=g)


def write(folder: Path, units: int, weeks: int) -> Home:
    """Make a home with accounts and `weeks` releases of about `units` units."""
    home = house.a_home(folder, weeks=0)
    names = waves(weeks)
    frozen = tree(units, names[0])
    dice = random.Random(2)
    level = {unit.unit_id: dice.gauss(3.3, 0.3) for unit in frozen.units}
    for place, wave in enumerate(names):
        protected = _protected(frozen, wave, place % 20, level, random.Random(wave))
        about = About("0", "weekly", "1.0.0", place % 20, "0" * 32, "", Tallies(9, 9, 9, 9, 0))
        press.press(home.releases, protected, frozen, about, b"{}\n", check=lambda _: [])
    return home


def _protected(
    frozen: Tree, wave: str, form: int, level: dict[str, float], dice: random.Random
) -> ProtectedCounts:
    items = INSTRUMENT.form(form)
    rows: list[Cell] = []
    shown: list[str] = []
    hidden: list[str] = []
    for unit in frozen.units:
        b = (unit.invited * 7 // 10) // 5 * 5
        lost = b < 5 or (unit.group and dice.random() < HIDDEN)
        (hidden if lost else shown).append(unit.unit_id)
        rows += _hidden(unit, wave, items) if lost else _shown(unit, wave, items, b, level, dice)
    scales = {
        scale: own
        for scale in INSTRUMENT.scales
        if (own := tuple(i for i in items if INSTRUMENT.items[i].scale == scale))
    }
    return ProtectedCounts(
        wave=wave, cells=tuple(rows), items=items, lead=(), scales=scales,
        reversed=tuple(i for i in items if INSTRUMENT.items[i].reverse),
        policy=stored(policy_for(5)), program="optimal", published=tuple(shown),
        hidden=tuple(hidden),
    )  # fmt: skip


def _measures(items: tuple[str, ...]) -> list[str]:
    scales = dict.fromkeys(INSTRUMENT.items[item].scale for item in items)
    return [*(f"item:{item}" for item in items), *(f"scale:{scale}" for scale in scales)]


def _hidden(unit: Unit, wave: str, items: tuple[str, ...]) -> list[Cell]:
    where = (wave, unit.unit_id, unit.parent_id, unit.name, "unit")
    return [Cell(*where, measure, "suppressed") for measure in _measures(items)]  # type: ignore[arg-type]


def _shown(
    unit: Unit, wave: str, items: tuple[str, ...], b: int, level: dict[str, float],
    dice: random.Random,
) -> list[Cell]:  # fmt: skip
    step = 0.5 if b < 20 else 0.25 if b < 40 else 0.1
    spread = math.sqrt(1.1 / b)
    where = (wave, unit.unit_id, unit.parent_id, unit.name, "unit")
    rows = []
    for measure in _measures(items):
        mean = min(5.0, max(1.0, dice.gauss(level[unit.unit_id], spread)))
        if measure.startswith("scale:"):
            rows.append(Cell(*where, measure, "published", b, unit.invited, 25 * (mean - 1),  # type: ignore[arg-type]
                             "exact", 25 * step))  # fmt: skip
            continue
        rounded, bound = round(round(mean / step) * step, 3), "exact"
        if rounded >= 5 - step:
            rounded, bound = 5 - step, "at_least"
        elif rounded <= 1 + step:
            rounded, bound = 1 + step, "at_most"
        split = (50.0, 30.0, 20.0, "under 10 %") if b >= 20 else (None,) * 4
        rows.append(Cell(*where, measure, "published", b, unit.invited, rounded, bound, step,  # type: ignore[arg-type]
                         *split))  # fmt: skip
    return rows
