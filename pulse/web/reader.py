"""Whoever reads a page: their language, and how weeks, days, numbers and statements read in it.

Nothing is kept of a choice: it is in the address that was asked for, or in what the browser says
it prefers.
"""

import datetime as dt
import re
from functools import cache
from gettext import NullTranslations
from typing import Final

import msgspec

from pulse.instrument import load
from pulse.instrument.locales import Speaker, speaker
from pulse.instrument.translation import Said, Wording
from pulse.language import LANGUAGES, day, translations
from pulse.release.hidden import ALL_SHOWN, EARLIER, SOME, WHOLE_WEEK
from pulse.terms import ENGLISH, N_, week_name, week_span

PEOPLE: Final = N_("At least {at_least} of {invited} people answered.")
_FIELD: Final = re.compile(r"\\\{(\w+)\\\}")


class Phrase(msgspec.Struct, frozen=True):
    """Words that may be of another language than the page; `lang` and `dir` are empty if not."""

    text: str
    lang: str = ""
    dir: str = ""


class Reader(msgspec.Struct, frozen=True):
    """One language of the pages; `chosen` where the address asks for it, so that links keep it."""

    code: str = "en"
    dir: str = "ltr"
    words: NullTranslations = ENGLISH
    chosen: bool = False

    @property
    def query(self) -> str:
        """What a link to another page ends in."""
        return f"?lang={self.code}" if self.chosen else ""

    def gettext(self, sentence: str) -> str:
        """Return one of our sentences in this language."""
        return self.words.gettext(sentence) if sentence else ""

    def week(self, wave: str) -> str:
        """Return a week's name: "week 9 of 2026"."""
        return week_name(wave, self.words)

    def weeks(self, waves: tuple[str, ...]) -> str:
        """Return the name of several weeks in a row."""
        return week_span(waves, self.words)

    def day(self, date: dt.date) -> str:
        """Return a day: "2 March 2026"."""
        return day(date, self.code)

    def mean(self, value: float) -> str:
        """Return a mean of answers with one decimal place, or two where the second is not 0."""
        from babel import Locale
        from babel.numbers import format_decimal

        return format_decimal(value, "0.0#", locale=Locale.parse(self.code, sep="-"))

    def between(self, low: float, high: float, *, room: bool = True) -> str:
        """Return an interval of whole points: in words where a dash would read wrongly.

        Without much `room` a mark of direction has to do instead of words.
        """
        told = self.words.pgettext("an interval in a table", "{low}\N{EN DASH}{high}")
        if room:
            told = self.words.pgettext("an interval", "{low}\N{EN DASH}{high}")
        return told.format(low=f"{low:.0f}", high=f"{high:.0f}")

    def released(self, sentence: str) -> Phrase:
        """Return a sentence of a release, which is English there; unknown ones stay as they are."""
        for known, pattern in _released():
            if found := pattern.fullmatch(sentence):
                return Phrase(self.gettext(known).format(**found.groupdict()))
        return self._english(sentence)

    def statement(self, item: str, text: str) -> Phrase:
        """Return a statement as this language asks it, if `text` is what we ship under its id."""
        told = _speaker(self.code)
        same = told.written.items.get(item) == text
        return self._phrase(told.item(item)) if same else self._english(text)

    def scale(self, scale: str, name: str) -> Phrase:
        """Return the name of a scale in this language, if `name` is what we call it."""
        told = _speaker(self.code)
        same = told.written.scales.get(scale) == name
        return self._phrase(told.scale(scale)) if same else self._english(name)

    def practice(self, practice: str, title: str) -> Phrase:
        """Return the title of a practice in this language, if `title` is what we call it."""
        told = _speaker(self.code)
        same = told.written.practices.get(practice) == title
        return self._phrase(told.practice(practice)) if same else self._english(title)

    @property
    def wording(self) -> Wording:
        """Our survey in this language, or as it was written."""
        told = _speaker(self.code)
        return told.here or told.written

    def _english(self, text: str) -> Phrase:
        return Phrase(text) if self.code == "en" else Phrase(text, "en", "ltr")

    def _phrase(self, said: Said) -> Phrase:
        return (
            Phrase(said.text) if said.lang == self.code else Phrase(said.text, said.lang, said.dir)
        )


PLAIN: Final = Reader()


def reader_of(code: str, *, chosen: bool = False) -> Reader:
    """Return the reader of one of `pulse.language.LANGUAGES`."""
    return Reader(code, LANGUAGES[code].dir, translations(code), chosen)


@cache
def _speaker(code: str) -> Speaker:
    return speaker(load(), code)


@cache
def _released() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return every sentence that a release may hold, with a pattern of its numbers."""
    return tuple(
        (known, re.compile(_FIELD.sub(r"(?P<\1>[0-9]+)", re.escape(known))))
        for known in (PEOPLE, SOME, EARLIER, ALL_SHOWN, WHOLE_WEEK)
    )
