"""`results.json` as the page for staff reads it: the released cells of one wave."""

import math
from typing import Final

import msgspec

_BOUND: Final = {"at_least": " or more", "at_most": " or less"}


class Figure(msgspec.Struct, frozen=True):
    """A scale (0-100) or an item (1-5) as released; a coded `mean` is its bound."""

    mean: float
    mean_bound: str = "exact"
    step: float = 0.0
    scale: str = ""
    label: str = ""
    item: str = ""
    text: str = ""
    reverse: bool = False
    items: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """An item's mean as people read it, such as "3.0", "3.25" or "4.5 or more"."""
        return f"{self.mean:.2f}".removesuffix("0") + _BOUND.get(self.mean_bound, "")

    @property
    def whole(self) -> str:
        """A scale's mean in whole points; a bound is rounded away from where it would say more."""
        rounded = {"at_least": math.floor, "at_most": math.ceil}.get(self.mean_bound, round)
        return f"{rounded(self.mean)}{_BOUND.get(self.mean_bound, '')}"


class Department(msgspec.Struct, frozen=True):
    """One shown department; older releases have no numbers of people."""

    name: str
    unit_id: str = ""
    participation: str = ""
    at_least: int = 0
    invited: int = 0
    series: str = ""
    scales: tuple[Figure, ...] = ()


class Results(msgspec.Struct, frozen=True):
    """The fields of `results.json` that the page shows; others may be added."""

    wave: str
    organisation: str
    participation: str = ""
    unit_id: str = ""
    at_least: int = 0
    invited: int = 0
    series: str = ""
    scales: tuple[Figure, ...] = ()
    items: tuple[Figure, ...] = ()
    units: tuple[Department, ...] = ()
    hidden: str = ""

    @property
    def whole(self) -> Department:
        """The organisation, as one more department."""
        return Department(
            self.organisation, self.unit_id, self.participation, self.at_least, self.invited,
            self.series, self.scales,
        )  # fmt: skip


def read(data: bytes) -> Results | None:
    """Return the results of a wave, or None where they cannot be read."""
    try:
        return msgspec.json.decode(data, type=Results)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
