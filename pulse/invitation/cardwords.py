"""The words on a card, in the language of whoever gets it."""

import datetime as dt

import msgspec

from pulse.language import DEFAULT, LANGUAGES, closest, day_and_time, translations


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


def words(terms: Terms, language: str = DEFAULT) -> Words:
    """Return the words in the language closest to `language`; English where there is none."""
    code = closest(language, LANGUAGES) or DEFAULT
    _ = translations(code).gettext
    year, _dash, number = terms.wave.partition("-W")
    moment = day_and_time(terms.closes, terms.timezone, code)
    return Words(
        lang=code,
        rtl=LANGUAGES[code].dir == "rtl",
        week=_("Week %(number)s of %(year)s") % {"number": int(number), "year": year},
        what=_("One minute about your past week. Nobody can see who answered what."),
        how=_("Scan, or type this code at"),
        until=_("Open until %(moment)s. Works once.") % {"moment": moment},
        same=_("The page shows the same eight words:"),
        qr=_("QR code with the link of this card"),
        sheet=_("sheet %(part)s of %(parts)s, cut along the lines")
        % {"part": "{part}", "parts": "{parts}"},
    )
