"""The two stores of a week, and which opening they were made for: no other is taken for them.

An address may lead elsewhere: to another database, to another home's, to a disk that is not
mounted. What is found there must not be destroyed in a store's place, nor its absence be taken
for its end. The number is of the key list that everybody's link names: fresh at each opening,
public, and known without the store. It stands beside the tables, where a store has room for one.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Final

from sqlalchemy import MetaData, Table
from sqlalchemy.exc import SQLAlchemyError

from pulse.errors import Held
from pulse.settings import Home
from pulse.store.databases import Shelves
from pulse.store.gate import GatedStore, gate_table
from pulse.store.shelf import Shelf

_GATE: Final[Table] = gate_table(MetaData())  # the same in every store
UNKNOWN: Final = 0  # of a store that an older version made
_MISSING: Final = "The store of this week is not where the settings look for it."
_ANOTHER: Final = (
    "What lies where the settings look is a store of another opening of this week, an older one's "
    "or another home's; it was left alone."
)
_ADDRESS: Final = "Set this home's own address and run it again."
LOST: Final = "Only if the store of this week is lost for good, say so with --without-store."
UNCOUNTED: Final = (
    "Nothing was counted yet: if it is lost for good, the week can only be given up "
    "(`pulse wave close --abandon --without-store`)."
)


def origin_of(keys: str) -> int:
    """Return the number of a key list's URL path: 1 to 2^31 - 1, what SQLite's header takes."""
    return int.from_bytes(hashlib.sha256(keys.encode()).digest()[:4], "big") >> 1 or 1


def own_origins(home: Home, wave: str, keys: str = "") -> frozenset[int]:
    """Return the numbers that this home's store of a wave may have.

    Args:
        home: the installation.
        wave: the wave's id.
        keys: the key list's URL path as the wave's row has it; empty until the wave is open.
    """
    published = (home.published / wave).glob("keys-*.json")
    known = {keys, *(f"/w/{wave}/{path.name}" for path in published)}
    return frozenset(origin_of(each) for each in known if each)


def is_own(shelf: Shelf, wave: str, own: frozenset[int]) -> bool:
    """Tell whether the store of `wave` that lies on a shelf was made by this home's opening."""
    return shelf.origin(wave) in {UNKNOWN, *own}


def astray(rooms: Shelves, wave: str, own: frozenset[int]) -> Iterator[tuple[str, str]]:
    """Yield, with what is wrong, each room whose store of a wave is gone or another one.

    Where a wave is remembered as closed, its store was destroyed as it should be.
    """
    for name, shelf in zip(rooms._fields, rooms, strict=True):
        if shelf.exists(wave):
            if not is_own(shelf, wave, own):
                yield name, _ANOTHER
        elif wave not in shelf.closed():
            yield name, _MISSING


def refuse_another(rooms: Shelves, wave: str, own: frozenset[int]) -> None:
    """Refuse to touch what lies in the place of a wave's store, if anything does.

    Raises:
        Held: a room has a store of another opening.
    """
    for name, told in astray(rooms, wave, own):
        if told == _ANOTHER:
            raise Held(f"{told} {_ADDRESS}", where=name)


def refuse_astray(rooms: Shelves, wave: str, own: frozenset[int], lost: str = LOST) -> None:
    """Refuse to go on without the stores of a wave.

    Args:
        rooms: where they should lie.
        wave: the wave's id.
        own: the numbers that they may have.
        lost: what to do where one is lost for good.

    Raises:
        Held: one is gone without having been closed, or is of another opening.
    """
    for name, told in astray(rooms, wave, own):
        raise Held(f"{told} {_ADDRESS} {lost}", where=name)


def open_gates(rooms: Shelves, wave: str) -> None:
    """Let people in, at the issuer and then at the ballot box."""
    for shelf in rooms:
        with contextlib.closing(GatedStore(shelf.engine(wave), _GATE)) as store:
            store.open_gate()


def end_own(rooms: Shelves, wave: str, own: frozenset[int]) -> None:
    """Shut and destroy a wave's own stores, also what a crash left of them; again is fine."""
    for shelf in rooms:
        if shelf.exists(wave):
            if not is_own(shelf, wave, own):
                continue
            # A damaged store is destroyed all the same.
            with (
                contextlib.suppress(SQLAlchemyError),
                contextlib.closing(GatedStore(shelf.engine(wave), _GATE)) as store,
            ):
                store.shut_gate()
        shelf.destroy(wave)
