"""The texts of a wave as one public file: wording, labels and help contacts in one language."""

from collections.abc import Iterable

import msgspec

from pulse.instrument.model import Instrument
from pulse.settings import Support


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """What a person's browser shows; `items` maps ids to wording in asking order."""

    locale: str
    dir: str
    title: str
    items: dict[str, str]
    labels: tuple[str, ...]
    prefer_not: str
    support: Support


def texts(instrument: Instrument, asked: Iterable[str], wave: str, support: Support) -> bytes:
    """Return the JSON bytes of the texts of the items `asked`; the title is the week's number."""
    return msgspec.json.encode(
        Texts(
            locale=instrument.locale,
            dir=instrument.dir,
            title=f"Week {int(wave[6:])}",
            items={item: instrument.items[item].text for item in asked},
            labels=instrument.labels,
            prefer_not=instrument.prefer_not,
            support=support,
        )
    )
