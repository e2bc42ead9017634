"""An organisation's own survey, from its file to the pages, through every real part between."""

import datetime as dt
import html
import json
import shutil
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from pulse import wave as waves
from pulse.accounts import directory
from pulse.app import create_app as staff_app
from pulse.attack import ours
from pulse.cli.program import program
from pulse.clock import FixedClock
from pulse.disclosure.audit import audit_home, audit_release
from pulse.errors import Held
from pulse.release import ledger, reading, surveys
from pulse.settings import Home
from pulse.statistics.history import read_history
from pulse.store.engine import sqlite_engine
from pulse.upkeep import telling
from tests import ownsurvey
from tests.unit.dashboards import house as dashboards
from tests.unit.opening.house import House
from tests.week import Answers, Week, ballots, cast, gather

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

ITEMS = ("R1", "R2", "H1", "H2")
ANSWERS: Answers = {
    team: [(1 + i % 5, 4 - i % 3, 2 + i % 2, 3) for i in range(8)] for team in ("ops", "dev")
}
BUILT_IN: Answers = {
    team: [(1 + i % 5, 4 - i % 3, 2 + i % 2, 3, 2, 4) for i in range(8)] for team in ("ops", "dev")
}


class Switched(NamedTuple):
    """A home that was asked the built-in survey once and then its own, and the second week."""

    house: House
    week: Week


def week_of(house: House, wave: str, answers: Answers) -> Week:
    """Return the open wave with all answers in its box."""
    week = Week(house.home.path, wave)
    week.settings = house.settings
    known = gather(week)
    cast(week, ballots(week, answers, known), known)
    return week


@pytest.fixture(scope="module")
def switched(tmp_path_factory: pytest.TempPathFactory) -> Switched:
    """Ask the built-in survey, change the setting, ask the own one; mid-wave its file goes."""
    house = House.make(tmp_path_factory.mktemp("own") / "home")
    house.open("2026-W10")
    week_of(house, "2026-W10", BUILT_IN).close()
    ownsurvey.write(house.home.path)
    house.settings = msgspec.structs.replace(house.settings, survey="shifts")
    house.clock = FixedClock(house.clock.now() + dt.timedelta(days=7))
    house.open("2026-W11")
    week = week_of(house, "2026-W11", ANSWERS)
    (house.home.surveys / "shifts.toml").unlink()
    week.settings = msgspec.structs.replace(week.settings, survey="weekly")
    week.close()
    telling.tell(house.home)
    return Switched(house, week)


def test_a_wave_asks_the_own_survey_with_its_own_words(switched: Switched) -> None:
    """Key list, row and public texts are those of the file, and its rotation begins anew."""
    week = switched.week
    assert week.keys.items == ITEMS
    assert (week.row.survey, week.row.form) == ("night-shift 1.0.0", 0)
    (path,) = (week.home.published / week.wave).glob("text-en-*.json")
    told = json.loads(path.read_bytes())
    assert tuple(told["items"]) == ITEMS
    assert told["labels"][0] == "Never"
    assert told["prefer_not"] == "I would rather not say"


def test_a_wave_keeps_its_survey_when_file_and_setting_change(switched: Switched) -> None:
    """The file went and the setting changed mid-wave: the release is of the survey as it opened."""
    release = reading.load(switched.week.home.releases, "2026-W11")
    survey = release.manifest.survey
    assert survey is not msgspec.UNSET
    assert tuple(i for i in survey.items if survey.items[i].scale) == ITEMS
    assert release.manifest.scales == {"handover": ("H1", "H2"), "rest": ("R1", "R2")}
    assert release.manifest.reversed == ("R2",)
    assert not (switched.week.home.asked / "2026-W11.json").exists()


def test_the_audit_knows_own_surveys_from_the_releases_alone(
    switched: Switched, tmp_path: Path
) -> None:
    """Releases without a home are audited and pass; a turned statement does not."""
    shutil.copytree(switched.week.home.releases, tmp_path / "releases")
    report = audit_home(tmp_path / "releases")
    assert (report.findings, report.releases) == ((), 2)
    changes: tuple[tuple[str, dict[str, object]], ...] = (
        ("a turned statement", {"reverse": False}),
        ("about one leader", {"leader": True}),
        ("of another scale", {"scale": "handover"}),
    )
    for name, change in changes:
        assert _forged(tmp_path / "releases", "R2", change), name


def _forged(releases: Path, item: str, change: dict[str, object]) -> list[str]:
    """Return what the audit finds in the newest release when its survey says something else."""
    copy = releases.with_name("forged")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(releases, copy)
    file = copy / "2026-W11" / "manifest.json"
    raw = json.loads(file.read_bytes())
    raw["survey"]["items"][item] |= change
    file.write_text(json.dumps(raw))
    return [each for each in audit_release(copy / "2026-W11") if "item:" in each]


def test_staff_read_the_own_scales_and_statements(switched: Switched) -> None:
    """/results shows both scales and all four statements, a hostile sign as text."""
    home: Home = switched.week.home
    with TestClient(staff_app(home), base_url="http://127.0.0.1:8000") as client:
        page = client.get("/results").text
    for word in ("Rest", "Handover", "I slept well after my shifts.", "hand over &lt;b&gt;calmly"):
        assert word in page
    assert "Safety" not in page
    assert "four scales" not in page.casefold()
    assert "1 (Never) to 5 (Always)" in page


