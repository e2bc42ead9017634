"""`surveys/packs.toml`: statements that join the week while a practice is tried."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import structs

from pulse.errors import BadInstrument
from pulse.instrument import wording
from pulse.instrument.faults import Fault, misfits, placed, raised, tables_of
from pulse.instrument.model import Instrument, Item, Pack
from pulse.instrument.tomlfile import convert
from pulse.instrument.wording import Record

NAME: Final = "packs.toml"
SLUG: Final = r"^[a-z]+(-[a-z]+)*$"
Slug = Annotated[str, msgspec.Meta(pattern=SLUG, max_length=40)]


class _Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{1,2}[1-9]\d?$")]
    text: str
    reverse: bool = False
    origin: tuple[str, ...] = ()
    since: str = ""


class _Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Slug
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    items: Annotated[tuple[_Item, ...], msgspec.Meta(min_length=1, max_length=6)]
    leader: bool = False
    asked: Literal["everybody", "leaders"] = "everybody"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal[1]
    packs: tuple[_Pack, ...]


Packs = tuple[tuple[Pack, ...], tuple[Item, ...]]


def read(data: bytes, name: str, history: Record) -> Packs:
    """Return the packs in the TOML bytes `data`, and their items in order.

    Raises:
        BadInstrument: an id stands twice, or an item's text or scoring must not be used.
    """
    file = convert(data, name, _File)
    packs: dict[str, Pack] = {}
    items: dict[str, Item] = {}
    for pack in file.packs:
        where = f"{name}: packs.{pack.id}"
        if pack.id in packs:
            raise BadInstrument(f"Two packs share the id {pack.id}.", where=where)
        for at, given in enumerate(pack.items):
            if given.id in items:
                raise BadInstrument(f"Two items share the id {given.id}.", where=where)
            item = Item(
                id=given.id, text=given.text, scale="", facet=pack.id, reverse=given.reverse,
                leader=pack.leader, to_leaders=pack.asked == "leaders", origin=given.origin,
                since=given.since,
            )  # fmt: skip
            for fault in wording.faults(item, history, f"packs.{pack.id}.items[{at}]"):
                raise raised(fault, name)
            items[item.id] = item
        if all(item.reverse for item in pack.items):
            raise BadInstrument("A pack needs an item that is not reversed.", where=where)
        ids = tuple(item.id for item in pack.items)
        packs[pack.id] = Pack(pack.id, pack.title, ids, pack.leader, pack.asked)
    return tuple(packs.values()), tuple(items.values())


def faults(data: bytes, name: str, history: Record) -> list[Fault]:
    """Return what is wrong with a file of packs: every fault of form, else of each statement."""
    raw, text, broken = tables_of(data)
    if broken:
        return broken
    if found := placed(misfits(raw, _File), raw, text):
        return found
    for at, pack in enumerate(convert(data, name, _File).packs):
        for place, given in enumerate(pack.items):
            item = Item(id=given.id, text=given.text, scale="", reverse=given.reverse)
            found += wording.faults(item, history, f"packs[{at}].items[{place}]")
    if not found:
        try:
            read(data, name, history)
        except BadInstrument as error:
            found.append(Fault(error.where.partition(": ")[2], error.message))
    return placed(found, raw, text)


def added(instrument: Instrument, shelved: Packs) -> Instrument:
    """Return the instrument with packs that can join it.

    Raises:
        BadInstrument: an item of a pack has the id of one of the survey's own.
    """
    packs, items = shelved
    for item in items:
        if item.id in instrument.items:
            raise BadInstrument(
                f"The id {item.id} belongs to the pack {item.facet!r}; give yours another.",
                where=f"items.{item.id}",
            )
    every = {**instrument.items, **{item.id: item for item in items}}
    return structs.replace(instrument, items=every, packs={pack.id: pack for pack in packs})
