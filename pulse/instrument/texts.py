"""The texts of a wave as public files: wording, labels and help contacts, one file a language."""

from collections.abc import Iterable

import msgspec

from pulse.instrument.model import Instrument
from pulse.instrument.translation import Wording, original
from pulse.language import survey
from pulse.settings import DEFAULT_SUPPORT, Support


class Help(msgspec.Struct, frozen=True, kw_only=True):
    """Where people find help: the same for everybody who reads a language."""

    text: str
    contacts: tuple[str, ...]


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
    support: Help
    ui: dict[str, str]


def texts(
    instrument: Instrument,
    asked: Iterable[str],
    wave: str,
    support: Support,
    wording: Wording | None = None,
) -> bytes:
    """Return the JSON bytes of the texts of the items `asked`, the same for the same input.

    Args:
        instrument: the survey.
        asked: ids of its items, in asking order.
        wave: the wave's id; the title is the number of its week.
        support: the settings' help contacts.
        wording: the language; None means the one that the survey was written in.
    """
    words, asked = wording or original(instrument), tuple(asked)
    counts = {len(asked), len(asked) - len(instrument.for_leaders(asked))}
    return msgspec.json.encode(
        Texts(
            locale=words.code,
            dir=words.dir,
            title=words.week_title(wave),
            items={item: words.items[item] for item in asked},
            labels=words.labels,
            prefer_not=words.prefer_not,
            support=help_in(words, support),
            ui=survey.words(words.code, sorted(counts)) | {"frame": words.opening},
        )
    )


def help_in(words: Wording, support: Support) -> Help:
    """Return where a reader of this language finds help.

    Each of text and contacts is the language's own where the settings have one, else the
    organisation's. A text that was never changed is said in the reader's language.
    """
    own = support.locales.get(words.code)
    text = own.text if own and own.text.strip() else support.text
    contacts = own.contacts if own and any(own.contacts) else support.contacts
    return Help(text=words.support if text == DEFAULT_SUPPORT else text, contacts=contacts)


def is_helped(words: Wording, support: Support, first: str) -> bool:
    """Tell whether readers of this language get a help text in it.

    They do not where the organisation wrote one text, in its `first` language, and none for them.
    """
    own = support.locales.get(words.code)
    told = bool(own and own.text.strip())
    return told or words.code == first or support.text in {"", DEFAULT_SUPPORT}
