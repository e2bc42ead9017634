"""The administrator's process opens no file of ballots, signing keys or releases."""

import os
import sys
from pathlib import Path

import pytest

from pulse.settings import Home
from tests.unit.admin import house
from tests.unit.admin.house import Browser

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

PAGES = (
    "/", "/roster", "/schedule", "/channels", "/languages", "/links", "/accounts",
    "/organisation", "/test-week", "/account",
)  # fmt: skip
_OPENED: set[str] = set()
_HOOKED: list[bool] = []


def _note(event: str, words: tuple[object, ...]) -> None:
    if event in {"open", "os.listdir", "os.scandir", "sqlite3.connect", "glob.glob"} and words:
        _OPENED.add(os.fsdecode(words[0]) if isinstance(words[0], str | bytes | Path) else "")


def opened(home: Home, *, look: Path | None = None) -> set[str]:
    """Return the files under a home that this process opens while all pages are used.

    `look` is a file that a curious page reads too.
    """
    if not _HOOKED:
        sys.addaudithook(_note)  # it cannot be taken away again: once a process
        _HOOKED.append(True)
    admin = Browser(house.an_app(home))
    _OPENED.clear()
    for path in PAGES:
        admin.see(path)
    admin.confirm(admin.upload().text)
    admin.send("/links", "/organisation", email="web1@x.org")
    admin.send("/channels/test", "/channels")
    if look is not None:
        look.read_bytes()
    top = str(home.path)
    return {each.partition(top)[2].lstrip("/") for each in _OPENED if top in each}


def forbidden(names: set[str]) -> set[str]:
    """Return those that are none of an administrator's business."""
    rooms = ("ballotbox", "issuer", "releases", "keys/issuer", "keys/holder", "state/summary.json")
    return {name for name in names if name.startswith(rooms)}


def planted(folder: Path) -> Home:
    """Make a home with something in each room that may not be looked into."""
    home = house.a_home(folder)
    for room in (home.ballotbox, home.issuer, home.releases, home.issuer_keys, home.holder_keys):
        (room / "2026-W47").write_bytes(b"secret")
    return home


def test_no_page_looks_into_ballots_keys_or_releases(tmp_path: Path) -> None:
    """Every page is used; opened are settings, roster, accounts and the outbox."""
    names = opened(planted(tmp_path / "home"))
    assert any(name.startswith("pulse.toml") for name in names)
    assert forbidden(names) == set()


def test_a_page_that_looked_would_be_noticed(tmp_path: Path) -> None:
    """The twin: one reads a release."""
    home = planted(tmp_path / "home")
    names = opened(home, look=home.releases / "2026-W47")
    assert forbidden(names) == {"releases/2026-W47"}
