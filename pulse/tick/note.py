"""What ticks leave for the next one and for `pulse doctor`: two times in `state/ticked`.

Neither is about a person: when a tick last went well, and when invitations last left much later
than they should (the machine was off). Reminders keep their distance from those.
"""

import datetime as dt

import msgspec

from pulse.settings import Home
from pulse.store.files import write_atomically


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


def write_note(home: Home, note: Note) -> None:
    """Write it, whole or not at all."""
    write_atomically(home.ticked, msgspec.json.encode(note) + b"\n")
