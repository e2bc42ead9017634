"""Time, passed in: nothing in Pulse asks the system for the date except through a Clock."""

import datetime as dt
from pathlib import Path
from typing import Protocol

from pulse.errors import BadSetting


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> dt.datetime:
        """Return the present as an aware datetime in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """Return the present as an aware datetime in UTC."""
        return dt.datetime.now(dt.UTC)


class FixedClock:
    """A clock that stands where it was set (the demo's past weeks, tests)."""

    def __init__(self, moment: dt.datetime) -> None:
        self._moment = moment.astimezone(dt.UTC)

    def now(self) -> dt.datetime:
        """Return the moment it was set to."""
        return self._moment


class FileClock:
    """A clock that reads an ISO 8601 time from a file at each use (`PULSE_TEST_CLOCK`)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> dt.datetime:
        """Return the file's time in UTC.

        Raises:
            BadSetting: the file is missing or holds no time with an offset.
        """
        try:
            moment = dt.datetime.fromisoformat(self._path.read_text(encoding="utf-8").strip())
        except (OSError, ValueError) as error:
            raise BadSetting("The test clock holds no ISO time.", where=str(self._path)) from error
        if moment.tzinfo is None:
            raise BadSetting("The test clock's time needs an offset.", where=str(self._path))
        return moment.astimezone(dt.UTC)
