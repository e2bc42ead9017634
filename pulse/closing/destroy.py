"""What a close destroys, in two parts: whatever could pair a person with a token, then the rest.

Every function may run again. Files are overwritten and removed; what carries the promise is
that the keys are among them.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from pulse import invitation, roster
from pulse.ballotbox.peel import MARK
from pulse.closing.plan import Places
from pulse.release import surveys
from pulse.release.press import discard
from pulse.settings import Home
from pulse.store.databases import Shelves
from pulse.store.files import PUBLIC, companion, destroy_file, write_atomically
from pulse.store.wavestores import is_own, own_origins

Checkpoint = Callable[[str], None]

NOTHING_OPEN: Final = b'{"wave":null}'


def nothing_open(places: Places, wave: str) -> None:
    """Publish that no wave is open, if this one was the one."""
    if places.current.exists() and wave.encode() in places.current.read_bytes():
        write_atomically(places.current, NOTHING_OPEN, PUBLIC)


def destroy_a(
    home: Home, rooms: Shelves, engine: Engine, wave: str, checkpoint: Checkpoint, keys: str = ""
) -> None:
    """Destroy both stores, BOX, signing keys, K_wave, cards, mails, sent-marks and addresses.

    BOX goes here and not with P: it pairs tokens with sealed boxes as the box store does, and
    nothing needs it once P is opened. The wave's id stays, so that its addresses answer 410. A
    store of another opening than that of the key list `keys` is left alone.
    """
    places = Places(home, wave)
    nothing_open(places, wave)
    own = own_origins(home, wave, keys)
    for shelf in rooms:
        shelf.remember_closed(wave)
    for name, shelf in zip(rooms._fields, rooms, strict=True):
        checkpoint(f"destroy {name}")
        if not shelf.exists(wave) or is_own(shelf, wave, own):
            shelf.destroy(wave)
    for path in (places.box, places.bundle, places.signing_keys):
        checkpoint(f"destroy {path.name}")
        destroy_file(path)
    checkpoint("destroy links")
    invitation.destroy(home, engine, wave)
    roster.forget_addresses(engine, wave)
    for path in _operator_files(home, wave):
        if path != places.inner_key:
            checkpoint(f"destroy {path.name}")
            destroy_file(path)


def destroy_b(home: Home, wave: str, checkpoint: Checkpoint) -> None:
    """Destroy P, the inner key and the outer key, with its mark."""
    places = Places(home, wave)
    paths = (places.outer_key, companion(places.outer_key, MARK), places.inner_key)
    for path in (*paths, places.peeled, *_operator_files(home, wave)):
        checkpoint(f"destroy {path.name}")
        destroy_file(path)
    surveys.forget(home, wave)


def everything(
    home: Home, rooms: Shelves, engine: Engine, wave: str, checkpoint: Checkpoint, keys: str = ""
) -> None:
    """Destroy all of a wave that is given up, with whatever a press may have left of it."""
    destroy_a(home, rooms, engine, wave, checkpoint, keys)
    destroy_b(home, wave, checkpoint)
    discard(home.releases, wave)


def _operator_files(home: Home, wave: str) -> Iterator[Path]:
    yield from sorted(home.operator_keys.glob(f"{wave}.*"))
