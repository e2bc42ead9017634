"""What an attacker holds: every figure that one side ever printed, whoever was allowed to see it.

An attack works on figures alone. Only scoring asks `Publication.answers`, which knows (in a twin)
or bounds (in a home, from its bands) how many people truly stand behind a group.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

import msgspec

People = frozenset[str]
# Where a figure was printed. Only "page" figures are a wave's ordinary publication; the others
# are what further views, late publications and open weeks add.
Source = Literal["page", "export", "filter", "window", "recut", "late", "live"]
PARTICIPATION: Final = "participation"


class Span(NamedTuple):
    """Lowest and highest value that a printed figure allows; equal where it is exact."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether only one value is possible."""
        return self.low == self.high


class Figure(msgspec.Struct, frozen=True):
    """One printed figure of a unit, a measure and a wave.

    `people` are the smallest groups of people that anybody can tell apart (single persons in a
    twin, roster units in a home). `n` bounds the answers 1-5 behind it, `total` their sum after
    reversal, `split` how many of them are 4-5, 3 and 1-2 after reversal; None where it says
    nothing of them. `edition` tells printings of the same figure apart: empty for the release
    itself; else the tree or threshold it was cut again under, the weeks of a window, the number
    of ballots so far. `viewers` may see it: unit_ids whose leader does, or "hr". Where n is
    banded, `mean` (1-5 after reversal) and `shares` (0-1, as `split`) say more than `total` and
    `split` can: what they allow for each n. A figure of the measure PARTICIPATION counts in `n`
    the people who took part.
    """

    wave: str
    measure: str
    unit_id: str
    people: People
    n: Span
    total: Span | None = None
    split: tuple[Span, Span, Span] | None = None
    source: Source = "page"
    edition: str = ""
    viewers: frozenset[str] = frozenset({"hr"})
    mean: Span | None = None
    shares: tuple[Span, Span, Span] | None = None


class Hidden(msgspec.Struct, frozen=True):
    """A unit that is not shown in a wave, with everything that a reader sees in its place."""

    wave: str
    unit_id: str
    people: People
    looks: str


class Publication(msgspec.Struct, frozen=True):
    """Everything one side printed.

    Args:
        figures: every figure, in the order of printing.
        hidden: every unit with invited people that was not shown.
        k: per wave the threshold that people were promised when they answered.
        invited: per wave the invited people of each smallest group (1 for a person).
        parents: per wave the unit above each unit, None for the root.
        answers: how many answers 1-5 to a measure ("item:A1", or "" for the fewest of any item)
            a set of people gave in a wave: exact in a twin, bounds in a home.
        given: in a twin, each person's answers by item in a wave (0 skipped, 1-5 after reversal,
            6 prefers not to say); people who took no part are missing. None in a home.
        scales: per wave the item measures that each scale measure is made of.
    """

    figures: tuple[Figure, ...]
    hidden: tuple[Hidden, ...]
    k: Mapping[str, int]
    invited: Mapping[str, Mapping[str, int]]
    parents: Mapping[str, Mapping[str, str | None]]
    answers: Callable[[str, str, People], Span]
    given: Mapping[str, Mapping[str, Mapping[str, int]]] | None = None
    scales: Mapping[str, Mapping[str, tuple[str, ...]]] = msgspec.field(default_factory=dict)

    def families(self, *sources: Source) -> Iterator[tuple[str, str, list[Figure]]]:
        """Yield (wave, measure, its figures) of the sources named; default: ordinary pages."""
        wanted = sources or ("page",)
        found: dict[tuple[str, str], list[Figure]] = {}
        for figure in self.figures:
            if figure.source in wanted:
                found.setdefault((figure.wave, figure.measure), []).append(figure)
        for (wave, measure), figures in found.items():
            yield wave, measure, figures

    def small(self, wave: str, measure: str, people: People) -> bool:
        """Tell whether a group that an attack isolates has 1 to k - 1 people behind it.

        In a home, whether nothing rules that out.
        """
        if not sum(self.invited[wave][one] for one in people):
            return False
        least, most = self.answers(wave, measure, people)
        return least < self.k[wave] and most >= 1


class Recovered(msgspec.Struct, frozen=True):
    """What an attack found.

    `groups` counts different groups of 1 to k - 1 people that it determined, over all waves;
    `people` adds up how many are in them. `guess` is the share of right guesses of one person's
    answer, where the attack guesses; `blind` what guessing without any figure reaches. `details`
    are further results by name.
    """

    groups: int = 0
    people: int = 0
    guess: float | None = None
    blind: float | None = None
    details: tuple[tuple[str, float], ...] = ()


def recovered(publication: Publication, isolated: Iterable[tuple[str, str, People]]) -> Recovered:
    """Count what (wave, measure, people) an attack isolated, each small group of a wave once."""
    found: dict[tuple[str, People], int] = {}
    for wave, measure, people in isolated:
        if publication.small(wave, measure, people):
            size = int(publication.answers(wave, measure, people).high)
            found[wave, people] = max(size, found.get((wave, people), 0))
    return Recovered(groups=len(found), people=sum(found.values()))
