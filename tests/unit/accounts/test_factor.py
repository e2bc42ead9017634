"""The second factor: codes of a phone and recovery codes, each once, few tries, sealed at rest."""

import datetime as dt
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update

from pulse.accounts import directory, factor, sittings
from pulse.accounts.directory import Account
from pulse.accounts.tables import recovery_code, second_factor
from pulse.accounts.vault import Vault
from pulse.clock import Clock, FixedClock
from pulse.errors import Refused
from pulse.store.engine import reading, sqlite_engine
from pulse.store.metadata import accounts as metadata
from pulse.terms import Secret
from tests.unit.accounts.at_once import at_once
from tests.unit.accounts.conftest import CHEAP
from tests.unit.accounts.phone import code_of

NOW = FixedClock(dt.datetime(2026, 11, 20, 16, 0, 10, tzinfo=dt.UTC))
RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", RFC 4226 appendix D


class Phone(NamedTuple):
    """Somebody with a second factor."""

    engine: Engine
    vault: Vault
    account: Account
    secret: str
    codes: tuple[str, ...]

    def code(self, later: int = 0) -> str:
        """Return what the phone shows."""
        return code_of(self.secret, NOW, later=later)

    def try_(self, code: str, clock: Clock = NOW) -> factor.Answer:
        """Show a code."""
        return factor.check(self.engine, clock, self.vault, self.account.account_id, code)


def enrolled(engine: Engine, folder: Path, name: str = "lea") -> Phone:
    """Give somebody a second factor, confirmed five minutes ago."""
    before = FixedClock(NOW.now() - dt.timedelta(minutes=5))
    email = f"{name}@example.org"
    directory.create(engine, before, CHEAP.hash, email=email, role="hr")
    account, vault = _account(engine, email), Vault(folder)
    assert factor.start(engine, vault, account.account_id)
    shown = factor.enrolment(engine, vault, account)
    assert shown is not None
    made = factor.confirm(engine, before, vault, account, code_of(shown.text, before))
    assert not isinstance(made, str)
    return Phone(engine, vault, made[0], shown.text, made[1])


def _account(engine: Engine, email: str) -> Account:
    found = directory.find(engine, email)
    assert found is not None
    return found[0]


@pytest.fixture
def phone(engine: Engine, tmp_path: Path) -> Phone:
    """Give somebody with a second factor."""
    return enrolled(engine, tmp_path)


@pytest.mark.parametrize(("seconds", "code"), [(59, "287082"), (1111111109, "081804")])
def test_the_phone_of_these_tests_is_that_of_the_rfc(seconds: int, code: str) -> None:
    """Its codes are the last six digits of RFC 6238, appendix B."""
    assert code_of(RFC, FixedClock(dt.datetime.fromtimestamp(seconds, dt.UTC))) == code


@pytest.mark.parametrize(
    ("later", "answer"),
    [(-60, "wrong"), (-30, "code"), (0, "code"), (30, "code"), (60, "wrong"), (90, "wrong")],
)
def test_clocks_may_differ_by_one_step(phone: Phone, later: int, answer: str) -> None:
    """The code of now, of 30 seconds ago and of 30 seconds on is taken, no other."""
    assert phone.try_(phone.code(later)) == answer


def test_a_code_is_taken_once(phone: Phone) -> None:
    """A code that was used is worth nothing, nor is one of a step before it."""
    assert phone.try_(phone.code()) == "code"
    assert phone.try_(phone.code()) == "wrong"
    assert phone.try_(phone.code(-30)) == "wrong"
    assert phone.try_(phone.code(30)) == "code"


class TwoWindows(Vault):
    """A vault that is opened while another window of the same person begins anew."""

    engine: Engine

    def open(self, account_id: int, sealed: bytes) -> Secret | None:
        """Open what the first window showed; the second has another secret by then."""
        factor.start(self.engine, self, account_id)
        return super().open(account_id, sealed)


