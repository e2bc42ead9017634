"""The words on a card, in the language of whoever gets it."""

import datetime as dt

import msgspec

from pulse.invitation.mails import local_words
from pulse.terms import week_name


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the words speak of: the wave, its closing time (aware), the organisation's zone."""

    wave: str
    closes: dt.datetime
    timezone: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one language; `sheet` has {part} and {parts} in it."""

    lang: str
    rtl: bool
    week: str
    what: str
    how: str
    until: str
    same: str
    qr: str
    sheet: str


def words(terms: Terms, language: str = "") -> Words:
    """Return the words in `language`; English where it is empty or unknown."""
    del language
    return Words(
        lang="en",
        rtl=False,
        week=week_name(terms.wave),
        what="One minute about your past week. Nobody can see who answered what.",
        how="Scan, or type this code at",
        until=f"Open until {local_words(terms.closes, terms.timezone)}. Works once.",
        same="On the page, the same eight words:",
        qr="QR code with the link of this card",
        sheet="sheet {part} of {parts}, cut along the lines",
    )
