"""Reads a survey file and refuses one that must not be used; every message names the place."""

import re
from importlib import resources
from pathlib import Path
from typing import Any, Final

import msgspec

from pulse.errors import BadInstrument
from pulse.instrument import checking, packs
from pulse.instrument.checking import File
from pulse.instrument.faults import Fault, misfits, placed, raised, tables_of
from pulse.instrument.model import Instrument
from pulse.instrument.tomlfile import convert
from pulse.instrument.wording import Record

BUILT_IN: Final = "weekly"
_BUILT_IN: Final = re.compile(r"[a-z][a-z0-9-]{0,40}", re.ASCII)


def load(name_or_path: str | Path = "weekly") -> Instrument:
    """Load a built-in survey by name, or a survey file by path, with the packs that can join it.

    Raises:
        BadInstrument: the file must not be used; `where` names file and place.
    """
    shelf, history = resources.files("surveys"), record()
    if isinstance(name_or_path, str) and _BUILT_IN.fullmatch(name_or_path):
        source, name = shelf / f"{name_or_path}.toml", f"{name_or_path}.toml"
    else:
        source, name = Path(name_or_path), Path(name_or_path).name
    try:
        data = source.read_bytes()
    except OSError as error:
        raise BadInstrument("There is no such survey file.", where=str(name_or_path)) from error
    shelved = packs.read((shelf / packs.NAME).read_bytes(), packs.NAME, history)
    return packs.added(read(data, name, history), shelved)


def record() -> Record:
    """Return what was released under each item id; ids keep their text and scoring for good."""
    return read_history((resources.files("surveys") / "history.toml").read_bytes(), "history.toml")


def read_history(data: bytes, name: str) -> Record:
    """Return what was released under each item id.

    Raises:
        BadInstrument: the record is damaged.
    """
    return convert(data, name, Record)


def read(data: bytes, name: str, history: Record) -> Instrument:
    """Return the instrument in the TOML bytes `data`; `name` is the file's name for messages.

    Raises:
        BadInstrument: the first thing wrong with it.
    """
    file = convert(data, name, File)
    for fault in checking.faults(file, history):
        raise raised(fault, name)
    return made(file)


def faults(data: bytes, history: Record) -> list[Fault]:
    """Return everything that is wrong with the survey in the TOML bytes `data`, in its order.

    What the file means is looked at once everything in it has the right form.
    """
    raw, text, broken = tables_of(data)
    if broken:
        return broken
    found = placed(misfits(raw, File), raw, text)
    return found or placed(checking.faults(form(raw), history), raw, text)


def form(raw: dict[str, Any]) -> File:
    """Return tables that `misfits` found nothing wrong with as a survey file."""
    return msgspec.convert(raw, File)


def made(file: File) -> Instrument:
    """Return the instrument that a sound file says."""
    anchors, blocks = file.rotation.anchors, file.rotation.blocks
    if file.rotation.kind == "every-week":
        anchors, blocks = tuple(item.id for item in file.items), ()
    return Instrument(
        id=file.survey.id,
        version=file.survey.version,
        title=file.survey.title,
        frame=file.survey.frame,
        locale=file.survey.locale,
        dir=file.survey.dir,
        items={item.id: item for item in file.items},
        scales={scale.id: scale for scale in file.scales},
        labels=file.answers.labels,
        prefer_not=file.answers.prefer_not,
        anchors=anchors,
        blocks=blocks or ((),),
    )
