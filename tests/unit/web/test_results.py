"""The results page: what a release says, in words, and nothing before the first one."""

import datetime as dt
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from litestar.testing import create_test_client
from msgspec import structs

import pulse
from pulse.practices.published import Tried, publish
from pulse.release.ledger import FIRST, Entry, line
from pulse.settings import Home, Settings
from pulse.statistics import summary as summaries
from pulse.statistics.summary import ScaleSummary, Summary, UnitSummary
from pulse.store import treefile
from pulse.terms import Member, Tree, Unit, week_name
from pulse.web.results import newest, results_page, results_route
from pulse.web.trying import departments

RESULTS = {
    "wave": "2026-W09", "organisation": "Stadtwerke <Süd>", "closes": "2026-02-27T17:00:00+01:00",
    "participation": "At least 40 of 64 people answered.", "added": {"later": 1},
    "items": [
        {"item": "A1", "text": "I felt safe.", "mean": 1.5, "mean_bound": "at_most", "step": 0.5},
        {"item": "S4", "text": "We got blamed.", "mean": 2.0, "mean_bound": "exact", "step": 0.5,
         "reverse": True},
    ],
    "units": [
        {"unit_id": "d1", "name": "Netz & Betrieb",
         "participation": "At least 10 of 20 people answered."},
    ],
    "hidden": "1 of 2 departments are not shown this week.",
}  # fmt: skip

BLOCK = ("2026-W06", "2026-W07", "2026-W08", "2026-W09")


def told(scale: str, *numbers: float, words: str = "", alarm: str = "") -> ScaleSummary:
    """Return a scale with value, low and high, or hidden; with words, a likely change."""
    value, low, high = numbers or (None, None, None)
    runs = (((0.0, 80.0), (50.0, 76.0)), ((100.0, 72.4),)) if alarm else ()
    return ScaleSummary(
        scale=scale, name=scale.title(), waves=BLOCK, at_least=40 if numbers else None,
        value=value, low=low, high=high, words=words or "about the same", likely=bool(words),
        alarm=alarm, runs=runs,
    )  # fmt: skip


DOWN = told(
    "safety", 72.46, 69.2, 75.7, words="lower, likely real", alarm="lower than it used to be"
)
UP = told("safety", 61.2, 55.0, 67.4, words="higher, likely real")
SUMMARY = Summary(
    v=1, code=pulse.__version__, head=FIRST, wave="2026-W09",
    whole=UnitSummary("all", "Stadtwerke <Süd>", (DOWN, told("energy"))),
    departments=(
        UnitSummary("d1", "Netz & Betrieb", (UP, told("energy"))),
        UnitSummary("d2", "Nobody shown", (told("safety"), told("energy"))),
    ),
)  # fmt: skip


def release(releases: Path, wave: str, content: bytes, previous: str = FIRST) -> str:
    """Write a release and its ledger line; return the line's hash."""
    (releases / wave).mkdir()
    (releases / wave / "results.json").write_bytes(content)
    entry = line(Entry(v=1, wave=wave, manifest="0" * 64, previous=previous))
    with (releases / "ledger.jsonl").open("ab") as file:
        file.write(entry + b"\n")
    return hashlib.sha256(entry).hexdigest()


def test_the_page_says_what_the_release_says() -> None:
    """Title, participation, statements, scales and what is hidden stand there, escaped."""
    page = results_page(msgspec.json.encode(RESULTS), "Somebody", SUMMARY).decode()
    assert "Stadtwerke &lt;Süd&gt;, week 9 of 2026" in page
    assert "Netz &amp; Betrieb" in page
    assert "Nobody shown" not in page
    for words in (
        "At least 40 of 64",
        ">Weeks 6\N{EN DASH}9, 2026<",
        "<b>72</b>",
        "<bdi>69\N{EN DASH}76</bdi>",
        "lower, likely real; lower than it used to be",
        "<b>not shown</b>",
        "1.5 or less",
        "We got blamed.<small>Less agreement is better.</small></th><td>2.0</td>",
        '<td role="cell">61<small><bdi>55\N{EN DASH}67</bdi></small><small class="words">higher',
        '<td role="cell">not shown</td>',
        "1 of 2",
        '<polyline points="0.0,20.0 50.0,24.0"/><polyline points="99.0,27.6 100.0,27.6"/>',
    ):
        assert words in page
    assert "At least 10 of 20" in page
    assert '<rect class="mark" x="72.5%"' in page
    assert page.count("Less agreement") == 1
    assert "Somebody" not in page
    assert "made up" not in page


def test_scales_of_another_week_are_not_shown() -> None:
    """Until the newest week's are worked out its statements stand there alone, with a word why."""
    older = structs.replace(SUMMARY, wave="2026-W08")
    for summary in (None, older):
        page = results_page(msgspec.json.encode(RESULTS), "S", summary).decode()
        assert "being worked out" in page
        assert "We got blamed." in page
        assert "<b>72</b>" not in page
        assert "Netz" not in page
    assert (
        "being worked out" not in results_page(msgspec.json.encode(RESULTS), "S", SUMMARY).decode()
    )


def test_a_summary_of_other_releases_is_none(tmp_path: Path) -> None:
    """It names the ledger and the version it was worked out from and by; no other is read."""
    file = tmp_path / "summary.json"
    assert summaries.read(file, FIRST) is None
    file.write_bytes(summaries.encode(SUMMARY))
    assert summaries.read(file, FIRST) == SUMMARY
    assert summaries.read(file, "1" * 64) is None
    for other in (structs.replace(SUMMARY, v=2), structs.replace(SUMMARY, code="x")):
        file.write_bytes(summaries.encode(other))
        assert summaries.read(file, FIRST) is None
    file.write_bytes(b"{")
    assert summaries.read(file, FIRST) is None


