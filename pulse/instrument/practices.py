"""`surveys/practices/*.toml`: what a leader can try, in a leader's words."""

from collections.abc import Iterable
from importlib import resources
from typing import Annotated, Final, Literal

import msgspec

from pulse.errors import BadInstrument
from pulse.instrument.faults import Fault, misfits, placed, tables_of
from pulse.instrument.loading import load as load_survey
from pulse.instrument.model import Instrument
from pulse.instrument.packs import Slug
from pulse.instrument.tomlfile import convert

FOLDER: Final = "practices"
TIMING: Final = "timing is a proposal"  # each card says so: no source was found for any
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=90)]
Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=180)]


class Practice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One card.

    `do` is at most five short lines, `mark` what stands beside its line in a figure. It takes
    `minutes`, `how_often` says when. `scale` is what it fits, `construct` the idea behind it.
    `look_after_weeks` is when to look whether it helped (0: there is nothing to look at),
    `outcome` the items of the weekly survey that it is looked at by, `pack` items that may be
    asked meanwhile.
    """

    id: Slug
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=48)]
    mark: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    scale: str
    construct: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    do: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=5)]
    minutes: Annotated[int, msgspec.Meta(ge=0, le=240)]
    how_often: Annotated[str, msgspec.Meta(min_length=1, max_length=48)]
    look_after_weeks: Annotated[int, msgspec.Meta(ge=0, le=26)]
    evidence: Sentence
    pack: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    cautions: Annotated[tuple[Sentence, ...], msgspec.Meta(max_length=3)] = ()
    origin: tuple[str, ...] = ()
    since: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal[1]
    practices: tuple[Practice, ...]


Practices = dict[str, Practice]


def shipped(instrument: Instrument | None = None) -> Practices:
    """Return every practice in `surveys/practices/`, by id.

    Raises:
        BadInstrument: a file must not be used; `where` names file and field.
    """
    survey = instrument or load_survey()
    shelf = resources.files("surveys") / FOLDER
    files = sorted((each for each in shelf.iterdir() if each.name.endswith(".toml")), key=str)
    return gather([(file.name, file.read_bytes()) for file in files], survey)


def gather(files: Iterable[tuple[str, bytes]], survey: Instrument) -> Practices:
    """Return the practices of several files, by id.

    Raises:
        BadInstrument: as `read`, or two files have a practice of the same id.
    """
    found: Practices = {}
    for name, data in files:
        for practice in read(data, name, survey):
            if practice.id in found:
                raise BadInstrument(
                    f"Two practices share the id {practice.id}.", where=f"{name}: practices.id"
                )
            found[practice.id] = practice
    return found


def read(data: bytes, name: str, survey: Instrument) -> tuple[Practice, ...]:
    """Return the practices in the TOML bytes `data`; `name` is the file's name for messages.

    Raises:
        BadInstrument: the first thing wrong, such as an item that the survey does not have.
    """
    practices = convert(data, name, _File).practices
    seen: set[str] = set()
    for practice in practices:
        where = f"{name}: practices.{practice.id}"
        if practice.id in seen:
            raise BadInstrument(f"Two practices share the id {practice.id}.", where=f"{where}.id")
        seen.add(practice.id)
        _check(practice, survey, where)
    return practices


def faults(data: bytes, name: str, survey: Instrument) -> list[Fault]:
    """Return what is wrong with a file of practices: every fault of form, else of each card."""
    raw, text, broken = tables_of(data)
    if broken:
        return broken
    if found := placed(misfits(raw, _File), raw, text):
        return found
    ids = []
    for at, practice in enumerate(convert(data, name, _File).practices):
        path = f"practices[{at}]"
        if practice.id in ids:
            found.append(Fault(f"{path}.id", f"Two practices share the id {practice.id}."))
        ids.append(practice.id)
        try:
            _check(practice, survey, path)
        except BadInstrument as error:
            found.append(Fault(error.where, error.message))
    return placed(found, raw, text)


def _check(practice: Practice, survey: Instrument, where: str) -> None:
    if practice.scale not in survey.scales:
        raise BadInstrument(f"There is no scale {practice.scale!r}.", where=f"{where}.scale")
    _check_items(practice.pack, survey, f"{where}.pack", of_pack=True)
    _check_items(practice.outcome, survey, f"{where}.outcome", of_pack=False)
    if TIMING not in practice.evidence.casefold():
        raise BadInstrument(
            f'Say of every practice that its "{TIMING}": no study gives one.',
            where=f"{where}.evidence",
        )
    if practice.outcome and not practice.look_after_weeks:
        raise BadInstrument("Say after how many weeks to look.", where=f"{where}.look_after_weeks")
    for field in ("title", "mark", "construct", "how_often", "evidence"):
        _check_text(getattr(practice, field), f"{where}.{field}")
    for field in ("do", "cautions"):
        for line in getattr(practice, field):
            _check_text(line, f"{where}.{field}")


def _check_items(items: Iterable[str], survey: Instrument, where: str, *, of_pack: bool) -> None:
    for item in items:
        known = survey.items.get(item)
        if known is None:
            raise BadInstrument(f"There is no item {item!r}.", where=where)
        if bool(known.scale) == of_pack:
            kind = "an item of a pack" if of_pack else "an item of the weekly survey"
            raise BadInstrument(f"{item} is not {kind}.", where=where)


def _check_text(text: str, where: str) -> None:
    if text != text.strip() or not text.isprintable():
        raise BadInstrument("The text has stray spaces or signs, or is empty.", where=where)
