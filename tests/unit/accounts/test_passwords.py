"""Passwords: argon2id, one slot, and nothing to learn from time."""

import re
import threading

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from pulse.accounts.passwords import PasswordWorker, one_time_password, weakness
from pulse.errors import Busy
from tests.unit.accounts.conftest import CHEAP


def test_the_default_is_argon2id_with_the_rfc_parameters() -> None:
    """A stored password names argon2id, 64 MiB and three passes (RFC 9106, section 4)."""
    worker = PasswordWorker()
    parameters = extract_parameters(worker.hash("a long enough password").result())
    worker.close()
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost) == (65536, 3)


def test_a_password_matches_itself_only() -> None:
    """The right password is accepted, another one and a broken hash are not."""
    worker = PasswordWorker(CHEAP)
    stored = worker.hash("correct horse battery").result()
    assert worker.verify(stored, "correct horse battery").result()
    assert not worker.verify(stored, "correct horse batterz").result()
    assert not worker.verify("no hash", "correct horse battery").result()
    worker.close()


class Counting(PasswordHasher):
    """A hasher that counts how often it was asked to verify."""

    checks = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override] # noqa: A002 - the name is argon2-cffi's
        """Count and check."""
        Counting.checks += 1
        return super().verify(hash, password)


def test_an_unknown_person_costs_the_same_work() -> None:
    """A sign-in without an account verifies a dummy hash, once, and is refused."""
    worker = PasswordWorker(Counting(time_cost=1, memory_cost=8, parallelism=1))
    before = Counting.checks
    assert not worker.verify(None, "whatever it is").result()
    assert Counting.checks == before + 1
    worker.close()


class Waiting(PasswordHasher):
    """A hasher that works only when it is let."""

    gate = threading.Event()
    running = 0
    most = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override] # noqa: A002 - the name is argon2-cffi's
        """Wait at the gate."""
        Waiting.running += 1
        Waiting.most = max(Waiting.most, Waiting.running)
        Waiting.gate.wait(10)
        Waiting.running -= 1
        return super().verify(hash, password)


def test_sign_ins_queue_in_one_slot_and_a_flood_is_refused() -> None:
    """One password is checked at a time; when too many wait the next is told to come back."""
    worker = PasswordWorker(Waiting(time_cost=1, memory_cost=8, parallelism=1))
    waiting = [worker.verify(None, "x") for _ in range(16)]
    with pytest.raises(Busy):
        worker.verify(None, "x")
    Waiting.gate.set()
    assert not any(one.result() for one in waiting)
    assert Waiting.most == 1
    assert not worker.verify(None, "x").result()
    worker.close()


def test_one_time_passwords_are_long_and_never_twice() -> None:
    """A one-time password is five groups of four plain letters or digits, different each time."""
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([2-9a-hj-km-np-z]{4}-){4}[2-9a-hj-km-np-z]{4}", one) for one in made)


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short", "12 characters"),
        ("x" * 201, "at most 200"),
        ("abababababab", "less even"),
        ("lea-lea-lea-2026", "own address"),
        ("Example.Lea.2026", "own address"),
        ("Pulse-Pulse-Pulse", "own address"),
        ("Northwind-pulse-7", "own address"),
        ("q1w2e3r4t5y6", "attackers try first"),
        ("Sunshine-2026!", "attackers try first"),
    ],
)
def test_a_weak_password_is_refused_with_one_sentence(password: str, word: str) -> None:
    """Too short, too long, too even or holding the own name: each says what to do."""
    assert word in (weakness(password, "lea@example.org", "Northwind") or "")


def test_a_few_words_in_a_row_are_enough() -> None:
    """Length is what counts; no sign or digit is demanded."""
    assert weakness("correct horse battery", "lea@example.org") is None
