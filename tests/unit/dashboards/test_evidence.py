"""The evidence: the rule, counts of the whole, keys as words, trees, and how to check them."""

import html
import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import structs

from pulse.disclosure.policy import policy_for
from pulse.disclosure.statement import policy_history, policy_statement
from pulse.release import manifest, reading
from pulse.settings import Home
from pulse.store import treefile
from pulse.terms import Tree
from pulse.token.keylist import proquints
from pulse.web.privacy import privacy_page
from tests.unit.dashboards import house

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets


def words(page: str) -> str:
    """Return a page's text without markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def seen_by(app: Litestar, who: str = house.AUDITOR) -> str:
    """Return the text of the page as somebody sees it."""
    return words(house.visitor(app, who).get("/evidence").text)


def moved_tree() -> Tree:
    """Return the tree of the second week: Desk has moved to Engineering, and is a new line."""
    tree = house.a_tree()
    units = {unit.unit_id: unit for unit in tree.units}
    moved = structs.replace(units.pop("desk"), parent_id="eng", series=house.WAVES[1])
    sizes = {"eng": moved.invited, "ops": -moved.invited}
    placed = [
        structs.replace(unit, invited=unit.invited + sizes.get(unit.unit_id, 0))
        for unit in units.values()
    ]
    placed.insert(2, moved)
    return Tree(treefile.version(placed, tree.groups), tuple(placed), tree.groups)


def test_everybody_who_may_reads_the_same(released: Home, app: Litestar) -> None:
    """Auditor, HR and leader get the same page, but for their own navigation."""
    pages = [
        re.search(r"<main.*</main>", house.visitor(app, who).get("/evidence").text, re.DOTALL)
        for who in (house.AUDITOR, house.HR, house.LEADER)
    ]
    assert len({page[0] for page in pages if page}) == 1
    assert len(reading.waves(released.releases)) == 10


def test_counts_of_the_whole_and_the_words_of_the_keys_stand_there(app: Litestar) -> None:
    """Each week has its five tallies, its eight words and the fingerprint behind them."""
    page = seen_by(app)
    assert page.count("75 50 50 50 0") == len(house.WAVES)
    assert page.count(proquints(bytes(16))) == page.count("0" * 32) == len(house.WAVES)
    assert "Week 47, 2026" in page


def test_no_figure_of_a_unit_stands_there(app: Litestar) -> None:
    """The auditor sees no unit's name, mean or participation."""
    page = seen_by(app)
    for name in ("Engineering", "Data", "Tiny", "at least", "Energy", "Safety"):
        assert name not in page


def test_pages_for_leaders_and_staff_tell_one_statement(released: Home, app: Litestar) -> None:
    """What the evidence says of the rule is what the privacy page says."""
    eras = policy_history(reading.manifests(released.releases))
    statement = policy_statement(eras, policy_for(5))
    assert statement.now == "Since week 38 of 2026: k = 5 (standard)."
    settings = app.state.desk.settings
    for page in (seen_by(app), words(privacy_page(settings, statement).decode())):
        assert statement.now in page


def test_loosening_and_tightening_stand_there_before_they_happen(tmp_path: Path) -> None:
    """Settings that differ from the last release are told, with what they do."""
    home = house.a_home(tmp_path, weeks=1)
    home.settings_file.write_text('k = 10\nprefer = "cells"\n', encoding="utf-8")
    page = seen_by(house.an_app(home), house.LEADER)
    assert "From the next release on: k = 10 (high protection). This tightens" in page
    assert "From the next release on as many units as possible come first" in page


def test_a_changed_tree_is_told_with_the_lines_it_begins(tmp_path: Path) -> None:
    """Weeks under the same tree are one row; a reorganisation is another."""
    home = house.a_home(tmp_path, weeks=1)
    tree = moved_tree()
    house.release(home, 1, tree)
    page = seen_by(house.an_app(home))
    assert f"Week 39, 2026 5 1 {tree.tree_version}" in page
    assert f"Week 38, 2026 5 8 {house.a_tree().tree_version}" in page


def test_before_the_first_release_it_says_so(fresh: Home) -> None:
    """Without a week the rule of the first one and the ways to check stand there."""
    page = seen_by(house.an_app(fresh))
    assert "From the first week on: k = 5 (standard)." in page
    assert "No week has been released yet" in page
    assert "pulse audit --home check" in page
    assert "ends in" not in page


def test_releases_that_fail_their_own_check_are_named(tmp_path: Path) -> None:
    """A changed file gives the sentence that says which, instead of an error."""
    home = house.a_home(tmp_path, weeks=1)
    file = home.releases / house.WAVES[0] / manifest.NAME
    file.write_bytes(file.read_bytes() + b" ")
    page = seen_by(house.an_app(home))
    assert "2026-W38: The manifest is not the one in the ledger." in page
    assert "pulse audit --home check" in page


def test_the_visit_is_noted(tmp_path: Path) -> None:
    """The access log says who read the evidence."""
    app = house.an_app(house.a_home(tmp_path, weeks=0))
    client: TestClient[Litestar] = house.visitor(app, house.AUDITOR)
    client.get("/evidence")
    assert "saw evidence" in words(client.get("/").text)


def test_an_old_week_is_never_shown_in_a_later_tree(tmp_path: Path) -> None:
    """P15: a team that moved begins a new line; its old week stays under its old unit."""
    home = house.a_home(tmp_path, weeks=1)
    wave = house.WAVES[1]
    house.release(home, 1, moved_tree())
    hr = house.visitor(house.an_app(home), house.HR)
    lines = hr.get("/api/v1/units/desk/series").json()["items"]
    assert {row["wave"] for row in lines} == {wave}
    for week, parent in ((house.WAVES[0], "ops"), (wave, "eng")):
        rows = hr.get(f"/api/v1/units/desk/cells?wave={week}").json()["items"]
        assert {row["parent_id"] for row in rows} == {parent}
    page = words(hr.get("/units/desk").text)
    assert "This line begins in Week 39, 2026: before a reorganisation" in page
    assert "Dotted line: a new line begins" in page
    assert "Dotted line" not in words(hr.get("/units/web").text)
    exported = hr.get("/api/v1/export.csv?unit=eng").text
    assert {row.split(",")[0] for row in exported.splitlines() if ",desk," in row} == {wave}
