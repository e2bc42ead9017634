"""The privacy page: the running policy, the holder's honest words, help."""

import re
from pathlib import Path

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from pulse.app import create_app
from pulse.disclosure.policy import policy_for, stored
from pulse.release import ledger, manifest
from pulse.release.ledger import Entry
from pulse.release.manifest import Manifest, Tallies
from pulse.settings import Home, Settings, Support
from pulse.web.privacy import CHANGES, HOLDERS, UNREADABLE, UNTOLD, privacy_page


def plain(page: str) -> str:
    """Return a page's text without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def words(settings: Settings) -> str:
    """Return the text of the page without a release."""
    return plain(privacy_page(settings).decode())


@pytest.mark.parametrize("k", [5, 10, 15])
def test_it_states_the_running_policy(k: int) -> None:
    """K, the smallest group and the leaders' threshold are those in force."""
    page = words(Settings(k=k))
    assert f"no figure stands for fewer than {k} people" in page
    assert f"from {max(8, k + 2)} invited people on" in page
    assert f"Anything about one named leader needs {max(10, k)} people" in page


def test_what_stays_after_a_close_is_listed() -> None:
    """Memberships and the tallies of the whole are kept for good, and the page says so."""
    page = words(Settings())
    assert "In which group you were invited each week, under your number in the roster" in page
    assert "ballots counted, for the whole organisation only" in page


@pytest.mark.parametrize("holder", ["same-user", "same-host", "council"])
def test_the_claim_depends_on_the_holder(holder: str) -> None:
    """Each arrangement of the second key has its own sentence, and only its own."""
    page = words(Settings(holder=holder))  # type: ignore[arg-type] # one of the three
    shown = [name for name, sentence in HOLDERS.items() if sentence in page.replace("&#39;", "'")]
    assert shown == [holder]


def test_the_residual_risk_is_said() -> None:
    """Who controls the live server while you answer could pair requests, or serve a bad page."""
    page = words(Settings())
    assert "Whoever controls the live server while you answer could pair your two requests" in page
    assert "serve you a bad page" in page
    assert "Both holders of the opening keys together could open boxes before the close" in page
    assert "between which one person joined or left a group" in page


def test_help_stands_there_escaped() -> None:
    """The organisation's own contacts are on the page as text."""
    support = Support(text="Call <us>", contacts=("Desk & door", "112"))
    page = privacy_page(Settings(organisation="A <b>", support=support)).decode()
    for text in (
        "Call &lt;us&gt;",
        "<li><bdi>Desk &amp; door</bdi></li>",
        "<bdi>112</bdi>",
        "A &lt;b&gt;",
    ):
        assert text in page


