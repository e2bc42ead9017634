"""Roster files between preview and confirmation: in memory, for one account, for an hour.

What is confirmed is the very bytes that were previewed: they do not travel to the browser and back.
"""

import datetime as dt
import secrets
import threading
from typing import Final

import msgspec

from pulse.clock import Clock
from pulse.roster import Roster

LIFETIME: Final = dt.timedelta(hours=1)
_MOST: Final = 4  # previews at once; a roster of a million people is about 200 MB in memory


class Upload(msgspec.Struct, frozen=True):
    """A checked roster that waits, and the fingerprint of the one it was compared with."""

    key: str
    account_id: int
    roster: Roster
    over: str
    made: dt.datetime


class Uploads:
    """Keeps the newest previews; each is taken once, by the account that made it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, Upload] = {}
        self._lock = threading.Lock()

    def keep(self, account_id: int, roster: Roster, over: str) -> Upload:
        """Keep a roster in place of what this account previewed before."""
        upload = Upload(secrets.token_urlsafe(16), account_id, roster, over, self._clock.now())
        with self._lock:
            mine = [key for key, one in self._kept.items() if one.account_id == account_id]
            for key in [*mine, *list(self._kept)[: max(0, len(self._kept) - _MOST + 1)]]:
                self._kept.pop(key, None)
            self._kept[upload.key] = upload
        return upload

    def take(self, account_id: int, key: str) -> Upload | None:
        """Return a roster that waits and let go of it; None if it is gone, too old or another's."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found.account_id != account_id:
                return None
            del self._kept[key]
        return found if self._clock.now() - found.made < LIFETIME else None