def test_leaders_see_the_own_scales_and_where_their_lines_begin(switched: Switched) -> None:
    """Overview, unit, statement and figures answer; the page says that another survey is asked."""
    home = switched.week.home
    engine = sqlite_engine(home.accounts / "accounts.db", journal="wal", create=False)
    directory.create(
        engine, dashboards.CLOCK, dashboards.CHEAP.hash, email=dashboards.HR, role="hr",
        unit_id=None, password=dashboards.PASSWORD,
    )  # fmt: skip
    engine.dispose()
    client = dashboards.visitor(dashboards.an_app(home), dashboards.HR)
    front = html.unescape(client.get("/").text)
    for word in ("Rest", "Handover", "I slept well after my shifts."):
        assert word in front
    assert "Safety" not in front
    assert "Four scales" not in front
    unit = html.unescape(client.get("/units/all").text)
    assert "another survey is asked, “Night shift check”" in unit
    assert "1 never to 5 always" in unit
    assert "a lower answer is better" in unit
    assert "agree" not in front.casefold()
    item = html.unescape(client.get("/units/all/items/R2").text)
    assert "A lower answer is better here" in item
    assert "“Never” or “Seldom”" in read_history(home.releases).instrument.sides
    for path in (
        "/units/all/items/R1", "/figures/all/rest", "/tables/all/item:H2", "/practices",
        "/compare?unit=ops&unit=dev", "/evidence", "/api/v1/units/all/series",
        "/api/v1/export.csv", "/api/v1/releases", "/units/ops", "/units/all/items/A1",
    ):  # fmt: skip
        assert client.get(path).status_code == 200, path
    assert client.get("/figures/all/safety").status_code == 404


def test_practices_say_that_no_figure_can_tell(switched: Switched) -> None:
    """A leader may try any card; none of its scales is asked, and that is what the card says."""
    home = switched.week.home
    engine = sqlite_engine(home.accounts / "accounts.db", journal="wal", create=False)
    directory.create(
        engine, dashboards.CLOCK, dashboards.CHEAP.hash, email=dashboards.LEADER, role="leader",
        unit_id="all", password=dashboards.PASSWORD,
    )  # fmt: skip
    engine.dispose()
    client = dashboards.visitor(dashboards.an_app(home), dashboards.LEADER)
    page = html.unescape(client.get("/practices?unit=all").text)
    assert "the survey that is asked has no scale for it" in page
    token = dashboards.form_token(page)
    begun = client.post(
        "/practices", data={"_csrf_token": token, "unit": "all", "practice": "kindness"}
    )
    assert begun.status_code in {200, 302, 303}
    for path in ("/practices?unit=all", "/", "/units/all"):
        assert client.get(path).status_code == 200, path


def test_figures_of_before_never_enter_a_line_of_another_survey(switched: Switched) -> None:
    """The series begins with the survey; the statements of before keep their words."""
    history = read_history(switched.week.home.releases)
    assert history.survey_since == "2026-W11"
    assert history.series_waves("all") == ("2026-W11",)
    assert tuple(history.instrument.scales) == ("rest", "handover")
    assert history.instrument.items["A1"].text.startswith("I felt safe")
    assert history.instrument.items["A1"].scale == ""


def test_the_file_is_in_a_backup_and_comes_back(switched: Switched, tmp_path: Path) -> None:
    """The file that the setting names is the organisation's work: a restored home has it."""
    home = Week(tmp_path / "copy", switched.week.wave).home
    shutil.copytree(switched.week.home.path, home.path)
    file = ownsurvey.write(home.path)
    (home.surveys / "notes.txt").write_text("not a survey")
    runner = CliRunner()
    archive = tmp_path / "week.backup"
    made = runner.invoke(program, ["--home", str(home.path), "backup", str(archive)])
    assert made.exit_code == 0, made.output
    there = Home(tmp_path / "there")
    back = runner.invoke(program, ["--home", str(there.path), "restore", str(archive)])
    assert back.exit_code == 0, back.output
    assert (there.surveys / file.name).read_bytes() == file.read_bytes()
    assert not (there.surveys / "notes.txt").exists()
    audited = runner.invoke(program, ["--home", str(there.path), "audit"])
    assert audited.exit_code == 0, audited.output


def test_an_attack_reads_own_releases_and_finds_nobody(switched: Switched) -> None:
    """The attacker's view of the home's releases takes any survey."""
    structure = ours.read(switched.week.home.releases)
    assert set(structure.k) == {"2026-W10", "2026-W11"}


def test_the_next_wave_of_the_built_in_survey_begins_its_own_line_again(
    switched: Switched,
) -> None:
    """Back to the built-in survey is a break too, and its rotation begins anew."""
    house = switched.house
    assert waves.next_form(house.engine, "pulse-18 1.0.0", 20) == 0
    assert waves.next_form(house.engine, "night-shift 1.1.0", 1) == 0


def test_a_copy_that_cannot_be_read_holds_the_wave(tmp_path: Path) -> None:
    """A damaged copy of the survey is said, and nothing is guessed from the built-in one."""
    home = Home(tmp_path)
    home.make()
    home.asked.mkdir()
    (home.asked / "2026-W11.json").write_text("{")
    with pytest.raises(Held, match="cannot be read"):
        surveys.kept(home, "2026-W11")
    assert ledger.read(home.releases) == []
