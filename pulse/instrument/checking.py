"""What a survey file must be: every rule, each breach with its place."""

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec

from pulse.instrument import plane, wording
from pulse.instrument.faults import Fault
from pulse.instrument.model import MAX_REVERSED, Item, Scale
from pulse.instrument.wording import Record
from pulse.terms import MAX_ITEMS, TOP

FORMS: Final = 52  # weeks of a rotation at most; the key list holds 0-255
_ITEM_ID: Final = re.compile(r"[A-Z]{1,2}[1-9]\d?", re.ASCII)
_SCALE_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,30}", re.ASCII)

Text = Annotated[str, msgspec.Meta(max_length=200)]


class Survey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table [survey]: what it is, whose wording it has, and how long a week may be."""

    id: Annotated[str, msgspec.Meta(max_length=40)]
    version: Annotated[str, msgspec.Meta(pattern=r"^\d+\.\d+\.\d+$", max_length=20)]
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


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table [answers]: one scale of five for all items, and the way out."""

    values: tuple[int, ...]
    labels: tuple[Text, ...]
    prefer_not_to_say: bool
    prefer_not: Text


class Rotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table [rotation]: what is asked when.

    "every-week" asks all items each week, "listed" the anchors and one of `blocks` after the
    other, "affine-plane-4" so that four scales of four meet evenly (`plane.py`).
    """

    kind: Literal["affine-plane-4", "listed", "every-week"]
    synchronised: bool
    anchors: tuple[str, ...] = ()
    blocks: tuple[tuple[str, ...], ...] = ()


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A survey file."""

    schema: Literal[1]
    survey: Survey
    answers: Answers
    scales: Annotated[tuple[Scale, ...], msgspec.Meta(min_length=1)]
    items: Annotated[tuple[Item, ...], msgspec.Meta(min_length=1)]
    rotation: Rotation


def faults(file: File, history: Record) -> Iterator[Fault]:
    """Yield everything wrong with a file of the right form.

    Args:
        file: the survey.
        history: what was released under each item id before.
    """
    yield from _survey(file.survey)
    yield from _answers(file.answers)
    broken = [*_scales(file), *_items(file)]
    yield from broken
    ours = file.survey.source == wording.ORIGINAL
    for at, item in enumerate(file.items):
        yield from wording.faults(item, history, f"items[{at}]", ours=ours)
    # Of ids that stand twice, or scales that are not there, no week can be put together.
    if not broken:
        yield from _rotation(file)


def _survey(survey: Survey) -> Iterator[Fault]:
    if survey.source != wording.ORIGINAL and not survey.permission.strip():
        yield Fault(
            "survey.permission",
            "The wording is somebody else's: name the licence and where leave was given.",
        )
    for field in ("id", "title", "frame", "licence", "source"):
        if not getattr(survey, field).strip():
            yield Fault(f"survey.{field}", "This text is empty.")
        elif not getattr(survey, field).isprintable():
            yield Fault(f"survey.{field}", "The text has stray signs.")


def _answers(answers: Answers) -> Iterator[Fault]:
    if answers.values != tuple(range(1, TOP + 1)):
        yield Fault("answers.values", "The answers are 1, 2, 3, 4, 5.")
    labels = [label.strip() for label in answers.labels]
    if len(labels) != TOP or not all(labels) or len(set(labels)) != TOP:
        yield Fault("answers.labels", "Five different labels are needed.")
    if not all(label.isprintable() for label in (*answers.labels, answers.prefer_not)):
        yield Fault("answers.labels", "A label has stray signs.")
    if not answers.prefer_not_to_say:
        yield Fault("answers.prefer_not_to_say", "Everybody may prefer not to say.")
    if not answers.prefer_not.strip() or answers.prefer_not.strip() in labels:
        yield Fault("answers.prefer_not", "It needs a label of its own.")


