"""`surveys/external/*.toml`: how other people's instruments are scored, without their wording.

A manifest has ids, scales, directions, scoring and the rules of its authors, and every text of it
is empty. It is a survey once an organisation has leave, copies the file into its home's surveys/
and fills it in; until then it says exactly what is missing. What the ballots of this version
cannot hold, or a rule that Pulse cannot keep for its authors, is refused, filled in or not.
"""

from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Annotated, Any, Final, Literal

import msgspec

from pulse.errors import BadInstrument
from pulse.instrument.checking import Answers, File, Rotation, Survey
from pulse.instrument.faults import Fault, misfits, placed, tables_of
from pulse.instrument.model import Item, Scale
from pulse.terms import MAX_ITEMS, TOP

FOLDER: Final = "external"
Text = Annotated[str, msgspec.Meta(max_length=200)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,40}$")]


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose instrument it is, where it was published, and what is known of its licence."""

    id: Id
    version: Annotated[str, msgspec.Meta(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    authors: Text
    source: Text
    licence: Text


class Permission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reference`: who gave leave, for what and when; empty until an organisation has it."""

    reference: Text = ""


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the authors ask of whoever asks it.

    `whole`: no item without the others. `weeks_between`: at most once in so many weeks (0: no
    rule). `smallest_unit`: never shown of fewer people (0: as Pulse does anyway).
    """

    whole: bool
    weeks_between: Annotated[int, msgspec.Meta(ge=0, le=52)]
    smallest_unit: Annotated[int, msgspec.Meta(ge=0, le=1000)]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words around the statements, in one language."""

    locale: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    dir: Literal["ltr", "rtl"]
    frame: Text
    prefer_not: Text


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One set of answers: what each counts, ascending, and its label."""

    id: Id
    values: Annotated[tuple[int, ...], msgspec.Meta(min_length=2, max_length=11)]
    labels: tuple[Text, ...]


class Scored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scale: the mean or sum of its items' values, times `factor`.

    A person with fewer than `answered` answers has no score. `range` are the lowest and the
    highest score. `shown` is its name on Pulse's pages, where higher is always better.
    """

    id: Id
    name: Text
    shown: Text
    model: Literal["reflective", "formative"]
    direction: Literal["higher_is_better", "higher_is_worse"]
    score: Literal["mean", "sum"]
    answered: Annotated[int, msgspec.Meta(ge=1)]
    range: tuple[int, int]
    factor: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One item: its place in the published form, and whether its value is turned for its scale."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{1,2}[1-9]\d?$")]
    at: Text
    scale: str
    answers: str
    text: Text
    reverse: bool = False


