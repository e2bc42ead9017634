"""`results.json` as the page for staff reads it: the released cells of one wave."""

from typing import Annotated

import msgspec
from msgspec import Meta

from pulse.terms import TOP, WAVE_ID


class Figure(msgspec.Struct, frozen=True):
    """A statement (1-5) as released; a coded `mean` is its bound."""

    mean: Annotated[float, Meta(ge=1, le=TOP)]
    mean_bound: str = "exact"
    text: str = ""
    reverse: bool = False
    item: str = ""


class Department(msgspec.Struct, frozen=True):
    """One shown department."""

    name: str
    unit_id: str = ""
    participation: str = ""


class Results(msgspec.Struct, frozen=True):
    """The fields of `results.json` that the page shows; others may be added.

    `ends` are the lowest and the highest answer in words of an own survey.
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
    ends: tuple[str, str] | None = None

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
