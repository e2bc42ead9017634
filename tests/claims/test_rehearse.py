"""A test week reaches one address, keeps nothing, and leaves the real home as it was."""

import hashlib
import json
import os
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any, Final

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from pulse.settings import Home, Settings, Support
from pulse.settings.loading import understand
from pulse.testweek import HANDFUL, settings_text
from tests.installation import free_ports
from tests.unit.admin import house

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

TO: Final = "adm@x.org"
TOP: Final = Path(__file__).parents[2]
WITHIN: Final = 120.0  # seconds


class Postbox:
    """Takes every mail and keeps its envelope."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one mail."""
        del server, session
        assert isinstance(envelope.content, bytes)
        self.taken.append((envelope.rcpt_tos, envelope.content))
        return "250 taken"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    """Run a mail server of this machine."""
    box = Postbox()
    (port,) = free_ports(1)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


class Rehearsed:
    """`pulse rehearse` in a process of its own, told to go on through its standard input."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.told, self.folder = folder / "told", folder
        words = [sys.executable, "-m", "pulse", "rehearse", "--home", str(home.path), "--to", TO]
        self.process = subprocess.Popen(
            [*words, "--people", "24", "--tell", str(self.told)],
            cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(folder)}, text=True,
        )  # fmt: skip

    def until(self, state: str) -> dict[str, Any]:
        """Wait for a state and return all that is told."""
        end = time.monotonic() + WITHIN
        while time.monotonic() < end:
            told = json.loads(self.told.read_bytes()) if self.told.exists() else {}
            if told.get("state") == state:
                found: dict[str, Any] = told
                return found
            assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
            time.sleep(0.05)
        raise AssertionError(told)

    def say(self, word: str) -> None:
        """Write a line to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def homes(self) -> list[Path]:
        """Return what is left of throw-away homes."""
        return list(self.folder.glob("pulse-rehearsal-*"))


@pytest.fixture
def home(tmp_path: Path, postbox: tuple[Postbox, int]) -> Home:
    """Give a real home whose mail goes to that server, with a person in it."""
    made = house.a_home(tmp_path / "home")
    made.settings_file.write_text(
        f'organisation = "Northwind"\nmail = "smtp://127.0.0.1:{postbox[1]}"\n', "utf-8"
    )
    return made


@pytest.fixture
def rehearsed(home: Home, tmp_path: Path) -> Iterator[Rehearsed]:
    """Begin a test week; whatever happens, it is ended."""
    (tmp_path / "tmp").mkdir()
    one = Rehearsed(home, tmp_path / "tmp")
    yield one
    if one.process.poll() is None:
        one.process.terminate()
    one.process.communicate(timeout=60)


def contents(home: Home) -> dict[str, str]:
    """Return a digest of every file of a home but databases' companions."""
    files = (path for path in home.path.rglob("*") if path.is_file())
    return {
        str(path.relative_to(home.path)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not path.name.endswith(("-wal", "-shm"))
    }


def test_a_week_from_the_mail_to_the_results_and_nothing_after(
    home: Home, rehearsed: Rehearsed, postbox: tuple[Postbox, int]
) -> None:
    """Three mails to one address; closed, shown, ended; of the real home one mark has changed."""
    before = contents(home)
    told = rehearsed.until("open")
    assert len(told["links"]) == HANDFUL
    box = postbox[0]
    assert [to for to, _ in box.taken] == [[TO]] * HANDFUL
    texts = [message_from_bytes(data).as_string() for _, data in box.taken]
    assert all("Northwind (test week)" in text for text in texts)
    rehearsed.say("close")
    told = rehearsed.until("shown")
    assert told["counted"] > 0
    with urllib.request.urlopen(f"{told['staff']}/results", timeout=30) as answer:  # noqa: S310 - loopback
        assert answer.status == 200
    assert len(rehearsed.homes()) == 1
    rehearsed.say("end")
    assert rehearsed.process.wait(60) == 0
    assert rehearsed.homes() == []
    assert len(box.taken) == HANDFUL
    after = contents(home)
    assert {name for name in after if after[name] != before.get(name)} == {"state/marks.json"}


def test_it_ends_with_whoever_began_it(rehearsed: Rehearsed) -> None:
    """When the other end of its input is gone, so is its home."""
    rehearsed.until("open")
    assert rehearsed.process.stdin is not None
    rehearsed.process.stdin.close()
    rehearsed.process.stdin = None
    assert rehearsed.process.wait(60) == 0
    assert rehearsed.homes() == []


def test_a_mail_server_that_takes_nothing_is_told(
    home: Home, rehearsed: Rehearsed, postbox: tuple[Postbox, int]
) -> None:
    """The command says why in a line, exits 1, and leaves nothing."""
    rehearsed.process.terminate()
    rehearsed.process.communicate(timeout=60)
    home.settings_file.write_text('mail = "smtp://127.0.0.1:1"\n', "utf-8")
    again = Rehearsed(home, rehearsed.folder)
    _, said = again.process.communicate(timeout=WITHIN)
    assert again.process.returncode == 1
    assert "The mail server did not take the links" in said
    assert again.homes() == []
    assert postbox[0].taken == []


def test_the_settings_of_a_test_home_are_the_real_ones_without_its_secrets() -> None:
    """Name, help and the way of mails are tried; databases, keys and leaders are not there."""
    real = Settings(
        organisation='North "wind"', timezone="Europe/Berlin", k=10,
        database_url="postgresql+psycopg://u:secret@host/db",
        support=Support(text="Talk to us", contacts=("Doctor: 1",)),
    )  # fmt: skip
    text = settings_text(real, "http://127.0.0.1:1", "http://127.0.0.1:2")
    assert "secret" not in text
    made = understand(text, {})
    assert made.organisation == 'North "wind" (test week)'
    assert (made.timezone, made.support) == ("Europe/Berlin", real.support)
    assert set(tomllib.loads(text)) == {
        "organisation", "base_url", "dashboards_url", "timezone", "mail", "sender", "support",
    }  # fmt: skip
