"""Simulated organisations: people with opinions, the rows we release of them, and the truth."""

from collections.abc import Iterator
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
from tests.unit.statistics.histories import INSTRUMENT, manifest

ITEM: Final = "A1"
RESPONSE: Final = 0.75
PERSON: Final = 1.05  # standard deviation of what a person thinks, before it becomes an answer 1-5
BETWEEN: Final = 0.316  # of groups: ICC(1) of about .08
TYPICAL: Final = 16  # people in a group, median
SMALLEST: Final = 8
K: Final = 5


class Truth(Struct, frozen=True):
    """One shown group: its band, its level, what all of its people think, what was answered.

    `far` is the distance of its level from the organisation's.
    """

    unit_id: str
    at_least: int
    level: float
    everybody: float
    said: tuple[int, ...]
    invited: int
    far: float

    @property
    def mean(self) -> float:
        """The exact mean of the answers."""
        return sum(self.said) / len(self.said)


class World(Struct, frozen=True):
    """One organisation of one week: what was released, and what is true."""

    history: History
    truths: tuple[Truth, ...]
    sigma2: float


def worlds(groups: int, units: int, seed: int) -> Iterator[World]:
    """Yield organisations of `groups` groups until about `units` units are told."""
    chance = np.random.default_rng(seed)
    for _ in range(-(-units // groups)):
        yield _world(groups, chance)


def expected(centres: np.ndarray) -> np.ndarray:
    """Return the mean answer of groups whose people think `centres` on average."""
    grid = np.linspace(-4, 4, 801)
    weights = np.exp(-grid * grid / 2)
    answers = np.clip(np.round(centres[:, None] + PERSON * grid[None, :]), 1, 5)
    return np.asarray((answers * weights).sum(axis=1) / weights.sum())


def _world(groups: int, chance: np.random.Generator) -> World:
    sizes = np.clip(np.round(chance.lognormal(np.log(TYPICAL), 0.75, groups)), SMALLEST, 150)
    centres = chance.uniform(2.8, 4.0) + chance.normal(0, BETWEEN, groups)
    levels = expected(centres)
    people = [
        np.clip(np.round(centre + chance.normal(0, PERSON, int(size))), 1, 5).astype(int)
        for centre, size in zip(centres, sizes, strict=True)
    ]
    answers = [each[chance.random(len(each)) < RESPONSE] for each in people]
    sigma2 = _within(answers)
    invited = int(sizes.sum())
    root = Unit("org", None, "Organisation", invited, group=False, series="2026-W01")
    units, rows, truths = [root], list(_diagnostic(sigma2, invited)), []
    for place, (own, said) in enumerate(zip(people, answers, strict=True)):
        name = f"g{place:04d}"
        units.append(Unit(name, "org", name, len(own), group=True, series="2026-W01"))
        if len(said) < K:
            continue
        rows.append(_released(name, said, len(own)))
        truths.append(
            Truth(
                name, rounding.band(len(said), len(own)), float(levels[place]),
                float(own.mean()), tuple(said.tolist()), len(own),
                float(abs(levels[place] - levels.mean())),
            )
        )  # fmt: skip
    release = Release("2026-W01", manifest("2026-W01", 0, (ITEM,)),
                      Tree("1", tuple(units), {}), b"{}", Path())  # fmt: skip
    return World(History((release,), cells.frame(rows), INSTRUMENT), tuple(truths), sigma2)


def _within(answers: list[np.ndarray]) -> float:
    told = [each for each in answers if len(each)]
    squares = sum(float(((each - each.mean()) ** 2).sum()) for each in told)
    return round(squares / sum(len(each) - 1 for each in told) * 20) / 20


def _diagnostic(sigma2: float, invited: int) -> Iterator[Cell]:
    yield Cell("2026-W01", "org", None, "Organisation", "diag", f"sigma2:{ITEM}", "published",
               5 * (invited // 10), invited, value=sigma2)  # fmt: skip


def _released(name: str, said: np.ndarray, invited: int) -> Cell:
    """Return the row of one group as closing would write it, by the rules of disclosure."""
    b = rounding.band(len(said), invited)
    per_point = rounding.steps_per_point(b, changed=False)
    counts = [0, *(int((said == answer).sum()) for answer in range(1, 6)), 0]
    mean = rounding.mean(counts, per_point)
    return Cell("2026-W01", name, "org", name, "unit", f"item:{ITEM}", "published", b, invited,
                mean.value, mean.bound, 1 / per_point)  # fmt: skip
