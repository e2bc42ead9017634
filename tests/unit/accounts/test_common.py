"""The shipped list of common passwords."""

import hashlib
import secrets

import pytest

from pulse.accounts import common
from pulse.accounts.passwords import PasswordWorker, one_time_password
from tests.unit.accounts.conftest import CHEAP

# Of the 229 passwords of twelve signs and more in zxcvbn 4.5.0 (`frequency_lists.py`), another
# list than ours was made from; ours has them all.
KNOWN = ("010203040506", "01telemike01", "123321qweewq", "1234567890qwerty", "1234qwerasdf")
DECORATED = ("Sunshine!2026", "2026-password-", "  iloveyou 1234")


def test_the_list_is_small_sorted_and_without_repeats() -> None:
    """Less than 300 kB of five bytes each, so that it can be searched where it lies."""
    data = common.FILE.read_bytes()
    rows = [data[at : at + 5] for at in range(0, len(data), 5)]
    assert len(data) < 300_000
    assert len(data) % 5 == 0
    assert rows == sorted(set(rows))
    assert len(rows) > 50_000


@pytest.mark.parametrize("password", KNOWN + DECORATED)
def test_common_passwords_are_known(password: str) -> None:
    """In any case, and with digits or signs around them."""
    assert common.is_common(password)
    assert common.is_common(password.upper())


def test_what_is_drawn_is_never_common() -> None:
    """No one-time password and no random one is taken for a common one."""
    drawn = [one_time_password() for _ in range(500)]
    drawn += [secrets.token_urlsafe(12) for _ in range(500)]
    assert not any(common.is_common(each) for each in drawn)


def test_the_edges_of_the_list_are_found() -> None:
    """The first and the last entry are found, and what lies before and behind them is not."""
    data = common.FILE.read_bytes()
    for edge in (data[:5], data[-5:]):
        assert common._holds(edge)
    assert not common._holds(b"\x00" * 5)
    assert not common._holds(b"\xff" * 5)
    assert common.prefix("x") == hashlib.sha256(b"x").digest()[:5]


def test_other_parameters_make_a_hash_outdated() -> None:
    """What was made with other parameters is told from what was made with today's."""
    cheap, today = PasswordWorker(CHEAP), PasswordWorker()
    stored = cheap.hash("a long enough password").result()
    assert today.outdated(stored)
    assert not cheap.outdated(stored)
    cheap.close()
    today.close()
