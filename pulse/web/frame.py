"""What stands around every page to read: help contacts, and the languages that there are."""

from collections.abc import Iterable
from typing import Final

import msgspec

from pulse.language import LANGUAGES
from pulse.settings import Settings, Support
from pulse.settings.model import DEFAULT_SUPPORT
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
    own = settings.languages[0]
    return Frame(
        _help(settings.support, own, reader),
        settings.support.contacts,
        own,
        _choices(settings.languages),
    )


def _help(support: Support, own: str, reader: Reader) -> Phrase:
    if support.text == DEFAULT_SUPPORT:
        return reader.support()
    known = LANGUAGES.get(own)
    if own == reader.code or known is None:
        return Phrase(support.text)
    return Phrase(support.text, own, known.dir)


def _choices(codes: Iterable[str]) -> tuple[Choice, ...]:
    found = tuple(
        Choice(code, LANGUAGES[code].name, LANGUAGES[code].dir)
        for code in codes
        if code in LANGUAGES
    )
    return found if len(found) > 1 else ()
