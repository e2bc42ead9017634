"""The results page: what a release says, in words, and nothing before the first one."""

import datetime as dt
import hashlib
import re
from pathlib import Path

import msgspec
import pytest
from litestar.testing import create_test_client

from pulse.practices.published import Tried, publish
from pulse.release import treefile
from pulse.release.ledger import FIRST, Entry, line
from pulse.settings import Home, Settings
from pulse.terms import Member, Tree, Unit, week_name
from pulse.web.results import newest, results_page, results_route
from pulse.web.trying import departments

RESULTS = {
    "wave": "2026-W09", "organisation": "Stadtwerke <Süd>", "closes": "2026-02-27T17:00:00+01:00",
    "participation": "At least 40 of 64 people answered.", "added": {"later": 1},
    "scales": [
        {"scale": "safety", "label": "Safety", "mean": 72.5, "mean_bound": "exact"},
        {"scale": "energy", "label": "Energy", "mean": 87.5, "mean_bound": "at_least"},
    ],
    "items": [
        {"item": "A1", "text": "I felt safe.", "mean": 1.5, "mean_bound": "at_most", "step": 0.5},
        {"item": "S4", "text": "We got blamed.", "mean": 2.0, "mean_bound": "exact", "step": 0.5,
         "reverse": True},
    ],
    "units": [
        {"unit_id": "d1", "name": "Netz & Betrieb",
         "participation": "At least 10 of 20 people answered.",
         "scales": [{"scale": "safety", "label": "Safety", "mean": 61.25, "mean_bound": "exact"}]},
    ],
    "hidden": "1 of 2 departments are not shown this week.",
}  # fmt: skip


def release(releases: Path, wave: str, content: bytes, previous: str = FIRST) -> str:
    """Write a release and its ledger line; return the line's hash."""
    (releases / wave).mkdir()
    (releases / wave / "results.json").write_bytes(content)
    entry = line(Entry(v=1, wave=wave, manifest="0" * 64, previous=previous))
    with (releases / "ledger.jsonl").open("ab") as file:
        file.write(entry + b"\n")
    return hashlib.sha256(entry).hexdigest()


def test_the_page_says_what_the_release_says() -> None:
    """Title, participation, coded means, departments and what is hidden stand there, escaped."""
    page = results_page((msgspec.json.encode(RESULTS),), "Somebody").decode()
    assert "Stadtwerke &lt;Süd&gt;, week 9 of 2026" in page
    assert "Netz &amp; Betrieb" in page
    for words in (
        "At least 40 of 64",
        "<b>72</b>",
        "<b>87 or more</b>",
        "1.5 or less",
        "We got blamed.<small>Less agreement is better.</small></th><td>2.0</td>",
        '<td role="cell">61</td><td role="cell">not told</td>',
        "1 of 2",
    ):
        assert words in page
    assert "At least 10 of 20" in page
    assert '<rect class="mark" x="72.5%"' in page
    assert page.count("Less agreement") == 1
    assert "Somebody" not in page
    assert "made up" not in page


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"wave":1}'])
def test_before_the_first_release_the_page_teaches(content: bytes) -> None:
    """Without a readable release the page shows an example that is clearly one."""
    page = results_page((content,), "Werk <1>").decode()
    assert page == results_page((), "Werk <1>").decode()
    assert "No results yet" in page
    assert "An example, made up" in page
    assert "Werk &lt;1&gt;" in page


def test_a_hidden_wave_shows_its_reason_alone() -> None:
    """A release in which everything is hidden is a page with one sentence why."""
    hidden = {"wave": "2026-W10", "organisation": "O", "hidden": "Too few people answered."}
    page = results_page((msgspec.json.encode(hidden),), "O").decode()
    assert "Too few people answered." in page
    assert "<svg" not in page
    assert "<table" not in page


def test_the_newest_week_is_shown_whatever_the_order_of_releasing(tmp_path: Path) -> None:
    """The greatest week in the ledger counts; a folder that is in no ledger does not."""
    assert newest(tmp_path) == ()
    head = release(tmp_path, "2026-W09", b"nine")
    release(tmp_path, "2025-W50", b"fifty", head)
    (tmp_path / "2026-W10").mkdir()
    (tmp_path / "2026-W10" / "results.json").write_bytes(b"half pressed")
    assert newest(tmp_path) == (b"fifty", b"nine")
    assert newest(tmp_path, 1) == (b"nine",)
    (tmp_path / "2025-W50" / "results.json").unlink()
    assert newest(tmp_path) == (b"", b"nine")
    (tmp_path / "2026-W09" / "results.json").unlink()
    assert newest(tmp_path) == ()