def test_figures_of_other_weeks_are_told_to_be_so() -> None:
    """A department whose line has just begun has figures of this week among others of four."""
    young = structs.replace(SUMMARY.departments[0].scales[0], waves=("2026-W09",))
    unit = structs.replace(SUMMARY.departments[0], scales=(young, told("energy")))
    page = results_page(
        msgspec.json.encode(RESULTS), "S", structs.replace(SUMMARY, departments=(unit,))
    )
    assert b"At least 10 of 20 people answered. Figures of this week." in page
    assert page.count(b"Figures of") == 1


def test_the_words_of_the_page_are_explained_where_they_stand() -> None:
    """A figure is of everybody invited in this time; each comparison has its own weeks."""
    quiet = structs.replace(DOWN, alarm="")
    calm = structs.replace(SUMMARY, whole=UnitSummary("all", "S", (quiet, told("energy"))))
    pages = [
        " ".join(results_page(msgspec.json.encode(RESULTS), "S", each).decode().split())
        for each in (SUMMARY, calm)
    ]
    for page in (*pages, " ".join(results_page(b"", "S").decode().split())):
        assert "what everybody invited would have said" in page
        assert "those who did not answer" in page
        assert "for weeks like" not in page
    assert "compare with the four weeks before" in pages[0]
    assert ["add up to, against the twelve before them" in page for page in pages] == [True, False]


def test_a_department_hidden_this_week_says_so_beside_figures_of_weeks_before() -> None:
    """The count of what is not shown this week never contradicts a row that has figures."""
    [d1, *_] = SUMMARY.departments
    before = ("2026-W02", "2026-W03", "2026-W04", "2026-W05")
    weeks = {"d7": BLOCK, "d8": before}
    hidden = tuple(
        structs.replace(
            d1, unit_id=unit, scales=tuple(structs.replace(s, waves=waves) for s in d1.scales)
        )
        for unit, waves in weeks.items()
    )
    summary = structs.replace(SUMMARY, departments=(d1, *hidden))
    page = results_page(msgspec.json.encode(RESULTS), "S", summary).decode()
    assert re.findall(r'rowheader">[^<]*<small>(.*?)</small>', page) == [
        "At least 10 of 20 people answered.",
        "This week not shown; figures of weeks 6\N{EN DASH}9, 2026, without it.",
        "This week not shown; figures of weeks 2\N{EN DASH}5, 2026.",
    ]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"wave":1}'])
def test_before_the_first_release_the_page_teaches(content: bytes) -> None:
    """Without a readable release the page shows an example that is clearly one."""
    page = results_page(content, "Werk <1>").decode()
    assert page == results_page(b"", "Werk <1>").decode()
    assert "No results yet" in page
    assert "An example, made up" in page
    assert "Werk &lt;1&gt;" in page


def test_a_hidden_wave_shows_its_reason_alone() -> None:
    """A release in which everything is hidden is a page with one sentence why."""
    hidden = {"wave": "2026-W10", "organisation": "O", "hidden": "Too few people answered."}
    page = results_page(msgspec.json.encode(hidden), "O").decode()
    assert "Too few people answered." in page
    assert "<svg" not in page
    assert "<table" not in page


def test_the_newest_week_is_shown_whatever_the_order_of_releasing(tmp_path: Path) -> None:
    """The greatest week in the ledger counts; a folder that is in no ledger does not."""
    assert newest(tmp_path) == ("", b"")
    head = release(tmp_path, "2026-W09", b"nine")
    release(tmp_path, "2025-W50", b"fifty", head)
    (tmp_path / "2026-W10").mkdir()
    (tmp_path / "2026-W10" / "results.json").write_bytes(b"half pressed")
    assert newest(tmp_path) == ("2026-W09", b"nine")
    (tmp_path / "2025-W50" / "results.json").unlink()
    assert newest(tmp_path) == ("2026-W09", b"nine")
    (tmp_path / "2026-W09" / "results.json").unlink()
    assert newest(tmp_path) == ("", b"")


def test_a_broken_ledger_shows_nothing(tmp_path: Path) -> None:
    """A chain that does not hold is not read from."""
    release(tmp_path, "2026-W09", b"nine")
    release(tmp_path, "2026-W10", b"ten", "f" * 64)
    assert newest(tmp_path) == ("", b"")


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
    page = results_page(msgspec.json.encode(told), "S", None, tried, tree).decode()
    section = page[page.index('id="try"') : page.index('id="items"')]
    assert re.findall(r"<b>(.*?)</b> · (.*?)<small>(.*?)</small>", section) == [
        ("Team &lt;game&gt;", "Netz &amp; Betrieb, in 2 of its teams", "since 5 February 2026"),
        ("A small kindness", "Netz &amp; Betrieb", "since 4 February 2026"),
        ("A small kindness", "Stadtwerke &lt;Süd&gt;", "since 3 February 2026"),
    ]
    assert "T1" not in page
    assert "Who knows?" not in page
    nothing = results_page(msgspec.json.encode(told), "S").decode()
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
    handler = results_route(home, Settings)
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


def test_no_data_frames_are_loaded_for_the_page() -> None:
    """Neither polars nor plotly nor the solver comes with what staff are served."""
    code = (
        "import sys; from pulse.web.results import results_page; results_page(b'', 'O'); "
        "print(sorted({'polars', 'plotly', 'numpy', 'highspy', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
