"""A patient attacker: six items and eight weeks of a team that one person leaves or joins.

What the figures say of one answer is too much to list exactly, so the attacker learns it: from
simulated teams whose answers are known, one table for each way of reading the figures. Tables
are filled with one part of the teams, the way of reading is chosen on a second part, and right
guesses are counted on a third, made of other people.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from random import Random
from typing import Final, NamedTuple

from pulse.attack import answering
from pulse.attack.departure import Printed, exactly, invited, released
from pulse.disclosure.rounding import share

WEEKS: Final = 8
ITEMS: Final = 6
_LAST: Final = WEEKS // 2 - 1
_PEOPLE: Final = 4000
_LEARNT: Final = 0.7
# A table entry with fewer teams behind it is left to a coarser table.
_FEWEST: Final = 5

_Key = tuple[object, ...]


class Setting(NamedTuple):
    """Who is watched: `n` people with the one who leaves (or joins), and what is printed."""

    n: int
    unchanged: float
    leaves: bool
    exact: bool


class Watched(NamedTuple):
    """Share of right guesses by what the attacker uses, with the standard error of each."""

    two_weeks: float
    six_items: float
    eight_weeks: float
    error: float


class _Seen(NamedTuple):
    """One team as the attacker sees it; differences are n x mean with minus without the person.

    `first`, `second`: the looks of the item in the two weeks; `later`: in the week after the
    second. `shares`: differences of printed shares. `apart`: the difference of the two weeks;
    `other`: of the five other items, their mean; `apart_long`, `other_long`: over eight weeks.
    """

    first: object
    second: object
    later: object
    shares: tuple[float, float]
    apart: float
    other: float
    apart_long: float
    other_long: float


_Reading = Callable[[_Seen], _Key]
_TWO: Final[tuple[_Reading, ...]] = (
    lambda s: (s.first, s.second),
    lambda s: (s.first, s.second, s.shares),
    lambda s: (round(s.apart), s.shares),
    lambda s: (round(s.apart),),
)
_SIX: Final[tuple[_Reading, ...]] = (
    *_TWO,
    lambda s: (s.first, s.second, round(s.other)),
    lambda s: (round(s.apart), round(s.other * 2)),
    lambda s: (round(s.apart), round(s.other)),
)
_LONG: Final[tuple[_Reading, ...]] = (
    *_SIX,
    lambda s: (s.first, s.second, s.later),
    lambda s: (s.first, s.later, round(s.apart_long)),
    lambda s: (s.first, round(s.apart_long), round(s.other_long)),
    lambda s: (s.first, s.later, round(s.other_long)),
    lambda s: (round(s.apart), round(s.apart_long), round(s.other_long)),
    lambda s: (round(s.apart_long * 2), round(s.other_long * 2)),
    lambda s: (round(s.apart_long), round(s.other_long)),
)


def watch(setting: Setting, teams: int, seed: int) -> Watched:
    """Simulate `teams` to learn from and half as many to guess at; return how often it is right."""
    learnt = list(_teams(setting, teams, 2 * seed))
    scored = list(_teams(setting, teams // 2, 2 * seed + 1))
    tried = int(teams * _LEARNT)
    shares = []
    for readings in (_TWO, _SIX, _LONG):
        tables = [_Table(reading, learnt[:tried]) for reading in readings]
        best = max(tables, key=lambda table: table.right(learnt[tried:]))
        shares.append(best.right(scored))
    error = sqrt(max(shares) * (1 - min(shares)) / len(scored))
    return Watched(shares[0], shares[1], shares[2], error)


class _Table:
    """The most frequent answer for each look; for a rare look, that of the first figure alone."""

    def __init__(self, reading: _Reading, teams: Sequence[tuple[_Seen, int]]) -> None:
        self._reading = reading
        fine: defaultdict[_Key, Counter[int]] = defaultdict(Counter)
        coarse: defaultdict[object, Counter[int]] = defaultdict(Counter)
        for seen, answer in teams:
            fine[reading(seen)][answer] += 1
            coarse[round(seen.apart / 2)][answer] += 1
        self._fine = {
            key: best[0] for key, counts in fine.items() if (best := _most(counts))[1] >= _FEWEST
        }
        self._coarse = {key: _most(counts)[0] for key, counts in coarse.items()}

    def right(self, teams: Sequence[tuple[_Seen, int]]) -> float:
        """Return the share of teams in which the guess is right."""
        return sum(self._guess(seen) == answer for seen, answer in teams) / len(teams)

    def _guess(self, seen: _Seen) -> int:
        coarse = self._coarse.get(round(seen.apart / 2), 4)
        return self._fine.get(self._reading(seen), coarse)


def _most(counts: Counter[int]) -> tuple[int, int]:
    return max(counts.items(), key=lambda each: (each[1], each[0]))


def _teams(setting: Setting, teams: int, seed: int) -> Iterator[tuple[_Seen, int]]:
    """Yield what is seen of each team, and the answer to be guessed."""
    people = answering.panel(seed, _PEOPLE, setting.unchanged, WEEKS, ITEMS)
    dice = Random(seed)  # noqa: S311 - a simulation, to be the same each time
    size = answering.FIELDS * ITEMS * WEEKS
    weeks = [_printed(setting, week) for week in range(WEEKS)]
    at = answering.FIELDS * ITEMS * (_LAST if setting.leaves else _LAST + 1)
    for _ in range(teams):
        person, *rest = dice.choices(people, k=setting.n)
        others = sum(rest)
        without = others.to_bytes(size, "little")
        with_ = (others + person).to_bytes(size, "little")
        halves = (with_, without) if setting.leaves else (without, with_)
        yield _seen(setting, weeks, halves), with_[at] - without[at]


def _printed(setting: Setting, week: int) -> Printed:
    present = (week <= _LAST) == setting.leaves
    n = setting.n if present else setting.n - 1
    if setting.exact:
        return exactly(n)
    people = invited(setting.n) - (not present)
    return released(n, people, changed=week == _LAST + 1)


def _seen(setting: Setting, weeks: Sequence[Printed], halves: tuple[bytes, bytes]) -> _Seen:
    sign = 1 if setting.leaves else -1
    points: list[list[float]] = []
    looks = []
    for week, printed in enumerate(weeks):
        sums = halves[week > _LAST]
        start = answering.FIELDS * ITEMS * week
        row = [printed.looks[sums[start + answering.FIELDS * item]] for item in range(ITEMS)]
        points.append([printed.n * mean for mean, _ in row])
        looks.append(row[0])
    before, after = points[_LAST], points[_LAST + 1]
    apart = [sign * (one - other) for one, other in zip(before, after, strict=True)]
    long = [
        sign * sum(week[item] * (1 if at <= _LAST else -1) for at, week in enumerate(points))
        / (WEEKS // 2)
        for item in range(ITEMS)
    ]  # fmt: skip
    return _Seen(
        looks[_LAST],
        looks[_LAST + 1],
        looks[_LAST + 2],
        _shares(weeks, halves),
        apart[0],
        sum(apart[1:]) / (ITEMS - 1),
        long[0],
        sum(long[1:]) / (ITEMS - 1),
    )


def _shares(weeks: Sequence[Printed], halves: tuple[bytes, bytes]) -> tuple[float, float]:
    """Return by how much the two printed shares of the item differ; 0 where none are printed."""
    both = weeks[_LAST], weeks[_LAST + 1]
    if not all(printed.shares for printed in both):
        return 0.0, 0.0
    found = []
    for side in (1, 2):
        one, other = (
            _share(printed, half[answering.FIELDS * ITEMS * week + side])
            for printed, half, week in zip(both, halves, (_LAST, _LAST + 1), strict=True)
        )
        found.append(one - other)
    return found[0], found[1]


def _share(printed: Printed, count: int) -> float:
    return share(count, printed.n, printed.b) if printed.b else float(count)
