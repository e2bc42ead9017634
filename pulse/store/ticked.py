"""What ticks leave in `state/ticked` for the next one, the doctor and administrators.

Two times, neither about a person: when a tick last went well, and when invitations last left
much later than they should (the machine was off). Reminders keep their distance from those.
"""

import datetime as dt

import msgspec
from sqlalchemy.engine import Engine

from pulse.settings import Home
from pulse.store.files import write_atomically
from pulse.store.lock import only_one


class Note(msgspec.Struct, frozen=True):
    """Both times, aware; None for never."""

    well: dt.datetime | None = None
    late: dt.datetime | None = None


def read_note(home: Home) -> Note:
    """Return what the last tick left; a file that is missing or damaged says nothing."""
    try:
        return msgspec.json.decode(home.ticked.read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Note()


def write_note(home: Home, engine: Engine, note: Note) -> None:
    """Keep the later of each time, whichever tick on whichever machine it comes from."""
    with only_one(home.state / "ticked.lock", engine, wait=True):
        before = read_note(home)
        kept = Note(_later(before.well, note.well), _later(before.late, note.late))
        write_atomically(home.ticked, msgspec.json.encode(kept) + b"\n")


def _later(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)
