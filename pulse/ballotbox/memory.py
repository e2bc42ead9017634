"""What a council's key file was used for: one JSON line a key, in `F.peeled` beside F.

    {"v":1,"wave":…,"pair":…,"keys":…,"box":…,"peeled":…}

`keys` is the URL path of the key list that the pair belongs to, `box` is H(BOX) and `peeled` is
H(P), both in hex and empty until the peel. A key serves one list, a wave is peeled from one BOX:
two peels of almost the same ballots would show whose inner box the difference is.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from pulse.errors import Held, WrongState
from pulse.store.files import companion, write_atomically

SUFFIX: Final = ".peeled"


class Noted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one pair was used for."""

    wave: str
    pair: str
    keys: str
    box: str = ""
    peeled: str = ""
    v: int = 1


@contextmanager
def alone(key: Path) -> Iterator[None]:
    """Hold F while the block runs, so that two peels never both find nothing noted.

    Raises:
        WrongState: another process holds it.
    """
    with key.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WrongState(
                "Another command is working with this key file.", where=key.name
            ) from error
        yield


def place(key: Path) -> Path:
    """Return the file beside F in which its uses are noted."""
    return companion(key, SUFFIX)


def recall(key: Path) -> tuple[Noted, ...]:
    """Return everything noted beside F, oldest first.

    Raises:
        Held: it cannot be read; without it nothing is peeled.
    """
    path = place(key)
    if not path.exists():
        return ()
    try:
        notes = [msgspec.json.decode(line, type=Noted) for line in path.read_bytes().splitlines()]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Held("What these keys were used for cannot be read.", where=path.name) from error
    if any(note.v != 1 for note in notes):
        raise Held("A newer Pulse has used these keys.", where=path.name)
    return tuple(notes)


def admit(notes: tuple[Noted, ...], new: Noted) -> None:
    """Refuse a use of a key that does not go with what was noted before.

    Raises:
        Held: the key belongs to another list, or the wave was peeled from another BOX.
    """
    for note in notes:
        if note.pair == new.pair and (note.wave, note.keys) != (new.wave, new.keys):
            raise Held(
                f"This key belongs to another key list, of {note.wave}; one key serves one list.",
                where=new.wave,
            )
        if note.wave == new.wave and note.box and new.box and note.box != new.box:
            raise Held(
                "Other ballots of this wave were peeled before; these are not.", where=new.wave
            )


def note(key: Path, notes: tuple[Noted, ...], new: Noted) -> None:
    """Write `new` beside F, durably, over what was noted of its key."""
    kept = [each for each in notes if each.pair != new.pair]
    lines = (msgspec.json.encode(each) + b"\n" for each in (*kept, new))
    write_atomically(place(key), b"".join(lines))