def test_a_broken_ledger_shows_nothing(tmp_path: Path) -> None:
    """A chain that does not hold is not read from."""
    release(tmp_path, "2026-W09", b"nine")
    release(tmp_path, "2026-W10", b"ten", "f" * 64)
    assert newest(tmp_path) == ()


def test_what_is_tried_stands_there_by_practice_and_unit(tmp_path: Path) -> None:
    """Of the organisation and of shown departments; a team is told under its department."""
    units = (
        Unit("all", None, "All", 60, group=False), Unit("d1", "all", "Netz", 30, group=False),
        Unit("t1", "d1", "T1", 15, group=True, g="00001"),
        Unit("t2", "d1", "T2", 15, group=True, g="00002"),
        Unit("d2", "all", "Hidden", 30, group=True, g="00003"),
    )  # fmt: skip
    tree = tmp_path / "tree.json"
    tree.write_bytes(treefile.encode(Tree("1", units, {"t1": "t1", "t2": "t2", "d2": "d2"})))
    since = dt.date(2026, 2, 3)
    tried = tuple(
        Tried(unit, practice, title, since + dt.timedelta(days=days))
        for days, (unit, practice, title) in enumerate([
            ("all", "kindness", "A small kindness"), ("d1", "kindness", "A small kindness"),
            ("t1", "team-game", "Team <game>"), ("t2", "team-game", "Team <game>"),
            ("d2", "who-knows", "Who knows?"), ("gone", "peer-circle", "Peer circle"),
        ])
    )  # fmt: skip
    told = {**RESULTS, "unit_id": "all"}
    page = results_page((msgspec.json.encode(told),), "S", tried, tree).decode()
    section = page[page.index('id="try"') : page.index('id="items"')]
    assert re.findall(r"<b>(.*?)</b> · (.*?)<small>(.*?)</small>", section) == [
        ("Team &lt;game&gt;", "Netz &amp; Betrieb, in 2 of its teams", "since 5 February 2026"),
        ("A small kindness", "Netz &amp; Betrieb", "since 4 February 2026"),
        ("A small kindness", "Stadtwerke &lt;Süd&gt;", "since 3 February 2026"),
    ]
    assert "T1" not in page
    assert "Who knows?" not in page
    nothing = results_page((msgspec.json.encode(told),), "S").decode()
    assert "Nothing is being tried at present" in nothing


def test_a_team_belongs_to_the_department_above_it(tmp_path: Path) -> None:
    """Also where people of the root itself were merged with a department into one group."""
    merged = (Member("all", "All"), Member("sales", "Sales"))
    units = (
        Unit("all", None, "All", 60, group=False), Unit("eng", "all", "Eng", 30, group=False),
        Unit("all:own+sales", "all", "Own + Sales", 30, group=True, members=merged, g="00001"),
        Unit("web", "eng", "Web", 15, group=True, g="00002"),
        Unit("a+b", "eng", "A + B", 15, group=True, g="00003",
             members=(Member("a", "A"), Member("b", "B"))),
    )  # fmt: skip
    tree = tmp_path / "tree.json"
    tree.write_bytes(treefile.encode(Tree("1", units, {})))
    assert departments(tree) == {
        "eng": "eng", "web": "eng", "a+b": "eng", "a": "eng", "b": "eng",
        "all:own+sales": "all:own+sales", "sales": "all:own+sales",
    }  # fmt: skip
    assert departments(tmp_path / "none.json") == {}


def test_the_page_is_made_again_when_a_practice_begins(tmp_path: Path) -> None:
    """No release is needed: the list stands beside the releases."""
    home = Home(tmp_path)
    home.make()
    release(home.releases, "2026-W09", msgspec.json.encode({**RESULTS, "unit_id": "all"}))
    handler = results_route(home, Settings())
    with create_test_client(handler) as client:
        before = client.get("/results")
        assert client.get("/results").content == before.content
        publish(home, [Tried("all", "kindness", "A small kindness", dt.date(2026, 3, 2))])
        after = client.get("/results")
    assert b"A small kindness" in after.content
    assert b"A small kindness" not in before.content


def test_weeks_have_names() -> None:
    """ISO weeks are named for people."""
    assert week_name("2026-W09") == "week 9 of 2026"
    assert week_name("2026-W53") == "week 53 of 2026"
