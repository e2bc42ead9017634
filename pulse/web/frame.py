"""What stands around every page to read: help contacts, and the languages that there are."""

from collections.abc import Iterable
from typing import Final

import msgspec

from pulse.instrument.texts import help_in, is_helped
from pulse.language import LANGUAGES
from pulse.settings import DEFAULT_SUPPORT, Settings
from pulse.web.reader import PLAIN, Phrase, Reader


class Choice(msgspec.Struct, frozen=True):
    """One language of the list at a page's end, by its own name."""

    code: str
    name: str
    dir: str


class Frame(msgspec.Struct, frozen=True):
    """The same on every page for everybody who reads one language.

    `own` is the language that the organisation writes names and contacts in; `choices` are empty
    where there is nothing to choose.
    """

    support: Phrase = Phrase(DEFAULT_SUPPORT)
    contacts: tuple[str, ...] = ()
    own: str = "en"
    choices: tuple[Choice, ...] = ()


ALONE: Final = Frame()


def frame_for(settings: Settings, reader: Reader = PLAIN) -> Frame:
    """Return what stands around the pages of an organisation in the reader's language."""
    own, wording = settings.languages[0], reader.wording
    help_ = help_in(wording, settings.support)
    text = Phrase(help_.text)
    if not is_helped(wording, settings.support, own) and own in LANGUAGES:
        text = Phrase(help_.text, own, LANGUAGES[own].dir)
    return Frame(text, help_.contacts, own, _choices(settings.languages))


def _choices(codes: Iterable[str]) -> tuple[Choice, ...]:
    found = tuple(
        Choice(code, LANGUAGES[code].name, LANGUAGES[code].dir)
        for code in codes
        if code in LANGUAGES
    )
    return found if len(found) > 1 else ()