def release(home: Home, wave: str, k: int) -> None:
    """Write a manifest of one week, and its ledger line; the page reads nothing else."""
    described = Manifest(
        v=1, wave=wave, code_version="0", instrument="weekly", instrument_version="1", form=0,
        items=(), lead=(), reversed=(), scales={}, policy=stored(policy_for(k)),
        program="optimal", tree_version="t", keys="", tokens="",
        tallies=Tallies(0, 0, 0, 0, 0), files=dict.fromkeys(manifest.FILES, ""),
    )  # fmt: skip
    data = manifest.encode(described)
    (home.releases / wave).mkdir()
    (home.releases / wave / manifest.NAME).write_bytes(data)
    entry = Entry(1, wave, ledger.digest(data), ledger.head(home.releases))
    with (home.releases / ledger.NAME).open("ab") as file:
        file.write(ledger.line(entry) + b"\n")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return an empty home under k = 10."""
    home = Home(tmp_path / "home")
    home.make()
    home.settings_file.write_text("k = 10\n", encoding="utf-8")
    return home


@pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets
def test_the_page_follows_the_releases(home: Home) -> None:
    """Without a restart each release tells since when which rule holds, and what is coming."""
    with TestClient[Litestar](create_app(home)) as browser:

        def told() -> str:
            return plain(browser.get("/privacy").text)

        assert "From the first week on: k = 10 (high protection)." in told()
        release(home, "2026-W09", 5)
        first = told()
        assert "Since week 9 of 2026: k = 5 (standard)." in first
        assert "From the next release on: k = 10 (high protection). This tightens" in first
        assert "no figure stands for fewer than 5 people" in first
        release(home, "2026-W10", 10)
        second = told()
        assert "Since week 10 of 2026: k = 10 (high protection)." in second
        assert "Before, since week 9 of 2026: k = 5 (standard)." in second
        assert "This tightens" not in second


@pytest.mark.enable_socket  # as above
def test_loosening_is_in_sight_of_all(home: Home) -> None:
    """A k lowered in the settings stands on the page before any week is asked under it."""
    release(home, "2026-W09", 15)
    with TestClient[Litestar](create_app(home)) as browser:
        page = plain(browser.get("/privacy").text)
    assert "Weeks that open from now on: k = 10 (high protection). This loosens the rule" in page


@pytest.mark.enable_socket  # as above
def test_releases_that_cannot_be_read_are_said_to_be_so(home: Home) -> None:
    """A changed manifest is not believed; the rest of the page stands, and heals by itself."""
    release(home, "2026-W09", 5)
    file = home.releases / "2026-W09" / manifest.NAME
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"k": 5', b'"k": 9'))
    with TestClient[Litestar](create_app(home)) as browser:
        assert UNREADABLE in plain(browser.get("/privacy").text)
        file.write_bytes(whole)
        assert "Since week 9 of 2026" in plain(browser.get("/privacy").text)


def publish(home: Home, holder: str) -> Path:
    """Publish a key list that names a holder, as of the open week; nothing else of it is read."""
    file = home.published / "2026-W11" / "keys-0.json"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(msgspec.json.encode({"v": 1, "holder": holder, "k": 10}))
    current = {"wave": "2026-W11", "keys": "/w/2026-W11/keys-0.json"}
    (home.published / "current.json").write_bytes(msgspec.json.encode(current))
    return file


@pytest.mark.enable_socket  # as above
@pytest.mark.parametrize("broken", [False, True])
def test_the_holder_is_that_of_the_open_week(home: Home, *, broken: bool) -> None:
    """People read what holds for the week they answer; a changed setting is of the next ones."""

    def told(browser: TestClient[Litestar]) -> list[str]:
        page = plain(browser.get("/privacy").text).replace("&#39;", "'")
        known = {**HOLDERS, "untold": UNTOLD, "changes": CHANGES}
        return [name for name, words in known.items() if words in page]

    if broken:  # the ledger's part of the page is another matter
        release(home, "2026-W09", 5)
        (home.releases / "2026-W09" / manifest.NAME).write_bytes(b"")
    with TestClient[Litestar](create_app(home)) as browser:
        assert told(browser) == ["same-user"]  # the setting: no week is open
        publish(home, "council")
        assert told(browser) == ["same-user", "council", "changes"]
        file = publish(home, "same-user")
        assert told(browser) == ["same-user"]
        file.write_bytes(b"damaged")
        assert told(browser) == ["same-user", "untold", "changes"]
        file.unlink()
        assert told(browser) == ["same-user", "untold", "changes"]


@pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets
@pytest.mark.parametrize("path", ["/privacy", "/results", "/nothing"])
def test_saved_settings_are_read_without_a_restart(home: Home, path: str) -> None:
    """Contacts and languages that an administrator saves stand on the next page that is opened.

    A file that cannot be used changes nothing.
    """
    with TestClient[Litestar](create_app(home)) as browser:

        def told() -> str:
            headers = {"accept": "text/html", "accept-language": "de"}
            return browser.get(path, headers=headers).text

        assert "Desk 7" not in told()
        text = 'k = 10\nlanguages = ["en", "de"]\n[support]\ncontacts = ["Desk 7"]\n'
        home.settings_file.write_text(text, encoding="utf-8")
        saved = told()
        assert "<bdi>Desk 7</bdi>" in saved
        assert '<html lang="de"' in saved
        home.settings_file.write_text("k = 11\n", encoding="utf-8")
        assert told() == saved
