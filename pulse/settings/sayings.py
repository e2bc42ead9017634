"""What an organisation says of itself to staff: short enough, and nothing that hides."""

from collections.abc import Iterator
from typing import Final

from pulse.errors import BadSetting
from pulse.settings.model import Settings

LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 2_000
LONGEST_CONTACT: Final = 300
MOST_CONTACTS: Final = 30
# Joiners (U+200C, U+200D) and marks of direction (U+200E, U+200F) that Persian, Hebrew and emoji
# are written with; the rest of their kind can turn a line around or hide a part of it.
_NEEDED: Final = dict.fromkeys((0x200C, 0x200D, 0x200E, 0x200F))


def check_sayings(settings: Settings) -> None:
    """Check name and help contacts, which stand in every mail and on each staff page.

    Raises:
        BadSetting: one is empty, too long, or holds a sign that cannot be printed.
    """
    if not settings.organisation.strip():
        raise BadSetting("The organisation needs a name.", where="organisation")
    support = settings.support
    if len(support.contacts) > MOST_CONTACTS:
        raise BadSetting(f"Name {MOST_CONTACTS} contacts at most.", where="support.contacts")
    for where, text, longest in _each(settings):
        if len(text) > longest:
            raise BadSetting(f"Say it in {longest} signs at most.", where=where)
        # A text of several lines is one paragraph to its readers.
        line = text if where != "support.text" else " ".join(text.splitlines())
        if not line.translate(_NEEDED).isprintable():
            raise BadSetting("It holds a sign that cannot be printed.", where=where)


def _each(settings: Settings) -> Iterator[tuple[str, str, int]]:
    yield "organisation", settings.organisation, LONGEST_NAME
    support = settings.support
    for text in (support.text, *(own.text for own in support.locales.values())):
        yield "support.text", text, LONGEST_TEXT
    for contacts in (support.contacts, *(own.contacts for own in support.locales.values())):
        yield from (("support.contacts", each, LONGEST_CONTACT) for each in contacts)
