"""An instrument as the rest of Pulse sees it: items, scales and the order they are asked in."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pulse.instrument.plane import MONTH
from pulse.terms import TOP


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement; agreement is good unless `reverse`, and `leader` items rate one leader."""

    id: str
    text: str
    scale: str
    facet: str = ""
    reverse: bool = False
    leader: bool = False
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


class Instrument(msgspec.Struct, frozen=True):
    """A checked survey.

    `items` keeps the file's order. `labels` name the answers 1 to 5. `blocks` are the rotating
    items of each form, in running order (form 0 is asked in the first wave).
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

    def form(self, form: int) -> tuple[str, ...]:
        """Return the ids asked under rotation block `form` (0-19), in asking order.

        The anchors come first. The rotating items start at another one each week, so that no
        item is always asked last (Zhang & Sackett 2023 on planned missingness and order).
        """
        block = self.blocks[form]
        start = (form + form // MONTH) % len(block)
        return (*self.anchors, *block[start:], *block[:start])

    def lead(self, form: int) -> tuple[str, ...]:
        """Return those ids of `form` that only groups made of leaders are asked."""
        return tuple(item for item in self.form(form) if self.items[item].leader)


def reversed_mean(item: Item, mean: float) -> float:
    """Turn a mean of answers as given (1-5) so that higher is better."""
    return TOP + 1 - mean if item.reverse else mean


def rescaled(mean: float) -> float:
    """Map a mean of 1-5 to 0-100."""
    return 100 * (mean - 1) / (TOP - 1)
