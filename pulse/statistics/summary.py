"""What staff read at `/results` of the four scales: the leaders' own figures, kept as a file.

Made by `summarising.py` from releases alone, so whoever has them can make it again; `pulse audit`
does. The page and the audit read it through `read`, so nothing is shown that is not judged, and
what could not be drawn is not read. This module is plain: the process that serves staff loads no
data frames.
"""

from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

import pulse
from pulse.terms import WAVE_ID

VERSION: Final = 1
ABSENT: Final = "they have not been worked out yet"
UNREAD: Final = "what was worked out cannot be read"
DAMAGED: Final = "what was worked out is damaged"
OTHER_RELEASES: Final = "what was worked out is of other releases"
OTHER_VERSION: Final = "they were worked out by another version of Pulse"
WEEKS: Final = 12  # of a line

Week = Annotated[str, Meta(pattern=rf"(?a:\A{WAVE_ID.pattern}\Z)")]
Place = Annotated[float, Meta(ge=0, le=100)]
Run = Annotated[tuple[tuple[Place, Place], ...], Meta(min_length=1, max_length=WEEKS)]
Runs = Annotated[tuple[Run, ...], Meta(max_length=WEEKS)]


class ScaleSummary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scale of one unit as its tile has it: 0-100 with its 95 % interval, None where hidden.

    `waves` are those the figure is of; `words` say the direction, which is `likely` real or not,
    and `alarm` what small moves add up to. `runs` are the parts of the line between gaps: places
    of 0-100 along the weeks, levels.
    """

    scale: str
    name: str
    waves: tuple[Week, ...]
    at_least: int | None
    value: Place | None
    low: Place | None
    high: Place | None
    words: str
    likely: bool
    alarm: str
    runs: Runs

    def __post_init__(self) -> None:
        """Refuse a figure without weeks or interval; read from a file, it is damaged then."""
        if list(self.waves) != sorted(set(self.waves)):
            raise ValueError("weeks stand in their order")
        if self.value is None and self.low is None and self.high is None:
            return
        if self.value is None or self.low is None or self.high is None or not self.waves:
            raise ValueError("a figure has its weeks and its interval")
        if self.low > self.high:
            raise ValueError("an interval begins before it ends")


class UnitSummary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The organisation, or a department (a unit right below it), with its scales."""

    unit_id: str
    name: str
    scales: tuple[ScaleSummary, ...]

    @property
    def shown(self) -> bool:
        """Whether any figure of it is."""
        return any(scale.value is not None for scale in self.scales)


class Summary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all releases up to `head`, the hash of the ledger's last line, say of the scales.

    `code` is the version of Pulse that worked it out, `wave` the newest week.
    """

    v: int
    code: str
    head: str
    wave: Week
    whole: UnitSummary
    departments: tuple[UnitSummary, ...]

    def __post_init__(self) -> None:
        """Refuse departments with other scales than the organisation's: they are its columns."""
        columns = [scale.scale for scale in self.whole.scales]
        if any([s.scale for s in unit.scales] != columns for unit in self.departments):
            raise ValueError("every unit has the same scales")


def encode(summary: Summary) -> bytes:
    """Return the bytes of the file: one JSON object, ending in a newline."""
    return msgspec.json.encode(summary) + b"\n"


class _Header(msgspec.Struct, frozen=True):
    v: int
    code: str
    head: str


def read(path: Path, head: str) -> Summary | None:
    """Return what this version of Pulse said of the releases up to `head`, or None.

    A file that is damaged, or says what no summary can say, is as good as none.
    """
    found = look(path, head)
    return found if isinstance(found, Summary) else None


def look(path: Path, head: str) -> Summary | str:
    """Return the same, or why there is none: a clause for whoever keeps the installation."""
    try:
        data = path.read_bytes()
        header = msgspec.json.decode(data, type=_Header)
        if (header.v, header.code) != (VERSION, pulse.__version__):
            return OTHER_VERSION
        return msgspec.json.decode(data, type=Summary) if header.head == head else OTHER_RELEASES
    except FileNotFoundError:
        return ABSENT
    except OSError:
        return UNREAD
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return DAMAGED