def _scales(file: File) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, scale in enumerate(file.scales):
        if not _SCALE_ID.fullmatch(scale.id):
            yield Fault(f"scales[{at}].id", "A scale id is small letters, digits and hyphens.")
        if scale.id in seen:
            yield Fault(f"scales[{at}]", "Two scales share this id.", scale.id)
        seen.add(scale.id)
        if not scale.name.strip() or not scale.name.isprintable():
            yield Fault(f"scales[{at}].name", "The name is empty or has stray signs.", scale.id)
        if scale.rescale != (0, 100):
            yield Fault(f"scales[{at}].rescale", "Scales are shown from 0 to 100.", scale.id)
        if all(item.scale != scale.id for item in file.items):
            yield Fault(f"scales[{at}]", "No item belongs to this scale.", scale.id)


def _items(file: File) -> Iterator[Fault]:
    scales = {scale.id for scale in file.scales}
    seen: set[str] = set()
    for at, item in enumerate(file.items):
        if not _ITEM_ID.fullmatch(item.id):
            told = "An item id is one or two capitals and a number, like S4."
            yield Fault(f"items[{at}].id", told)
        if item.id in seen:
            yield Fault(f"items[{at}].id", f"Two items share the id {item.id}.")
        seen.add(item.id)
        if item.scale not in scales:
            yield Fault(f"items[{at}].scale", f"There is no scale {item.scale!r}.", item.id)
        if item.leader or item.to_leaders:
            yield Fault(
                f"items[{at}]",
                "Statements about leaders, or for them alone, belong in a pack: they agree first.",
                item.id,
            )


def _rotation(file: File) -> Iterator[Fault]:
    rotation, items = file.rotation, {item.id: item for item in file.items}
    if not rotation.synchronised:
        yield Fault(
            "rotation.synchronised",
            "Everybody is asked the same items in a week; a random share each would leave "
            "small teams nothing to publish.",
        )
    unknown = False
    for anchor in rotation.anchors:
        if anchor not in items or rotation.anchors.count(anchor) > 1:
            unknown = True
            yield Fault("rotation.anchors", f"{anchor} is no item, or stands twice.")
    if rotation.kind == "affine-plane-4":
        columns = [
            [
                item.id
                for item in file.items
                if item.scale == scale.id and item.id not in rotation.anchors
            ]
            for scale in file.scales
        ]
        wrong = list(plane.faults(rotation.blocks, columns, "rotation.blocks"))
    elif rotation.kind == "listed":
        wrong = list(_listed(rotation, items))
    else:
        wrong = list(_every_week(rotation))
    yield from wrong
    if not wrong and not unknown:
        yield from _weeks(file, items)


def _listed(rotation: Rotation, items: dict[str, Item]) -> Iterator[Fault]:
    if not 1 <= len(rotation.blocks) <= FORMS:
        yield Fault("rotation.blocks", f"List 1 to {FORMS} weeks.")
    for week, block in enumerate(rotation.blocks):
        for item in block:
            if item not in items or block.count(item) > 1 or item in rotation.anchors:
                yield Fault(
                    f"rotation.blocks[{week}]",
                    f"{item} is no item, stands twice, or is asked every week already.",
                )
    for item in sorted(items.keys() - {i for block in rotation.blocks for i in block}):
        if item not in rotation.anchors:
            yield Fault("rotation.blocks", f"No week asks {item}.")


def _every_week(rotation: Rotation) -> Iterator[Fault]:
    if rotation.blocks or rotation.anchors:
        yield Fault("rotation", "All items are asked every week; leave out anchors and blocks.")


def _weeks(file: File, items: dict[str, Item]) -> Iterator[Fault]:
    rotation, most = file.rotation, file.survey.max_items_per_week
    anchors = tuple(items) if rotation.kind == "every-week" else rotation.anchors
    for week, block in enumerate(rotation.blocks or ((),)):
        asked = [items[item] for item in (*anchors, *block)]
        path = f"rotation.blocks[{week}]" if rotation.blocks else "survey.max_items_per_week"
        if len(asked) > most:
            yield Fault(path, f"This week asks too many items: {len(asked)}, at most {most}.")
        if not asked:
            yield Fault(path, "This week asks nothing.")
        # Somebody else's wording is not ours to turn.
        if file.survey.source == wording.ORIGINAL:
            limit = max(MAX_REVERSED, len(asked) // 3)
            if sum(item.reverse for item in asked) > limit:
                yield Fault(path, f"This week has more than {limit} reversed items.")
