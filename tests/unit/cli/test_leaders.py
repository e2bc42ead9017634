"""`pulse leaders`: invitations by mail, a list that tells who is ready, a lost phone."""

import email
import email.policy
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from pulse.accounts import directory, factor, links
from pulse.accounts.vault import Vault
from pulse.clock import SystemClock
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from tests.unit.accounts.phone import code_of
from tests.unit.cli.conftest import Call

Document = Callable[..., Any]
LEADERS = "email,role,unit_id\nhr@example.org,hr,\naud@example.org,auditor,\n"


@pytest.fixture
def leaders(tmp_path: Path) -> str:
    """Write a file of two accounts."""
    file = tmp_path / "leaders.csv"
    file.write_text(LEADERS, "utf-8")
    return str(file)


def mails(home: Path) -> list[EmailMessage]:
    """Read the mails in the outbox of the accounts."""
    policy = email.policy.default
    files = sorted((home / "accounts" / "outbox").glob("*.eml"))
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    return [email.message_from_bytes(file.read_bytes(), policy=policy) for file in files]


@pytest.mark.slow
def test_an_import_invites_when_it_is_asked_to(
    document: Document, home: Path, leaders: str
) -> None:
    """Without --invite no mail is written; with it one to each who has not chosen a password."""
    made = document("leaders", "import", leaders)
    assert all(each["one_time_password"] for each in made["accounts"])
    assert mails(home) == []
    told = document("leaders", "import", leaders, "--invite")
    assert sorted(told["invited"]) == ["aud@example.org", "hr@example.org"]
    written = mails(home)
    assert {str(mail["To"]) for mail in written} == set(told["invited"])
    for mail in written:
        (link,) = (line for line in mail.get_content().splitlines() if line.startswith("http"))
        assert re.fullmatch(r"http://127\.0\.0\.1:8001/welcome/[\w-]{43}", link)
    engine = sqlite_engine(home / "accounts" / "accounts.db", journal="wal", create=False)
    secret = re.findall(r"/welcome/(\S+)", mails(home)[0].get_content())[0]
    assert links.use(engine, SystemClock(), secret, "stored") is not None
    engine.dispose()
    assert len(document("leaders", "import", leaders, "--invite")["invited"]) == 1


def test_nobody_is_invited_to_a_password_that_nobody_may_use(
    call: Call, home: Path, leaders: str
) -> None:
    """Where the provider alone lets people in, --invite says so and writes no mail."""
    with (home / "pulse.toml").open("r+") as file:
        settings = file.read()
        file.seek(0)
        file.write(
            'local_passwords = "off"\noidc_issuer = "https://id.example.org"\n'
            f'oidc_client_id = "pulse"\n{settings}'
        )
    result = call("leaders", "import", leaders, "--invite")
    assert result.exit_code == 1
    assert "people sign in through your provider" in result.stderr
    assert mails(home) == []


@pytest.mark.slow
def test_a_lost_phone_is_helped_by_a_reset(document: Document, home: Path, leaders: str) -> None:
    """List tells who has a second factor; reset leaves it unless it is told to take it away."""
    document("leaders", "import", leaders)
    place = Home(home)
    engine = sqlite_engine(home / "accounts" / "accounts.db", journal="wal", create=False)
    found = directory.find(engine, "hr@example.org")
    assert found is not None
    vault, clock = Vault(place.accounts), SystemClock()
    factor.start(engine, vault, found[0].account_id)
    shown = factor.enrolment(engine, vault, found[0])
    assert shown is not None
    factor.confirm(engine, clock, vault, found[0], code_of(shown.text, clock))
    engine.dispose()

    def having() -> set[str]:
        rows = document("leaders", "list")["accounts"]
        return {row["email"] for row in rows if row["second_factor"]}

    assert having() == {"hr@example.org"}
    document("leaders", "reset", "hr@example.org")
    assert having() == {"hr@example.org"}
    document("leaders", "reset", "hr@example.org", "--second-factor")
    assert having() == set()
