"""Takes a wave that never opened, or was opened by mistake, out of the house again."""

import shutil
from collections.abc import Mapping

import msgspec
from sqlalchemy.engine import Engine

from pulse import invitation, roster
from pulse.release import surveys
from pulse.settings import Home
from pulse.store import wavestores
from pulse.store.databases import Shelves
from pulse.store.files import PUBLIC, destroy_file, write_atomically


def announce(home: Home, current: Mapping[str, str | None]) -> None:
    """Write what `/w/current` answers."""
    write_atomically(home.published / "current.json", msgspec.json.encode(current), PUBLIC)


def wipe(home: Home, engine: Engine, rooms: Shelves, wave: str, keys: str = "") -> None:
    """Shut and destroy whatever there is of a wave; again is fine."""
    if not (now := home.published / "current.json").exists() or wave.encode() in now.read_bytes():
        announce(home, {"wave": None})
    wavestores.end_own(rooms, wave, wavestores.own_origins(home, wave, keys))
    invitation.destroy(home, engine, wave)
    destroy_file(home.issuer_keys / f"{wave}.keys")
    destroy_file(home.operator_keys / f"{wave}.inner")
    destroy_file(home.holder_keys / f"{wave}.outer")
    destroy_file(home.trees / f"{wave}.json")
    surveys.forget(home, wave)
    shutil.rmtree(home.published / wave, ignore_errors=True)
    roster.forget(engine, wave)
