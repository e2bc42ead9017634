"""What a leader will see, drawn from the running policy with answers that are made up.

The figures go through the very rounding, banding and coding that releases go through, so a
changed rule changes the example. Who is shown follows from the numbers below whatever k is: the
large team has enough people, the small one too few, and the third would give the small one away.
"""

from math import sqrt
from typing import Final

import msgspec

from pulse.disclosure import rounding
from pulse.disclosure.policy import Policy
from pulse.release.hidden import SENTENCE
from pulse.terms import N_, TOP
from pulse.web.reader import Reader
from pulse.web.scales import Scale

SHARES: Final = (0.05, 0.1, 0.25, 0.45, 0.15)  # of the made-up answers 1-5
LIKELY: Final = 1.96
POINTS: Final = 25  # of 0-100 for one of 1-5
NAMES: Final = (N_("Harbour"), N_("Hill"), N_("Meadow"))


class Split(msgspec.Struct, frozen=True):
    """How answers split, in percent as shown."""

    agree: int
    neither: int
    disagree: int


class Team(msgspec.Struct, frozen=True):
    """A made-up team: what was answered, and what its leader reads of it.

    `mean`, `bound` and `step` are as shown, `true` is as counted. Hidden, `near` says that enough
    answered and that the figure would give others away.
    """

    name: str
    invited: int
    answered: int
    row: tuple[int, ...]
    shown: bool
    near: bool = False
    split: Split | None = None

    @property
    def at_least(self) -> int:
        """The band of people."""
        return rounding.band(self.answered, self.invited)

    @property
    def true(self) -> float:
        """The mean as counted."""
        return sum(value * self.row[value] for value in range(1, TOP + 1)) / self.answered

    @property
    def mean(self) -> rounding.Mean:
        """The mean as shown."""
        return rounding.mean(self.row, rounding.steps_per_point(self.at_least, changed=False))

    @property
    def step(self) -> float:
        """The step of its mean."""
        return 1 / self.mean.per_point


class Preview(msgspec.Struct, frozen=True):
    """The example: three teams, one statement that nearly all of the first agree with, a tile.

    `hidden` is what pages say of a hidden team.
    """

    teams: tuple[Team, ...]
    end: Team
    tile: Scale
    hidden: str = SENTENCE


def preview(policy: Policy, smallest_group: int, reader: Reader) -> Preview:
    """Return the example under a policy.

    Args:
        policy: the one in force.
        smallest_group: the fewest invited people of a group that shares a key.
        reader: who reads it.
    """
    k = policy.k
    large = max(4 * k + 3, policy.shares_from + 3)
    teams = (
        _team(NAMES[0], large + 7, large, policy, shown=True),
        _team(NAMES[1], max(smallest_group, 2 * k) + 4, k + 2, policy, shown=False, near=True),
        _team(NAMES[2], smallest_group, k - 1, policy, shown=False),
    )
    end = msgspec.structs.replace(teams[0], row=_all_agree(large))
    return Preview(teams, end, _tile(teams[0], reader))


def tiles(reader: Reader) -> tuple[Scale, ...]:
    """Return the four scales of a page that has no release to show yet."""
    return tuple(
        Scale(
            reader.scale(scale, name), value, value - 4.0, value + 4.0, reader.gettext(words),
            runs=runs,
        )
        for scale, name, value, words, runs in (
            ("safety", "Safety", 74.0, "about the same", ("0,30 25,27 60,26 100,26",)),
            ("energy", "Energy", 61.0, "lower, likely real", ("0,25 30,28 60,34 100,39",)),
            ("care", "Care", 70.0, "about the same", ("0,33 40,30 70,31 100,30",)),
            ("work", "Work", 66.0, "cannot tell yet", ()),
        )
    )  # fmt: skip


def _team(
    name: str, invited: int, answered: int, policy: Policy, *, shown: bool, near: bool = False
) -> Team:
    team = Team(name, invited, answered, _spread(answered), shown, near)
    if not shown or team.at_least < policy.shares_from:
        return team
    b, row = team.at_least, team.row
    agree = rounding.share(sum(row[TOP - 1 : TOP + 1]), answered, b)
    disagree = rounding.share(sum(row[1:3]), answered, b)
    neither = rounding.neutral(agree, disagree, b)
    return msgspec.structs.replace(team, split=Split(int(agree), int(neither), int(disagree)))


def _spread(answered: int) -> tuple[int, ...]:
    """Return seven counts of so many answers: skipped, 1-5, prefers not."""
    row = [int(answered * share) for share in SHARES]
    row[3] += answered - sum(row)
    return (0, *row, 0)


def _all_agree(answered: int) -> tuple[int, ...]:
    return (0, 0, 0, 0, 1, answered - 1, 0)


def _tile(team: Team, reader: Reader) -> Scale:
    """Return the first team's tile: its shown mean as 0-100, and how sure that many can be."""
    mean = team.mean
    variance = sum(team.row[value] * (value - team.true) ** 2 for value in range(1, TOP + 1)) / (
        team.answered - 1
    )
    silent = 1 - team.at_least / team.invited
    half = LIKELY * POINTS * sqrt(variance * silent / team.at_least + team.step**2 / 12)
    value = POINTS * (mean.value - 1)
    return Scale(
        reader.scale("energy", "Energy"),
        value,
        max(0.0, value - half),
        min(100.0, value + half),
        reader.gettext("about the same"),
        runs=_line(value, half),
    )


def _line(value: float, half: float) -> tuple[str, ...]:
    """Return twelve made-up weeks around a value."""
    moves = (-0.4, 0.2, -0.1, 0.5, 0.3, -0.2, 0.1, 0.4, -0.3, 0.1, 0.2, 0.0)
    last = len(moves) - 1
    points = (
        f"{100 * at / last:.1f},{100 - value - half * move:.1f}" for at, move in enumerate(moves)
    )
    return (" ".join(points),)
