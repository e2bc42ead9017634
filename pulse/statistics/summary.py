"""What staff read at `/results` of the four scales: the leaders' own figures, kept as a file.

Made by `summarising.py` from releases alone, so whoever has them can make it again; `pulse audit`
does. The page and the audit read it through `read`, so nothing is shown that is not judged. This
module is plain: the process that serves staff loads no data frames.
"""

from pathlib import Path
from typing import Final

import msgspec

import pulse

VERSION: Final = 1

Runs = tuple[tuple[tuple[float, float], ...], ...]


class ScaleSummary(msgspec.Struct, frozen=True):
    """One scale of one unit as its tile has it: 0-100 with its 95 % interval, None where hidden.

    `waves` are those the figure is of; `words` say the direction, which is `likely` real or not,
    and `alarm` what small moves add up to. `runs` are the parts of the line between gaps: places
    of 0-100 along the weeks, levels.
    """

    scale: str
    name: str
    waves: tuple[str, ...]
    at_least: int | None
    value: float | None
    low: float | None
    high: float | None
    words: str
    likely: bool
    alarm: str
    runs: Runs


class UnitSummary(msgspec.Struct, frozen=True):
    """The organisation, or a department (a unit right below it), with its scales."""

    unit_id: str
    name: str
    scales: tuple[ScaleSummary, ...]

    @property
    def shown(self) -> bool:
        """Whether any figure of it is."""
        return any(scale.value is not None for scale in self.scales)


class Summary(msgspec.Struct, frozen=True):
    """What all releases up to `head`, the hash of the ledger's last line, say of the scales.

    `code` is the version of Pulse that worked it out, `wave` the newest week.
    """

    v: int
    code: str
    head: str
    wave: str
    whole: UnitSummary
    departments: tuple[UnitSummary, ...]


def encode(summary: Summary) -> bytes:
    """Return the bytes of the file: one JSON object, ending in a newline."""
    return msgspec.json.encode(summary) + b"\n"


def read(path: Path, head: str) -> Summary | None:
    """Return what this version of Pulse said of the releases up to `head`, or None."""
    try:
        summary = msgspec.json.decode(path.read_bytes(), type=Summary)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    ours = (VERSION, pulse.__version__, head)
    return summary if (summary.v, summary.code, summary.head) == ours else None
