"""Reads a survey file and refuses one that must not be used; every message names the place."""

import re
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from pulse.errors import BadInstrument
from pulse.instrument import packs, plane, wording
from pulse.instrument.model import MAX_REVERSED, Instrument, Item, Scale
from pulse.instrument.tomlfile import convert
from pulse.instrument.wording import Record
from pulse.terms import MAX_ITEMS, TOP

_BUILT_IN: Final = re.compile(r"[a-z][a-z0-9-]{0,40}", re.ASCII)
_ITEM_ID: Final = re.compile(r"[A-Z]{1,2}[1-9]\d?", re.ASCII)

Text = Annotated[str, msgspec.Meta(max_length=200)]


class _Survey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Text
    version: Annotated[str, msgspec.Meta(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    frame: Text
    locale: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    dir: Literal["ltr", "rtl"]
    licence: Text
    source: Text
    permission: Text
    max_items_per_week: Annotated[int, msgspec.Meta(ge=1, le=MAX_ITEMS)]
    seconds_budget: int
    translation_status: Literal["draft", "reviewed"]


class _Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    values: tuple[int, ...]
    labels: tuple[Text, ...]
    prefer_not_to_say: bool
    prefer_not: Text


class _Rotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["affine-plane-4"]
    anchors: tuple[str, ...]
    synchronised: bool
    blocks: tuple[tuple[str, ...], ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal[1]
    survey: _Survey
    answers: _Answers
    scales: tuple[Scale, ...]
    items: tuple[Item, ...]
    rotation: _Rotation


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
    file = convert(data, name, _File)
    _check_survey(file.survey, name)
    _check_answers(file.answers, name)
    items = _index_items(file, name)
    for item in file.items:
        wording.check(item, history, where=f"{name}: items.{item.id}")
    _check_rotation(file, items, name)
    return Instrument(
        id=file.survey.id,
        version=file.survey.version,
        title=file.survey.title,
        frame=file.survey.frame,
        locale=file.survey.locale,
        dir=file.survey.dir,
        items=items,
        scales={scale.id: scale for scale in file.scales},
        labels=file.answers.labels,
        prefer_not=file.answers.prefer_not,
        anchors=file.rotation.anchors,
        blocks=file.rotation.blocks,
    )


def _check_survey(survey: _Survey, name: str) -> None:
    if survey.source != wording.ORIGINAL and not survey.permission.strip():
        raise BadInstrument(
            "The wording is somebody else's: name the licence and where leave was given.",
            where=f"{name}: survey.permission",
        )
    for field in ("id", "title", "frame", "licence", "source"):
        if not getattr(survey, field).strip():
            raise BadInstrument("This text is empty.", where=f"{name}: survey.{field}")


def _check_answers(answers: _Answers, name: str) -> None:
    if answers.values != tuple(range(1, TOP + 1)):
        raise BadInstrument("The answers are 1, 2, 3, 4, 5.", where=f"{name}: answers.values")
    labels = [label.strip() for label in answers.labels]
    if len(labels) != TOP or not all(labels) or len(set(labels)) != TOP:
        raise BadInstrument("Five different labels are needed.", where=f"{name}: answers.labels")
    if not answers.prefer_not_to_say:
        raise BadInstrument(
            "Everybody may prefer not to say.", where=f"{name}: answers.prefer_not_to_say"
        )
    if not answers.prefer_not.strip() or answers.prefer_not.strip() in labels:
        raise BadInstrument("It needs a label of its own.", where=f"{name}: answers.prefer_not")


def _index_items(file: _File, name: str) -> dict[str, Item]:
    scales = [scale.id for scale in file.scales]
    for scale in scales:
        if scales.count(scale) > 1:
            raise BadInstrument("Two scales share this id.", where=f"{name}: scales.{scale}")
    items: dict[str, Item] = {}
    for position, item in enumerate(file.items):
        if not _ITEM_ID.fullmatch(item.id):
            raise BadInstrument(
                "An item id is one or two capitals and a number, like S4.",
                where=f"{name}: items[{position}].id",
            )
        if item.id in items:
            raise BadInstrument(
                f"Two items share the id {item.id}.", where=f"{name}: items[{position}].id"
            )
        if item.scale not in scales:
            raise BadInstrument(
                f"There is no scale {item.scale!r}.", where=f"{name}: items.{item.id}.scale"
            )
        items[item.id] = item
    return items


def _check_rotation(file: _File, items: dict[str, Item], name: str) -> None:
    rotation, where = file.rotation, f"{name}: rotation"
    if not rotation.synchronised:
        raise BadInstrument(
            "Everybody is asked the same items in a week; a random share each would leave "
            "small teams nothing to publish.",
            where=f"{where}.synchronised",
        )
    for anchor in rotation.anchors:
        if anchor not in items or rotation.anchors.count(anchor) > 1:
            raise BadInstrument(f"{anchor} is no item, or stands twice.", where=f"{where}.anchors")
    columns = [
        [
            item.id
            for item in file.items
            if item.scale == scale.id and item.id not in rotation.anchors
        ]
        for scale in file.scales
    ]
    plane.check(rotation.blocks, columns, where=f"{where}.blocks")
    for week, block in enumerate(rotation.blocks):
        asked = [items[item] for item in (*rotation.anchors, *block)]
        if len(asked) > file.survey.max_items_per_week:
            raise BadInstrument("This week asks too many items.", where=f"{where}.blocks[{week}]")
        if sum(item.reverse for item in asked) > MAX_REVERSED:
            raise BadInstrument(
                f"This week has more than {MAX_REVERSED} reversed items.",
                where=f"{where}.blocks[{week}]",
            )
