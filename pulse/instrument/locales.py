"""The languages that a survey can be asked in: its own, and those of `surveys/locales/`."""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import structs

from pulse.errors import BadInstrument, Refused
from pulse.instrument import localefile, phrasing, practices
from pulse.instrument.loading import load as load_survey
from pulse.instrument.localefile import Fault
from pulse.instrument.model import Instrument
from pulse.instrument.practices import Practice
from pulse.instrument.translation import Said, Status, Wording, original

FOLDER: Final = "locales"
Drafts = Literal["refused", "allowed"]


def shelf() -> Traversable:
    """Return the folder of the translations that come with Pulse."""
    return resources.files("surveys") / FOLDER


def codes(instrument: Instrument, folder: Traversable | None = None) -> tuple[str, ...]:
    """Return the languages there is a file for, the survey's own first."""
    folder = folder or shelf()
    names = (file.name for file in folder.iterdir()) if folder.is_dir() else iter(())
    found = sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return (instrument.locale, *(code for code in found if code != instrument.locale))


def source(instrument: Instrument) -> Wording:
    """Return the wording that the survey was written in, with the titles of the practices."""
    return original(instrument, _cards())


def inspect(
    instrument: Instrument, code: str, folder: Traversable | None = None
) -> tuple[Wording | None, tuple[Fault, ...]]:
    """Return the survey's wording in the language `code`, or None with all that is wrong.

    `folder` holds the translations of a survey of one's own. They need not say the packs and
    practices that come with Pulse: those are taken from its own translation.
    """
    if folder is None:
        return _found(instrument, code, shelf())
    found, faults = _found(own_part(instrument), code, folder)
    if found is None:
        return None, faults
    shipped, faults = _found(load_survey(), code, shelf())
    return (completed(found, shipped, instrument) if shipped else None), faults


def own_part(instrument: Instrument) -> Instrument:
    """Return a survey without the packs that come with Pulse: what its translations must say."""
    return structs.replace(instrument, items={i.id: i for i in instrument.core}, packs={})


def completed(own: Wording, shipped: Wording, instrument: Instrument) -> Wording:
    """Return a wording with the packs and practices of `shipped`; a draft makes a draft."""
    items = {item: shipped.items[item] for p in instrument.packs.values() for item in p.items}
    return structs.replace(
        own,
        status="draft" if "draft" in {own.status, shipped.status} else own.status,
        items={**own.items, **items},
        packs={pack: shipped.packs[pack] for pack in instrument.packs},
        practices={**shipped.practices, **own.practices},
    )


def wording(instrument: Instrument, code: str, folder: Traversable | None = None) -> Wording:
    """Return the survey's wording in the language `code`.

    Raises:
        BadInstrument: there is none, or it must not be used; `where` names file and text.
    """
    found, faults = inspect(instrument, code, folder)
    if found is None:
        more = f" {len(faults) - 1} more such places." if len(faults) > 1 else ""
        raise BadInstrument(faults[0].message + more, where=faults[0].where)
    return found


def check_locale(path: Path, instrument: Instrument | None = None) -> list[Fault]:
    """Return all that is wrong with a translation's file; empty where a wave could use it.

    Args:
        path: the file.
        instrument: a survey of one's own that it translates; None means the one of Pulse.

    Raises:
        BadInstrument: there is no such file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInstrument("There is no such file.", where=str(path)) from error
    survey = load_survey() if instrument is None else own_part(instrument)
    return list(_read(data, path.name, survey)[1])


def statuses(instrument: Instrument, folder: Traversable | None = None) -> dict[str, Status]:
    """Return how far each language is; one with a faulty file is left out."""
    found = ((code, inspect(instrument, code, folder)[0]) for code in codes(instrument, folder))
    return {code: each.status for code, each in found if each}


def asked_in(
    instrument: Instrument,
    languages: Iterable[str],
    drafts: Drafts = "refused",
    folder: Traversable | None = None,
) -> tuple[Wording, ...]:
    """Return the wordings that a wave is published in, in the order of the setting `languages`.

    Raises:
        BadInstrument: a language has no translation, or one that must not be used.
        Refused: one is a draft, and the settings do not allow drafts.
    """
    found = tuple(wording(instrument, code, folder) for code in languages)
    waiting = [each for each in found if each.status == "draft"]
    if waiting and drafts != "allowed":
        names = ", ".join(f"{each.name} ({each.code})" for each in waiting)
        are = "is only a draft" if len(waiting) == 1 else "are only drafts"
        raise Refused(
            f"{names} {are}, so nothing was opened. Take what is a draft out of `languages`, or "
            'set draft_languages = "allowed" once somebody who speaks it has read it.',
            where="languages",
        )
    return found


class Speaker(msgspec.Struct, frozen=True):
    """What a page says in a reader's language; what has no translation is said as written.

    Every answer tells its own language and direction, so that a page can mark what differs.
    """

    here: Wording | None
    written: Wording

    def item(self, item: str, fallback: str = "") -> Said:
        """Return a statement; one that the survey no longer has is said as `fallback`."""
        return self._said("items", item, fallback)

    def scale(self, scale: str) -> Said:
        """Return the name of a scale."""
        return self._said("scales", scale)

    def pack(self, pack: str) -> Said:
        """Return the title of a pack."""
        return self._said("packs", pack)

    def practice(self, practice: str, fallback: str = "") -> Said:
        """Return the title of a practice; one that is gone is said as `fallback`."""
        return self._said("practices", practice, fallback)

    def _said(self, kind: str, key: str, fallback: str = "") -> Said:
        for each in (self.here, self.written):
            text = getattr(each, kind).get(key) if each else None
            if each and text:
                return each.said(text)
        return self.written.said(fallback or key)


def speaker(instrument: Instrument, code: str, folder: Traversable | None = None) -> Speaker:
    """Return who speaks the language `code`; without a usable translation, the survey's own."""
    here, _ = inspect(instrument, code, folder)
    return Speaker(here, source(instrument))


def item_text(instrument: Instrument, item: str, code: str) -> Said:
    """Return one statement in the language `code`; for a whole page, ask `speaker` once."""
    return speaker(instrument, code).item(item)


@cache
def _cards() -> tuple[Practice, ...]:
    return tuple(practices.shipped().values())


def _found(
    instrument: Instrument, code: str, folder: Traversable
) -> tuple[Wording | None, tuple[Fault, ...]]:
    if code == instrument.locale:
        return source(instrument), ()
    missing = Fault("languages", f"There is no translation into {localefile.shown(code)}.")
    if phrasing.direction(code) is None:  # nothing but a code becomes part of a path
        return None, (missing,)
    try:
        data = (folder / f"{code}.toml").read_bytes()
    except OSError:
        return None, (missing,)
    return _read(data, f"{code}.toml", instrument)


def _read(
    data: bytes, name: str, instrument: Instrument
) -> tuple[Wording | None, tuple[Fault, ...]]:
    turned = {item.id for item in instrument.items.values() if item.reverse}
    return localefile.read(data, name, source(instrument), turned)
