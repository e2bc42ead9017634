"""Passwords with argon2id, one at a time, and the same work for people who do not exist.

One slot bounds what a flood of sign-ins may cost: 64 MiB and one core.
"""

import re
import secrets
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from pulse.accounts.breached import is_common
from pulse.errors import Busy

# argon2id, the second recommended option of RFC 9106 section 4: 64 MiB, three passes, four lanes.
# Whoever changes it changes nothing else: each password is hashed anew at its next sign-in.
PROFILE: Final = RFC_9106_LOW_MEMORY

SHORTEST: Final = 12
LONGEST: Final = 200
_DIFFERENT: Final = 5  # signs: "aaaaaaaaaaaa" is no password
_OWN: Final = 8  # signs that must be left without any name
_NAME: Final = 4  # letters: an "org" in a password says nothing
# Letters and digits that are told apart in print; 20 of 31 are 99 bits.
ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_WAITING: Final = 16


def one_time_password() -> str:
    """Return a fresh password to be changed at first sign-in: 99 bits in five groups of four."""
    letters = [secrets.choice(ALPHABET) for _ in range(20)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 20, 4))


def weakness(password: str, email: str, *names: str) -> str | None:
    """Say in one sentence why `password` will not do, or return None.

    Length beats rules about signs and digits, and what everybody would try first is refused:
    common passwords, the person's address, the product's and the organisation's names
    (NIST SP 800-63B-4, section 3.1.1.2). A name may stand in a password but counts for nothing.

    Args:
        password: what was chosen.
        email: whose it is to be.
        names: of the organisation.
    """
    if len(password) < SHORTEST:
        return f"Please use {SHORTEST} characters or more. A few words in a row are fine."
    if len(password) > LONGEST:
        return f"Please use at most {LONGEST} characters."
    if len(set(password)) < _DIFFERENT:
        return "Please use a less even password."
    rest = _without_names(password, email, *names)
    if len(rest) < _OWN or len(set(rest)) < _DIFFERENT:
        return "Please use more than your own address and the names that everybody here knows."
    if is_common(password):
        return "This password stands in lists that attackers try first. Please use another one."
    return None


def _without_names(password: str, email: str, *names: str) -> str:
    rest = password.casefold()
    words = re.split(r"[^\w]+|_", " ".join((email, "pulse", *names)).casefold())
    known = [word for word in words if len(word) >= _NAME]
    for name in sorted([email.casefold().partition("@")[0], *known], key=len, reverse=True):
        rest = rest.replace(name, "")
    return rest


class PasswordWorker:
    """Hashes and checks passwords in one thread, so that sign-ins queue up behind each other.

    Args:
        hasher: other parameters than the default, for tests.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(PROFILE)
        self._dummy = self._hasher.hash(secrets.token_hex(16))
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")
        self._waiting = threading.BoundedSemaphore(_WAITING)

    def hash(self, password: str) -> "Future[str]":
        """Return, later, the PHC string of `password`.

        Raises:
            Busy: too many are waiting.
        """
        self._enter()
        return self._pool.submit(self._hash, password)

    def verify(self, stored: str | None, password: str, beside: str = "") -> "Future[bool]":
        """Tell, later, whether `password` is the one behind `stored`; None is an unknown person.

        An unknown person costs the same work, so time does not tell who has an account: that of
        `beside`, somebody's hash, or without one that of a hash made today.

        Raises:
            Busy: too many are waiting.
        """
        self._enter()
        return self._pool.submit(self._verify, stored, password, beside)

    def check_room(self) -> None:
        """Go on only where one more may wait; asked before anything is looked up or counted.

        Raises:
            Busy: too many are waiting.
        """
        self._enter()
        self._waiting.release()

    def outdated(self, stored: str) -> bool:
        """Tell whether `stored`, which matched just now, was made with other parameters."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Finish what is waiting and end the thread."""
        self._pool.shutdown()

    def _enter(self) -> None:
        if not self._waiting.acquire(blocking=False):
            raise Busy("Many people are signing in. Please try again in a moment.")

    def _hash(self, password: str) -> str:
        try:
            return self._hasher.hash(password)
        finally:
            self._waiting.release()

    def _verify(self, stored: str | None, password: str, beside: str) -> bool:
        try:
            self._hasher.verify(stored or beside or self._dummy, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._waiting.release()
        return stored is not None
