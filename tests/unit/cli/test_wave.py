"""`pulse wave` and `pulse invite`: a week from opening to its report, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Call

Document = Callable[..., Any]


@pytest.fixture
def staffed(document: Document, home: Path, roster: tuple[str, str]) -> Path:
    """Return a home with people."""
    document("roster", "import", *roster)
    return home


@pytest.mark.usefixtures("staffed")
def test_a_week_opens_is_cancelled_opens_again_and_closes(document: Document, call: Call) -> None:
    """Every step tells its document; closing again gives the very same report."""
    opened = document("wave", "open")
    assert (opened["state"], opened["groups"], opened["invited"]) == ("open", 2, 24)
    assert document("invite")["written"] == 24
    assert document("wave", "cancel")["state"] == "cancelled"
    again = document("wave", "open")
    assert (again["wave"], again["state"]) == (opened["wave"], "open")
    assert again["fingerprint"] != opened["fingerprint"]
    assert document("wave", "status")["state"] == "open"
    closed = document("wave", "close")
    assert (closed["wave"], closed["state"], closed["ballots"]) == (opened["wave"], "released", 0)
    assert document("wave", "close") == closed
    assert document("wave", "status")["state"] == "released"
    assert "is released" in call("wave", "cancel", "--wave", opened["wave"]).stderr


@pytest.mark.parametrize(
    "words",
    [
        ("wave", "close"), ("wave", "close", "--abandon"), ("wave", "release"), ("wave", "cancel"),
        ("wave", "status", "--wave", "2026-W10"), ("wave", "close", "--wave", "2026-W10"),
        ("wave", "close", "--wave", "last"), ("wave", "open", "--wave", "2026-W54"),
        ("invite",), ("remind",), ("invite", "--preview"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("staffed")
def test_what_the_state_does_not_allow_is_one_sentence(call: Call, words: tuple[str, ...]) -> None:
    """With no week under way each is refused in one line, without a traceback."""
    result = call(*words)
    assert result.exit_code == 1
    assert result.stderr.startswith("pulse: ")
    assert result.stderr.count("\n") == 1
