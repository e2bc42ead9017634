"""A week by its commands: open, invite, remind, close, audit, export; and one cancelled."""

import email
import email.policy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse.release import ledger
from tests.unit.cli.conftest import Call

Document = Callable[..., Any]


@pytest.fixture
def ready(document: Document, home: Path, roster: tuple[str, str]) -> Path:
    """Make a home with a roster of 24 people."""
    document("roster", "import", *roster)
    return home


def test_a_week_from_open_to_export(
    document: Document, call: Call, ready: Path, tmp_path: Path
) -> None:
    """Each command tells what interface and README promise, in JSON, at its place in the week."""
    assert document("wave", "status") == {"wave": None, "state": None}
    opened = document("wave", "open")
    assert opened["state"] == "open"
    assert (opened["groups"], opened["invited"]) == (2, 24)
    assert opened["keys"].startswith(f"/w/{opened['wave']}/keys-")
    assert len(opened["fingerprint"].split()) == 8
    status = document("wave", "status")
    assert {name: status[name] for name in ("wave", "state", "groups", "invited", "keys")} == {
        name: opened[name] for name in ("wave", "state", "groups", "invited", "keys")
    }
    assert not {"ballots", "issued", "counted"} & set(status)

    preview = call("invite", "--preview")
    assert "Subject: " in preview.stdout
    assert document("invite")["written"] == 24
    assert document("invite")["written"] == 0
    assert document("invite", "--resend", "P3@example.org")["written"] == 1
    assert document("remind")["written"] == 24
    mails = list((ready / "outbox" / opened["wave"]).iterdir())
    parsed = email.message_from_bytes(mails[0].read_bytes(), policy=email.policy.default)
    assert parsed["To"].endswith("@example.org")

    mistyped = call("wave", "close", "--peeled", str(tmp_path / "none"))
    assert (mistyped.exit_code, document("wave", "status")["state"]) == (2, "open")
    closed = document("wave", "close")
    assert (closed["state"], closed["ballots"], closed["published"]) == ("released", 0, 0)
    assert set(closed["seconds"]) == {
        "shut", "peel", "open", "tabulate", "protect", "audit", "press", "destroy",
    }  # fmt: skip
    assert document("wave", "close") == closed
    assert document("wave", "status")["state"] == "released"
    assert "is released" in call("wave", "cancel", "--wave", opened["wave"]).stderr
    ends = ledger.head(ready / "releases")
    assert document("audit") == {"ok": True, "releases": 1, "findings": [], "head": ends}
    words = call("audit").stdout
    assert words.startswith("ok: 1 release checked from its files alone, nothing found.\n")
    assert ends in words.splitlines()
    assert max(map(len, words.splitlines())) <= 80
    assert figures_come_back(call, ready / "state" / "summary.json")
    out = tmp_path / "figures.csv"
    told = document("export", "--format", "csv", "--out", str(out))
    assert told["rows"] == len(out.read_text("utf-8").splitlines()) - 1 > 0


def figures_come_back(call: Call, file: Path) -> bool:
    """Tell whether audit and doctor speak of a missing file, fail nothing, and upgrade makes it."""
    file.unlink()
    audit, doctor = call("audit"), call("doctor")
    assert (audit.exit_code, "`pulse doctor`" in audit.stderr) == (0, True)
    assert "`pulse upgrade`" in doctor.stdout.replace("\n", " ")
    assert call("upgrade").exit_code == 0
    return file.is_file() and not call("audit").stderr


def test_a_wave_opened_by_mistake_is_cancelled_and_opened_again(
    document: Document, call: Call, ready: Path
) -> None:
    """Cancel destroys keys and stores; the same week opens again under another fingerprint."""
    first = document("wave", "open")
    assert call("wave", "open").exit_code == 1
    assert document("wave", "cancel")["state"] == "cancelled"
    assert list((ready / "keys").rglob("*.*")) == []
    assert document("wave", "open")["fingerprint"] != first["fingerprint"]


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    "words",
    [
        ("wave", "close"),
        ("wave", "close", "--abandon"),
        ("wave", "close", "--wave", "2020-W01"),
        ("wave", "close", "--wave", "last"),
        ("wave", "release"),
        ("wave", "cancel"),
        ("wave", "status", "--wave", "2020-W01"),
        ("wave", "open", "--wave", "next week"),
        ("wave", "open", "--wave", "2026-W54"),
        ("wave", "open", "--closes", "2020-01-01T00:00+00:00"),
        ("invite",),
        ("invite", "--preview"),
        ("remind",),
        ("export", "--format", "csv", "--out", "no-such-folder/x.csv"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_refused_in_one_line(call: Call, words: tuple[str, ...]) -> None:
    """Without a wave under way each step is refused with its reason, as words and as JSON."""
    result = call(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    error = json.loads(call(*words, "--json").stdout)["error"]
    assert set(error) == {"type", "message", "where"}
    assert error["message"]


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("time", ["Friday", "2026-03-06T17:00", "2026-13-01T00:00+00:00"])
def test_a_closing_time_without_offset_is_wrong_usage(call: Call, time: str) -> None:
    """A time that is none, or has no offset, exits 2."""
    assert call("wave", "open", "--closes", time).exit_code == 2


@pytest.mark.usefixtures("ready")
def test_an_audit_that_finds_something_exits_1(document: Document, call: Call, ready: Path) -> None:
    """After a byte of a release has changed, audit names the wave and exits 1."""
    wave = document("wave", "open")["wave"]
    document("wave", "close")
    file = ready / "releases" / wave / "results.json"
    file.chmod(0o600)
    file.write_bytes(file.read_bytes() + b" ")
    result = call("audit", "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert not report["ok"]
    assert any(wave in finding for finding in report["findings"])
    words = call("audit").stdout
    assert words.startswith("not ok: ")
    assert all(f"\n- {finding}\n" in words for finding in report["findings"])


def test_an_export_of_nothing_says_so(call: Call, home: Path, tmp_path: Path) -> None:
    """Before the first release the file holds its head alone, and the command says that."""
    assert home.is_dir()
    out = tmp_path / "nothing.csv"
    result = call("export", "--format", "csv", "--out", str(out))
    assert result.exit_code == 0
    assert "holds its head alone" in result.stderr
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1
