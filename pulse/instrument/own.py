"""An organisation's own survey: the same rules, and ids that belong to nobody else.

An item id stands for one text and one scoring for good, and a scale for one survey, whatever is
asked next: a line on a page is of one thing. So another survey begins lines of its own, and a
newer version of the same one goes on with those it keeps.
"""

from collections.abc import Iterable, Sequence
from importlib import resources

from pulse.instrument import checking, external, loading, packs
from pulse.instrument.checking import File
from pulse.instrument.faults import Fault, misfits, placed, raised, tables_of
from pulse.instrument.model import Instrument
from pulse.instrument.wording import Record, digest, scoring


def read(data: bytes, name: str, before: Sequence[Instrument] = ()) -> Instrument:
    """Return the survey in the TOML bytes `data`, with the packs that can join it.

    A filled manifest of somebody else's instrument is one too.

    Args:
        data: the file.
        name: its name for messages.
        before: the organisation's own surveys that were released.

    Raises:
        BadInstrument: the first thing wrong with it.
    """
    tables, _, _ = tables_of(data)
    if external.is_manifest(tables):
        file = external.form(external.read(data, name), name)
        found = [*checking.faults(file, _record(before)), *_taken(file, before)]
    else:
        found = faults(data, before)
    for fault in found:
        raise raised(fault, name)
    survey = loading.made(file if external.is_manifest(tables) else loading.form(tables))
    shelf = resources.files("surveys") / packs.NAME
    return packs.added(survey, packs.read(shelf.read_bytes(), packs.NAME, loading.record()))


def faults(data: bytes, before: Sequence[Instrument] = ()) -> list[Fault]:
    """Return everything that is wrong with an own survey, in the order of the file."""
    raw, text, broken = tables_of(data)
    if broken:
        return broken
    if found := placed(misfits(raw, File), raw, text):
        return found
    file = loading.form(raw)
    return placed((*checking.faults(file, _record(before)), *_taken(file, before)), raw, text)


def either(data: bytes, before: Sequence[Instrument] = ()) -> list[Fault]:
    """Return everything wrong with a survey file: the built-in one, or one of one's own."""
    if _is_built_in(data):
        return loading.faults(data, loading.record())
    return faults(data, before)


def read_either(data: bytes, name: str, before: Sequence[Instrument] = ()) -> Instrument:
    """Return the survey in the TOML bytes `data`, the built-in one or one of one's own.

    Raises:
        BadInstrument: the first thing wrong with it.
    """
    if _is_built_in(data):
        return loading.read(data, name, loading.record())
    return read(data, name, before)


def _is_built_in(data: bytes) -> bool:
    named = tables_of(data)[0].get("survey")
    return isinstance(named, dict) and named.get("id") == loading.load().id


def _taken(file: File, before: Iterable[Instrument]) -> Iterable[Fault]:
    """Yield the ids that another survey has: of the survey, its scales and its items."""
    built_in = loading.load()
    if file.survey.id == built_in.id:
        yield Fault("survey.id", "This is the id of the built-in survey; give yours another.")
    for other in (built_in, *(each for each in before if each.id != file.survey.id)):
        taken = (
            f"belongs to the survey {other.id}; give yours another, so that its line begins anew."
        )
        for at, scale in enumerate(file.scales):
            if scale.id in other.scales:
                yield Fault(f"scales[{at}].id", f"The id {scale.id} {taken}")
        for at, item in enumerate(file.items):
            if item.id in other.items:
                yield Fault(f"items[{at}].id", f"The id {item.id} {taken}")
    for other in before:
        for at, scale in enumerate(file.scales):
            old = other.scales.get(scale.id) if other.id == file.survey.id else None
            if old and (old.name, old.model) != (scale.name, scale.model):
                yield Fault(
                    f"scales[{at}]", "It was released with another name or model; use a new id."
                )


def _record(before: Iterable[Instrument]) -> Record:
    """Return what item ids stand for: those of Pulse, and of surveys released in this home."""
    shipped = loading.record()
    texts, scored = dict(shipped.texts), dict(shipped.scoring)
    for survey in before:
        for item in survey.items.values():
            texts.setdefault(item.id, digest(item.text))
            scored.setdefault(item.id, scoring(item))
    return Record(texts=texts, scoring=scored)
