"""An instrument as the rest of Pulse sees it: items, scales and the order they are asked in."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from pulse.instrument.plane import MONTH
from pulse.terms import TOP

MAX_REVERSED: Final = 2  # in one week
AGREEMENT: Final = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement; agreement is good unless `reverse`.

    `leader` items say something about one leader, and are shown under the higher k. An item of
    a pack has no `scale`: it is reported by itself and feeds no other figure. With `to_leaders`
    it is asked only of groups made of leaders.
    """

    id: str
    text: str
    scale: str
    facet: str = ""
    reverse: bool = False
    leader: bool = False
    to_leaders: bool = False
    origin: tuple[str, ...] = ()
    since: str = ""


class Scale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Items that are reported together; a formative scale has no alpha.

    `min_answered` is a person's share of answers that a scale needs; team figures, which come
    from rounded item rows, do not use it.
    """

    id: str
    name: str
    model: Literal["reflective", "formative"]
    min_answered: float
    direction: Literal["higher_is_better"]
    score: Literal["mean"]
    rescale: tuple[int, int]


class Pack(msgspec.Struct, frozen=True):
    """Statements that may take a seventh place for some weeks while their practice is tried.

    With `leader` each of them is about one leader; `asked` says who is asked them.
    """

    id: str
    title: str
    items: tuple[str, ...]
    leader: bool = False
    asked: Literal["everybody", "leaders"] = "everybody"


class Instrument(msgspec.Struct, frozen=True):
    """A checked survey.

    `items` keeps the file's order; those of the packs come last. `labels` name the answers 1 to
    5. `blocks` are the rotating items of each form, in running order (form 0 is asked in the
    first wave); one empty block where everything is asked every week.
    """

    id: str
    version: str
    title: str
    frame: str
    locale: str
    dir: Literal["ltr", "rtl"]
    items: Mapping[str, Item]
    scales: Mapping[str, Scale]
    labels: tuple[str, ...]
    prefer_not: str
    anchors: tuple[str, ...]
    blocks: tuple[tuple[str, ...], ...]
    packs: Mapping[str, Pack] = {}

    @property
    def core(self) -> tuple[Item, ...]:
        """The items that are asked in rotation, without those of packs."""
        return tuple(item for item in self.items.values() if item.scale)

    @property
    def sides(self) -> tuple[str, str, str]:
        """What the answers 4-5, 3 and 1-2 say: "agree", or two labels of a survey's own."""
        if self.labels == AGREEMENT:
            return "agree", "neither", "disagree"
        lowest, low, middle, high, highest = (
            f"\N{LEFT DOUBLE QUOTATION MARK}{label}\N{RIGHT DOUBLE QUOTATION MARK}"
            for label in self.labels
        )
        return f"{high} or {highest}", middle, f"{lowest} or {low}"

    @property
    def less(self) -> str:
        """What is better of a reversed statement."""
        return "less agreement" if self.labels == AGREEMENT else "a lower answer"

    def form(self, form: int) -> tuple[str, ...]:
        """Return the ids asked under rotation block `form` (from 0), in asking order.

        The anchors come first. The rotating items start at another one each week, so that no
        item is always asked last (Zhang & Sackett 2023 on planned missingness and order).
        """
        block = self.blocks[form]
        start = (form + form // MONTH) % len(block) if block else 0
        return (*self.anchors, *block[start:], *block[:start])

    def seventh(self, form: int, pack: str, turn: int) -> str:
        """Return the item of `pack` that joins `form` when it is the pack's `turn`-th week.

        The pack's items take turns. One that is reversed waits where the week has two reversed
        items of its own already.
        """
        items = self.packs[pack].items
        full = sum(self.items[item].reverse for item in self.form(form)) >= MAX_REVERSED
        allowed = [item for item in items if not (full and self.items[item].reverse)]
        due = items[turn % len(items)]
        return due if due in allowed else allowed[turn % len(allowed)]

    def for_leaders(self, asked: Iterable[str]) -> tuple[str, ...]:
        """Return those ids of `asked` that only groups made of leaders are asked."""
        return tuple(item for item in asked if self.items[item].to_leaders)


def reversed_mean(item: Item, mean: float) -> float:
    """Turn a mean of answers as given (1-5) so that higher is better."""
    return TOP + 1 - mean if item.reverse else mean


def rescaled(mean: float) -> float:
    """Map a mean of 1-5 to 0-100."""
    return 100 * (mean - 1) / (TOP - 1)
