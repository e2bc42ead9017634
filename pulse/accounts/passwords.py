"""Passwords with argon2id, one at a time, and the same work for people who do not exist.

Parameters are the second recommended option of RFC 9106 section 4 (64 MiB, three passes), the
default of argon2-cffi. One slot bounds what a flood of sign-ins may cost: 64 MiB and one core.
"""

import secrets
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pulse.errors import Busy

SHORTEST: Final = 12
LONGEST: Final = 200
# Letters and digits that are told apart in print; 20 of 31 are 99 bits.
_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_WAITING: Final = 16


def one_time_password() -> str:
    """Return a fresh password to be changed at first sign-in: 99 bits in five groups of four."""
    letters = [secrets.choice(_ALPHABET) for _ in range(20)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 20, 4))


def weakness(password: str, email: str) -> str | None:
    """Say in one sentence why `password` will not do, or return None.

    Length beats rules about signs and digits (NIST SP 800-63B section 5.1.1.2).
    """
    if len(password) < SHORTEST:
        return f"Please use {SHORTEST} characters or more. A few words in a row are fine."
    if len(password) > LONGEST:
        return f"Please use at most {LONGEST} characters."
    if len(set(password)) < 5:  # noqa: PLR2004 - "aaaaaaaaaaaa" is no password
        return "Please use a less even password."
    if email.split("@", maxsplit=1)[0].casefold() in password.casefold():
        return "Please leave your own address out of the password."
    return None


class PasswordWorker:
    """Hashes and checks passwords in one thread, so that sign-ins queue up behind each other.

    Args:
        hasher: other parameters than the default, for tests.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
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

    def verify(self, stored: str | None, password: str) -> "Future[bool]":
        """Tell, later, whether `password` is the one behind `stored`; None is an unknown person.

        An unknown person costs the same work, so time does not tell who has an account.

        Raises:
            Busy: too many are waiting.
        """
        self._enter()
        return self._pool.submit(self._verify, stored, password)

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

    def _verify(self, stored: str | None, password: str) -> bool:
        try:
            self._hasher.verify(stored or self._dummy, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._waiting.release()
        return stored is not None
