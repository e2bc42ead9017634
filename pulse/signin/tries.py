"""How often something may be tried: for one account, and what has no name for all at once.

Never by network address: behind a proxy all visitors come from one, and whoever used its tries up
would keep everybody out. Nor are the tries of different accounts added up: whoever made addresses
up would use them up for everybody. What a flood of passwords costs is bounded by the worker's
slots. Counted in memory, an aligned minute at a time; of what was typed a keyed hash is kept for
that minute.
"""

import hashlib
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

import msgspec
from litestar.exceptions import TooManyRequestsException

WINDOW: Final = 60  # seconds
_DIGEST: Final = 16  # bytes


class Limits(msgspec.Struct, frozen=True):
    """Tries a minute: of `one` account's password, of the provider by all, mails asked for.

    One account's are few, because each is a guess at its password. The provider's are many: each
    costs a row for ten minutes.
    """

    one: int = 10
    together: int = 300
    letters: int = 20


class Tries:
    """Counts tries of the present minute.

    Args:
        one: most for one name.
        together: most of those without a name.
        now: seconds that never go back.
    """

    def __init__(self, one: int, together: int, now: Callable[[], float] = time.monotonic) -> None:
        self._one, self._together, self._now = one, together, now
        self._key = secrets.token_bytes(_DIGEST)
        self._window = 0
        self._of: Counter[bytes] = Counter()
        self._lock = threading.Lock()

    def take(self, name: str = "") -> None:
        """Count a try for `name`, or for all that have none; names do not touch each other.

        Raises:
            TooManyRequestsException: there were too many in this minute.
        """
        digest = hashlib.blake2b(
            name.encode("utf-8", "surrogatepass"), key=self._key, digest_size=_DIGEST
        ).digest()
        with self._lock:
            window = int(self._now() // WINDOW)
            if window != self._window:
                self._window = window
                self._of.clear()
            if self._of[digest] >= (self._one if name else self._together):
                raise TooManyRequestsException(headers={"Retry-After": str(WINDOW)})
            self._of[digest] += 1
