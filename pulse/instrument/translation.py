"""A survey's wording in one language, and how a translation is tied to what it translates."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec
from babel import Locale

from pulse.instrument.model import Instrument
from pulse.instrument.practices import Practice
from pulse.instrument.wording import digest
from pulse.settings import DEFAULT_SUPPORT

Status = Literal["draft", "complete", "reviewed"]
STAMP: Final = 12  # hex digits of a SHA-256: enough against an accident, short in a file
WEEK: Final = "{week}"  # the one thing that is filled in, in the title of a week


class Said(msgspec.Struct, frozen=True):
    """A text with the language and direction that it is in, for `lang` and `dir` of a page."""

    text: str
    lang: str
    dir: str


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """Every text of a survey in one language; `week` is the title of a week, with its number.

    `status`: a `draft` may be wrong, in a `complete` one each text was compared with the
    original, and of a `reviewed` one the file names who speaks the language and has read it.
    """

    code: str
    name: str
    dir: Literal["ltr", "rtl"]
    status: Status
    title: str
    frame: str
    week: str
    support: str
    labels: tuple[str, ...]
    prefer_not: str
    scales: Mapping[str, str]
    packs: Mapping[str, str]
    items: Mapping[str, str]
    practices: Mapping[str, str] = {}

    def week_title(self, wave: str) -> str:
        """Return the title of a wave, such as "Week 10"."""
        return self.week.replace(WEEK, str(int(wave[6:])))

    def said(self, text: str) -> Said:
        """Return one of these texts with its language."""
        return Said(text, self.code, self.dir)


def original(instrument: Instrument, practices: Iterable[Practice] = ()) -> Wording:
    """Return the wording that the survey was written in, with the titles of `practices`."""
    return Wording(
        code=instrument.locale,
        name=Locale.parse(instrument.locale, sep="-").display_name or instrument.locale,
        dir=instrument.dir,
        status="reviewed",
        title=instrument.title,
        frame=instrument.frame,
        week=f"Week {WEEK}",
        support=DEFAULT_SUPPORT,
        labels=instrument.labels,
        prefer_not=instrument.prefer_not,
        scales={scale.id: scale.name for scale in instrument.scales.values()},
        packs={pack.id: pack.title for pack in instrument.packs.values()},
        items={item.id: item.text for item in instrument.items.values()},
        practices={practice.id: practice.title for practice in practices},
    )


def stamp(*texts: str) -> str:
    """Return what a translation carries of the texts it translates: 12 hex digits."""
    return digest("\n".join(texts))[:STAMP]
