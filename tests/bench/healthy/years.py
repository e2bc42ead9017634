"""A simulated organisation through its weeks: lasting people, passing weeks, released rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct

from pulse.disclosure import rounding
from pulse.release import cells
from pulse.release.cell import Cell
from pulse.release.reading import Release
from pulse.statistics.history import History
from pulse.terms import Tree, Unit
from tests.unit.statistics.histories import INSTRUMENT, manifest, wave_name

RESPONSE: Final = 0.75
KEEN: Final = 0.12  # standard deviation of how much likelier some answer than others
BETWEEN: Final = 0.3
PERSON, PERSON_SCALE, MOOD, MOMENT = 0.6, 0.42, 0.3, 0.75  # standard deviations; half is lasting
SIGMA2: Final = 1.1
K: Final = 5

Said = dict[tuple[str, str], np.ndarray]  # what all of each group would have said: (wave, item)
Shift = Callable[[int, str, int], float]  # (group, scale, week) -> points


def nothing(group: int, scale: str, week: int) -> float:
    """Change nothing, anywhere, ever."""
    del group, scale, week
    return 0.0


class People(Struct, frozen=True):
    """Who there is: sizes of groups, everybody's group, and what lasts of what they feel.

    `levels` are the groups' own, by scale; `lasting` everybody's with their group's; `hard` how
    agreeable each item is.
    """

    sizes: np.ndarray
    where: np.ndarray
    levels: dict[str, np.ndarray]
    lasting: dict[str, np.ndarray]
    person: np.ndarray
    keen: np.ndarray
    hard: dict[str, float]


def people_of(
    groups: int,
    chance: np.random.Generator,
    between: float = BETWEEN,
    *,
    habit: float | None = None,
) -> People:
    """Draw the people of an organisation; `between` and `habit` as for `year`."""
    sizes = np.clip(np.round(chance.lognormal(np.log(16), 0.5, groups)), 8, 60).astype(int)
    where = np.repeat(np.arange(groups), sizes)
    levels, lasting = {}, {}
    for scale in INSTRUMENT.scales:
        levels[scale] = chance.normal(0, between, groups)
        lasting[scale] = levels[scale][where] + chance.normal(0, PERSON_SCALE, len(where))
    person = chance.normal(0, PERSON, len(where))
    keen = np.clip(RESPONSE + chance.normal(0, KEEN, len(where)), 0.3, 1.0)
    if habit is not None:
        spread = (1 - habit) / habit  # Beta(a, b): two weeks of a person correlate by 1/(a + b + 1)
        keen = chance.beta(RESPONSE * spread, (1 - RESPONSE) * spread, len(where))
    hard = {item: chance.normal(3.4, 0.3) for item in INSTRUMENT.items}
    return People(sizes, where, levels, lasting, person, keen, hard)


def year(
    groups: int,
    weeks: int,
    seed: int,
    shift: Shift = nothing,
    *,
    between: float = BETWEEN,
    habit: float | None = None,
    everybody: Said | None = None,
    per: int = 0,
) -> History:
    """Return the releases of one organisation.

    Args:
        groups: how many groups it has, of 8 to 60 people.
        weeks: how many waves are released.
        seed: of its chance.
        shift: what happens to the people of a group beside chance.
        between: the standard deviation of the groups' own levels, points.
        habit: how much one person's answering in two weeks correlates, above 0; None where some
            are only a little likelier to answer than others.
        everybody: gathers the mean of each group if nobody were silent.
        per: how many groups make a department; 0 for none between them and the organisation.
    """
    chance = np.random.default_rng(seed)
    them = people_of(groups, chance, between, habit=habit)
    sizes, where = them.sizes, them.where
    people = len(where)
    root = Unit("org", None, "Organisation", people, group=False, series=wave_name(0))
    above = [f"d{g // per:02d}" if per else "org" for g in range(groups)]
    inner = [_department(name, above, sizes) for name in sorted(set(above)) if per]
    units = tuple(
        Unit(f"g{g:03d}", above[g], f"g{g:03d}", int(size), group=True, series=wave_name(0))
        for g, size in enumerate(sizes)
    )
    rows, releases = [], []
    for week in range(weeks):
        wave, asked = wave_name(week), INSTRUMENT.form(week % 20)
        answering = chance.random(people) < them.keen
        mood = chance.normal(0, MOOD, people)
        for item in asked:
            scale, reverse = INSTRUMENT.items[item].scale, INSTRUMENT.items[item].reverse
            moved = np.array([shift(g, scale, week) for g in range(groups)])[where]
            felt = them.hard[item] + them.lasting[scale] + them.person + mood + moved
            said = np.clip(np.round(felt + chance.normal(0, MOMENT, people)), 1, 5).astype(int)
            said = 6 - said if reverse else said
            if everybody is not None:
                everybody[wave, item] = np.bincount(where, said, groups) / sizes
            table = np.zeros((groups, 7), dtype=int)
            np.add.at(table, (where[answering], said[answering]), 1)
            rows.append(_released(wave, root, None, item, table.sum(axis=0)))
            rows += [
                _released(wave, unit, unit.parent_id, item, own)
                for unit, own in zip(units, table, strict=True)
            ]
            rows += [
                _released(wave, unit, "org", item, table[[a == unit.unit_id for a in above]].sum(0))
                for unit in inner
            ]
            rows.append(
                Cell(wave, "org", None, "Organisation", "diag", f"sigma2:{item}", "published",
                     rounding.band(int(answering.sum()), people), people, value=SIGMA2)
            )  # fmt: skip
        tree = Tree("1", (root, *inner, *units), {})
        releases.append(Release(wave, manifest(wave, week, asked), tree, b"{}", Path()))
    return History(tuple(releases), cells.frame(rows), INSTRUMENT)


def _department(name: str, above: list[str], sizes: np.ndarray) -> Unit:
    people = sum(int(size) for parent, size in zip(above, sizes, strict=True) if parent == name)
    return Unit(name, "org", name, people, group=False, series=wave_name(0))


def until(whole: History, weeks: int) -> History:
    """Return the history as it stood after `weeks` releases."""
    waves = whole.waves[:weeks]
    kept = whole.cells.filter(whole.cells["wave"].is_in(waves))
    return History(tuple(whole.release(wave) for wave in waves), kept, whole.instrument)


def _released(wave: str, unit: Unit, parent: str | None, item: str, row: np.ndarray) -> Cell:
    n = int(row[1:6].sum())
    where = (wave, unit.unit_id, parent, unit.name)
    if n < K:
        return Cell(*where, "unit", f"item:{item}", "suppressed")
    b = rounding.band(n, unit.invited)
    per_point = rounding.steps_per_point(b, changed=False)
    mean = rounding.mean(row.tolist(), per_point)
    return Cell(*where, "unit", f"item:{item}", "published", b, unit.invited, mean.value,
                mean.bound, 1 / per_point)  # fmt: skip
