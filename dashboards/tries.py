"""How often something may be tried: for one account, and by everybody together.

Never by network address: behind a proxy all visitors come from one, and whoever used its tries up
would keep everybody out. Counted in memory, an aligned minute at a time; of what was typed a
keyed hash is kept for that minute.
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
    """Tries a minute: to sign in to `one` account, to all `together`, and mails asked for.

    One account's are few, because each is a guess at its password. Together they are many: only
    what a flood costs is bounded, and a slot for passwords bounds that too.
    """

    one: int = 10
    together: int = 300
    letters: int = 20


class Tries:
    """Counts tries of the present minute.

    Args:
        one: most for one name.
        together: most for all names; what `one` refuses does not count.
        now: seconds that never go back.
    """

    def __init__(self, one: int, together: int, now: Callable[[], float] = time.monotonic) -> None:
        self._one, self._together, self._now = one, together, now
        self._key = secrets.token_bytes(_DIGEST)
        self._window = 0
        self._all = 0
        self._of: Counter[bytes] = Counter()
        self._lock = threading.Lock()

    def take(self, name: str = "") -> None:
        """Count a try for `name`; with none it counts for everybody together alone.

        Raises:
            TooManyRequestsException: there were too many in this minute.
        """
        digest = hashlib.blake2b(
            name.encode("utf-8", "surrogatepass"), key=self._key, digest_size=_DIGEST
        ).digest()
        with self._lock:
            window = int(self._now() // WINDOW)
            if window != self._window:
                self._window, self._all = window, 0
                self._of.clear()
            if self._all >= self._together or (name and self._of[digest] >= self._one):
                raise TooManyRequestsException(headers={"Retry-After": str(WINDOW)})
            self._all += 1
            self._of[digest] += 1
