"""`pulse mail`: channels are tested, what is held back is listed, and may be sent again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse.clock import SystemClock
from pulse.mail.outbox import Outbox
from pulse.mail.ways import Ways
from pulse.settings import Home, load
from pulse.upkeep.mail_look import look
from tests.postoffice import Hostile, Kept, office
from tests.unit.cli.conftest import Call

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
Document = Callable[..., Any]


def server(home: Path, port: int) -> None:
    """Write a mail server of this machine into the settings."""
    file = home / "pulse.toml"
    lines = [each for each in file.read_text().splitlines() if not each.startswith("mail ")]
    file.write_text("\n".join([f'mail = "smtp://127.0.0.1:{port}"', *lines]) + "\n")


@pytest.fixture
def opened(document: Document, roster: tuple[str, str]) -> str:
    """Open a week of 24 people; return its name."""
    document("roster", "import", *roster)
    return str(document("wave", "open")["wave"])


def test_an_invitation_leaves_at_once_and_a_refused_one_is_sent_again(
    document: Document, call: Call, home: Path, opened: str
) -> None:
    """`invite` delivers, `mail list` names the refused, `mail resend` tries it once more."""
    kept = Kept({"p3@example.org": "550 5.1.1 unknown"})
    with office(kept) as port:
        server(home, port)
        assert document("invite")["written"] == 24
        assert len(kept.mails) == 23
        listed = document("mail", "list")
        lying = {"wave": opened, "waiting": 0, "uncertain": 0, "refused": 1}
        assert lying in listed["outboxes"]
        (held,) = listed["held_back"]
        assert (held["address"], held["reason"]) == ("p3@example.org", "550-5.1.1")
        assert "p3@example.org" in call("mail", "list").stdout
        kept.answers.clear()
        assert call("mail", "resend").exit_code == 1
        assert call("mail", "resend", "eve@example.org").exit_code == 1
        assert document("mail", "resend", "P3@example.org")["delivered"] == 1
        assert document("mail", "deliver")["delivered"] == 0
        assert document("invite", "--resend", "p3@example.org")["written"] == 1
    assert kept.count["p3@example.org"] == 2
    assert sum(kept.count.values()) == 25


def test_a_server_in_trouble_is_told_and_nothing_is_lost(
    call: Call, home: Path, opened: str
) -> None:
    """The mails wait, its own words stand on standard error, and doctor sees it too."""
    with Hostile(connect=b"554 5.3.2 no service today\r\n") as hostile:
        server(home, hostile.port)
        told = call("invite")
        assert told.exit_code == 0
        assert "no service today" in told.stderr
        tried = call("mail", "test", "--to", "ada@example.org")
        assert tried.exit_code == 1
        assert "no service today" in tried.stdout
        place = Home(home)
        checks = list(look(place, load(place, {}), SystemClock(), Ways(patience=2.0)))
        assert any(c.status == "fail" and "no service today" in c.message for c in checks)
    box = Outbox(home / "outbox" / opened)
    assert {item.state for item in box.items()} == {"waiting"}
    assert len(box.items()) == 24


def test_without_a_server_mails_stay_files(document: Document, home: Path, opened: str) -> None:
    """The spool is a channel that works, and doctor counts what waits in it."""
    document("invite")
    (tried,) = document("mail", "test")["channels"]
    assert tried["works"] is True
    assert document("mail", "deliver")["waiting"] == 24
    item = Outbox(home / "outbox" / opened).items()[0]
    Outbox(home / "outbox" / opened).doubt(item)
    place = Home(home)
    told = [each.message for each in look(place, load(place, {}), SystemClock())]
    assert any("pick them up: 23." in each for each in told)
    assert any("held back: 1." in each for each in told)