def test_only_the_secret_that_was_proved_is_switched_on(engine: Engine, tmp_path: Path) -> None:
    """The phone that has shown a code of an older secret would never fit the newer one."""
    directory.create(engine, NOW, CHEAP.hash, email="lea@example.org", role="hr")
    account, vault = _account(engine, "lea@example.org"), TwoWindows(tmp_path)
    vault.engine = engine
    assert factor.start(engine, vault, account.account_id)
    shown = factor.enrolment(engine, Vault(tmp_path), account)
    assert shown is not None
    assert factor.confirm(engine, NOW, vault, account, code_of(shown.text, NOW)) == "wrong"
    assert factor.having(engine) == frozenset()


def careless(phone: Phone, code: str, read: threading.Barrier) -> factor.Answer:
    """Take a code the wrong way: read the last step, compare, write."""
    mine = second_factor.c.account_id == phone.account.account_id
    with reading(phone.engine) as connection:
        last = connection.scalar(select(second_factor.c.last_step).where(mine)) or 0
    read.wait(30)
    step = int(NOW.now().timestamp()) // factor.STEP
    if code != phone.code() or last >= step:
        return "wrong"
    with phone.engine.begin() as connection:
        connection.execute(update(second_factor).where(mine).values(last_step=step))
    return "code"


def test_of_several_at_once_one_is_let_in(phone: Phone) -> None:
    """A code that was read over a shoulder and is shown at the same moment lets one in."""
    assert at_once(5, lambda: phone.try_(phone.code())).count("code") == 1


def test_reading_before_writing_would_let_several_in(phone: Phone) -> None:
    """The twin: with the last step read first, one code lets all of them in."""
    read = threading.Barrier(5)
    assert at_once(5, lambda: careless(phone, phone.code(), read)).count("code") == 5


def test_a_recovery_code_is_taken_once(phone: Phone) -> None:
    """Each of the ten lets in once, however it is typed, also when five show it at once."""
    assert len(set(phone.codes)) == factor.CODES
    typed = phone.codes[0].upper().replace("-", " ")
    assert at_once(5, lambda: phone.try_(typed)).count("recovery") == 1
    assert phone.try_(phone.codes[1]) == "recovery"
    assert phone.try_(phone.codes[1]) == "wrong"
    assert factor.status(phone.engine, phone.account.account_id).codes == 8
    fresh = factor.new_codes(phone.engine, phone.account.account_id)
    assert phone.try_(phone.codes[2]) == "wrong"
    assert phone.try_(fresh[0]) == "recovery"


def test_five_wrong_tries_and_it_rests(phone: Phone) -> None:
    """After five wrong codes the right one waits a quarter of an hour too; then it is taken."""
    for wrong in ("000000", "x", "", "1" * 40, "é"):
        assert phone.try_(wrong) == "wrong"
    assert phone.try_(phone.code()) == "resting"
    assert phone.try_(phone.codes[0]) == "resting"
    rested = FixedClock(NOW.now() + factor.REST)
    assert phone.try_(code_of(phone.secret, rested), rested) == "code"
    assert phone.try_("000000", rested) == "wrong"


def test_a_flood_of_guesses_gets_five_tries(phone: Phone) -> None:
    """Twelve guesses at the same moment are five tries: counting is part of trying."""
    answers = at_once(12, lambda: phone.try_("000000"))
    assert (answers.count("wrong"), answers.count("resting")) == (factor.TRIES, 7)


def test_switching_it_on_and_off_ends_sessions(engine: Engine, tmp_path: Path) -> None:
    """Both draw a new stamp; nothing of it is left when it is off."""
    phone = enrolled(engine, tmp_path)
    session = sittings.begin(engine, NOW, phone.account, way="password")
    found = sittings.find(engine, NOW, session)
    assert found is not None
    assert found.needs_code
    after = factor.remove(engine, phone.account.account_id)
    assert sittings.find(engine, NOW, session) is None
    assert after.stamp != phone.account.stamp
    with reading(engine) as connection:
        for table in (second_factor, recovery_code):
            assert connection.execute(select(table)).all() == []