class External(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A manifest."""

    schema: Literal[1]
    manifest: About
    permission: Permission
    rules: Rules
    words: Words
    answers: Annotated[tuple[Choice, ...], msgspec.Meta(min_length=1)]
    scales: Annotated[tuple[Scored, ...], msgspec.Meta(min_length=1)]
    items: Annotated[tuple[Asked, ...], msgspec.Meta(min_length=1)]


def shipped() -> dict[str, External]:
    """Return every manifest that comes with Pulse, by the name of its file.

    Raises:
        BadInstrument: one of them is broken.
    """
    shelf = resources.files("surveys") / FOLDER
    files = sorted((each for each in shelf.iterdir() if each.name.endswith(".toml")), key=str)
    return {file.name.removesuffix(".toml"): read(file.read_bytes(), file.name) for file in files}


def is_manifest(tables: Mapping[str, Any]) -> bool:
    """Tell a manifest from a survey by its tables."""
    return "manifest" in tables


def read(data: bytes, name: str) -> External:
    """Return the manifest in the TOML bytes `data`, filled in or not.

    Raises:
        BadInstrument: the first thing wrong with it.
    """
    for fault in faults(data):
        raise BadInstrument(fault.text, where=f"{name}: {fault.path}" if fault.path else name)
    return msgspec.convert(tables_of(data)[0], External)


def faults(data: bytes) -> list[Fault]:
    """Return everything that is wrong with a manifest; that texts are missing is not."""
    raw, text, broken = tables_of(data)
    if broken:
        return broken
    found = placed(misfits(raw, External), raw, text)
    return found or placed(_faults(msgspec.convert(raw, External)), raw, text)


def _faults(given: External) -> Iterator[Fault]:
    for table in ("answers", "scales", "items"):
        ids = [row.id for row in getattr(given, table)]
        for at, row in enumerate(ids):
            if row in ids[:at]:
                yield Fault(f"{table}[{at}].id", f"The id {row} stands twice.")
    yield from _answers(given.answers)
    unknown = list(_unknown(given))
    yield from unknown
    if not unknown:
        yield from _scales(given)


def _answers(choices: tuple[Choice, ...]) -> Iterator[Fault]:
    for at, choice in enumerate(choices):
        if list(choice.values) != sorted(set(choice.values)):
            yield Fault(f"answers[{at}].values", "The values of answers ascend.")
        if len(choice.labels) != len(choice.values):
            yield Fault(f"answers[{at}].labels", "Each value has one label.")


def _unknown(given: External) -> Iterator[Fault]:
    known = {
        "scale": {scale.id for scale in given.scales},
        "answers": {choice.id for choice in given.answers},
    }
    for at, item in enumerate(given.items):
        for field, ids in known.items():
            if getattr(item, field) not in ids:
                yield Fault(f"items[{at}].{field}", f"There is no {getattr(item, field)!r}.")


def _scales(given: External) -> Iterator[Fault]:
    for at, scale in enumerate(given.scales):
        own = [item for item in given.items if item.scale == scale.id]
        if not scale.answered <= len(own):
            yield Fault(f"scales[{at}].answered", f"It has {len(own)} items.")
        elif (ends := _ends(given, scale, own)) != scale.range:
            yield Fault(f"scales[{at}].range", f"Its items score {ends[0]:g} to {ends[1]:g}.")


def _ends(given: External, scale: Scored, own: list[Asked]) -> tuple[float, float]:
    """Return a scale's lowest and highest score, found by scoring those answers."""
    values = {choice.id: choice.values for choice in given.answers}
    lowest = {i.id: values[i.answers][-1 if i.reverse else 0] for i in own}
    highest = {i.id: values[i.answers][0 if i.reverse else -1] for i in own}
    return score(given, lowest)[scale.id] or 0.0, score(given, highest)[scale.id] or 0.0


def score(given: External, answers: Mapping[str, int | None]) -> dict[str, float | None]:
    """Return one person's scores as the authors compute them; None where too little was answered.

    Args:
        given: the instrument.
        answers: the value of each item as published; None or absent where it was left out.
    """
    values = {choice.id: choice.values for choice in given.answers}
    scores: dict[str, float | None] = {}
    for scale in given.scales:
        turned = []
        for item in given.items:
            value = answers.get(item.id)
            if item.scale == scale.id and value is not None:
                low, high = values[item.answers][0], values[item.answers][-1]
                turned.append(low + high - value if item.reverse else value)
        whole = sum(turned) if scale.score == "sum" else sum(turned) / max(1, len(turned))
        scores[scale.id] = scale.factor * whole if len(turned) >= scale.answered else None
    return scores


def wanting(given: External) -> list[Fault]:
    """Return what an organisation has to fill in before this can be asked."""
    found = []
    if not given.permission.reference.strip():
        found.append(Fault("permission.reference", "write who gave leave, for what and when."))
    if not given.words.frame.strip():
        found.append(Fault("words.frame", "write what stands above the statements."))
    for at, choice in enumerate(given.answers):
        empty = [
            str(value)
            for value, label in zip(choice.values, choice.labels, strict=True)
            if not label.strip()
        ]
        if empty:
            found.append(
                Fault(f"answers[{at}].labels", f"no label for {', '.join(empty)}.", choice.id)
            )
    found += [
        Fault(f"items[{at}].text", f"the text of {item.at} is missing.", item.id)
        for at, item in enumerate(given.items)
        if not item.text.strip()
    ]
    return found


def hindrances(given: External) -> list[Fault]:
    """Return why this version of Pulse cannot ask it, whatever is filled in."""
    found = []
    for at, choice in enumerate(given.answers):
        if len(choice.values) != TOP:
            found.append(
                Fault(
                    f"answers[{at}].values",
                    f"it has {len(choice.values)} answers, and a ballot holds {TOP}; changing "
                    "them would change the instrument.",
                    choice.id,
                )
            )
    if len(given.answers) > 1:
        found.append(
            Fault("answers", "its items have different answers, and a page shows one set.")
        )
    if len(given.items) > MAX_ITEMS:
        found.append(
            Fault("items", f"it has {len(given.items)} items; a ballot holds {MAX_ITEMS}.")
        )
    if given.rules.weeks_between:
        weeks = given.rules.weeks_between
        found.append(
            Fault("rules.weeks_between", f"at most once in {weeks} weeks: Pulse asks every wave.")
        )
    if given.rules.smallest_unit:
        people = given.rules.smallest_unit
        found.append(
            Fault(
                "rules.smallest_unit", f"never of fewer than {people}: Pulse shows smaller units."
            )
        )
    return found


def form(given: External, name: str) -> File:
    """Return a filled manifest as a survey file: all of it, every wave, higher is better.

    An answer is stored as its place, 1 to 5. Where a high score is bad, all of its items are
    turned, so that the scale reads 100 minus what the authors' score would be on 0-100.

    Raises:
        BadInstrument: it cannot be asked; the message lists everything that is in the way.
    """
    found = [*hindrances(given), *wanting(given)]
    if found:
        listed = "; ".join(
            f"{fault.path} {fault.name}".strip() + f": {fault.text}" for fault in found
        )
        raise BadInstrument(f"This instrument cannot be asked: {listed}", where=name)
    worse = {scale.id for scale in given.scales if scale.direction == "higher_is_worse"}
    answers = given.answers[0]
    return File(
        schema=1,
        survey=Survey(
            id=given.manifest.id, version=given.manifest.version, title=given.manifest.title,
            frame=given.words.frame, locale=given.words.locale, dir=given.words.dir,
            licence=given.manifest.licence, source=given.manifest.source,
            permission=given.permission.reference, max_items_per_week=MAX_ITEMS,
            seconds_budget=10 * len(given.items), translation_status="reviewed",
        ),
        answers=Answers(
            values=tuple(range(1, TOP + 1)), labels=answers.labels, prefer_not_to_say=True,
            prefer_not=given.words.prefer_not,
        ),
        scales=tuple(
            Scale(
                id=scale.id, name=scale.shown, model=scale.model,
                min_answered=scale.answered / sum(i.scale == scale.id for i in given.items),
                direction="higher_is_better", score="mean", rescale=(0, 100),
            )
            for scale in given.scales
        ),
        items=tuple(
            Item(
                id=item.id, text=item.text, scale=item.scale, facet=item.at,
                reverse=item.reverse != (item.scale in worse), since=given.manifest.version,
            )
            for item in given.items
        ),
        rotation=Rotation(kind="every-week", synchronised=True),
    )  # fmt: skip
