"""`results.json` as the page for staff reads it: the released cells of one wave."""

from typing import Final

import msgspec

from pulse.terms import WAVE_ID

_ENDS: Final = ("strongly disagree", "strongly agree")
_BOUND: Final = {"at_least": " or more", "at_most": " or less"}


class Figure(msgspec.Struct, frozen=True):
    """A statement (1-5) as released; a coded `mean` is its bound."""

    mean: float
    mean_bound: str = "exact"
    text: str = ""
    reverse: bool = False

    @property
    def words(self) -> str:
        """The mean as people read it, such as "3.0", "3.25" or "4.5 or more"."""
        return f"{self.mean:.2f}".removesuffix("0") + _BOUND.get(self.mean_bound, "")


class Department(msgspec.Struct, frozen=True):
    """One shown department."""

    name: str
    unit_id: str = ""
    participation: str = ""


class Results(msgspec.Struct, frozen=True):
    """The fields of `results.json` that the page shows; others may be added.

    `ends` are the lowest and the highest answer in words.
    """

    wave: str
    organisation: str
    participation: str = ""
    unit_id: str = ""
    at_least: int = 0
    invited: int = 0
    items: tuple[Figure, ...] = ()
    units: tuple[Department, ...] = ()
    hidden: str = ""
    ends: tuple[str, str] = _ENDS

    @property
    def less(self) -> str:
        """What is better of a reversed statement."""
        return "Less agreement" if self.ends == _ENDS else "A lower answer"

    def __post_init__(self) -> None:
        """Refuse what could not be drawn; read from a file, it is damaged then."""
        if not WAVE_ID.fullmatch(self.wave):
            raise ValueError("results are of a week")
        if not 0 <= self.at_least <= self.invited:
            raise ValueError("nobody answers who was not invited")


def read(data: bytes) -> Results | None:
    """Return the results of a wave, or None where they cannot be read."""
    try:
        return msgspec.json.decode(data, type=Results)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