def test_a_factor_that_is_on_is_not_replaced(phone: Phone) -> None:
    """Starting again changes nothing: whoever finds an open browser cannot put in a phone."""
    assert not factor.start(phone.engine, phone.vault, phone.account.account_id)
    assert factor.enrolment(phone.engine, phone.vault, phone.account) is None
    assert phone.try_(phone.code()) == "code"


def test_without_its_first_code_it_is_off(engine: Engine, tmp_path: Path) -> None:
    """A secret that waits lets in nobody and asks nobody; a wrong code leaves it waiting."""
    directory.create(engine, NOW, CHEAP.hash, email="a@x.org", role="hr")
    account, vault = _account(engine, "a@x.org"), Vault(tmp_path)
    factor.start(engine, vault, account.account_id)
    assert factor.status(engine, account.account_id) == factor.Status(
        confirmed=False, pending=True, codes=0
    )
    assert factor.confirm(engine, NOW, vault, account, "000000") == "wrong"
    shown = factor.enrolment(engine, vault, account)
    assert shown is not None
    code = code_of(shown.text, NOW)
    assert factor.check(engine, NOW, vault, account.account_id, code) == "resting"
    session = sittings.begin(engine, NOW, account, way="password")
    found = sittings.find(engine, NOW, session)
    assert found is not None
    assert not found.needs_code


def test_the_database_alone_gives_no_code_away(tmp_path: Path) -> None:
    """Neither the secret nor a recovery code stands in the file or its log; the key is apart."""
    engine = sqlite_engine(tmp_path / "accounts.db", journal="wal", create=True)
    metadata.create_all(engine)
    phone = enrolled(engine, tmp_path)
    plain = phone.secret.replace(" ", "").encode()
    everything = b"".join(path.read_bytes() for path in tmp_path.glob("accounts.db*"))
    assert plain not in everything
    assert phone.codes[0].replace("-", "").encode() not in everything
    key = tmp_path / "factor.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    assert phone.try_(phone.code()) == "wrong"
    key.write_bytes(b"short")
    with pytest.raises(Refused, match="second-factor"):
        phone.try_(phone.code())
    engine.dispose()


def test_a_secret_belongs_to_its_account(engine: Engine, tmp_path: Path) -> None:
    """Moved into somebody else's row a sealed secret opens nothing there."""
    lea, tim = enrolled(engine, tmp_path), enrolled(engine, tmp_path, "tim")
    table = second_factor
    with engine.begin() as connection:
        sealed = connection.scalar(
            select(table.c.secret).where(table.c.account_id == lea.account.account_id)
        )
        mine = table.c.account_id == tim.account.account_id
        connection.execute(update(table).where(mine).values(secret=sealed))
    assert tim.try_(lea.code()) == "wrong"
    assert lea.try_(lea.code()) == "code"


def test_of_several_processes_one_draws_the_key(tmp_path: Path) -> None:
    """What one sealed at first use the others open, and no half-written key is left."""
    sealed = at_once(6, lambda: Vault(tmp_path).seal(1, Secret(b"secret")))
    opened = [Vault(tmp_path).open(1, each) for each in sealed]
    assert [each.reveal() for each in opened if each] == [b"secret"] * 6
    assert [path.name for path in tmp_path.iterdir()] == ["factor.key"]


@given(st.binary(max_size=80), st.integers(0, 2**31))
def test_nothing_made_up_opens(sealed: bytes, whose: int) -> None:
    """Whatever stands in a row that the vault did not write opens nothing and breaks nothing."""
    with TemporaryDirectory() as folder:
        assert Vault(Path(folder)).open(whose, sealed) is None
