"""What has been done once in a home, and when: set-up steps that leave no other trace.

One small file, `state/marks.json`, written by whoever did the step. It names no person. A mark
that is lost (a restore brings none) only asks for the step again.
"""

import datetime as dt
from typing import Final, Literal

import msgspec

from pulse.clock import Clock
from pulse.settings import Home
from pulse.store.files import write_atomically

Mark = Literal["backup", "channel", "test week"]
FILE: Final = "marks.json"


def note(home: Home, clock: Clock, mark: Mark) -> None:
    """Write that a step was done now."""
    marks = {**_read(home), mark: clock.now().isoformat(timespec="seconds")}
    write_atomically(home.state / FILE, msgspec.json.encode(marks))


def when(home: Home, mark: Mark) -> dt.datetime | None:
    """Return when a step was last done, an aware time, or None."""
    told = _read(home).get(mark)
    try:
        return None if told is None else dt.datetime.fromisoformat(told)
    except ValueError:
        return None


def _read(home: Home) -> dict[str, str]:
    try:
        return msgspec.json.decode((home.state / FILE).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}
