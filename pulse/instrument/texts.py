"""The texts of a wave as one public file: wording, labels and help contacts in one language."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from pulse.instrument.model import Instrument
from pulse.language import survey
from pulse.settings import Support


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """What a person's browser shows.

    `items` maps ids to wording in asking order, `ui` short keys to the page's own words.
    """

    locale: str
    dir: str
    title: str
    items: dict[str, str]
    labels: tuple[str, ...]
    prefer_not: str
    support: Support
    ui: dict[str, str]


def texts(instrument: Instrument, asked: Iterable[str], wave: str, support: Support) -> bytes:
    """Return the JSON bytes of the texts of the items `asked`; the title is the week's number."""
    locale = instrument.locale
    return msgspec.json.encode(
        Texts(
            locale=locale,
            dir=instrument.dir,
            title=survey.title(locale, wave),
            items={item: instrument.items[item].text for item in asked},
            labels=instrument.labels,
            prefer_not=instrument.prefer_not,
            support=replace(support, text=survey.spoken(locale, support.text)),
            ui=survey.words(locale) | {"frame": survey.spoken(locale, f"{instrument.frame}:")},
        )
    )
