"""Every page at every width, theme, direction and zoom, and on paper.

Pictures are taken of all of them, into the folder that PICTURES_OF_PAGES names, for people to look
at. What is measured holds for any of the reader's fonts: nothing reaches over the side, no text
lies on another, every target can be hit. `test_references.py` compares with kept pictures.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visits
from tests.browser.layout import heads_beside, overflowing, overlapping, small_targets
from tests.browser.leaders import PAGES, all_drawn, findings, served, signed_in
from tests.unit.dashboards import house

pytestmark = pytest.mark.slow

HEIGHTS: Final = {320: 640, 360: 780, 640: 450, 768: 1024, 1440: 900, 3840: 2160}
SHEET: Final = 1046  # px of A4 between margins of 1 cm, at 96 px an inch
SHOWN: Final = {who: PAGES[who] for who in (house.LEADER, house.HR)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a home with ten released weeks and give its address."""
    with served(house.a_home(tmp_path_factory.mktemp("looks"))) as address:
        yield address


def _picture(page: Page, folder: Path, path: str, name: str) -> None:
    file = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "overview"
    page.screenshot(path=folder / f"{file}-{name}.png", full_page=True)


@pytest.mark.parametrize("width", list(HEIGHTS))
@pytest.mark.parametrize(("dark", "direction"), [(False, "ltr"), (True, "rtl")])
def test_every_page_holds_together(
    visits: Visits,
    site: str,
    tmp_path: Path,
    width: int,
    dark: bool,  # noqa: FBT001 - a parameter of the test
    direction: str,
) -> None:
    """Nothing overflows or overlaps and every target is large enough; 640 px is 200 % zoom."""
    folder = Path(os.environ.get("PICTURES_OF_PAGES") or tmp_path)
    found = []
    for who, paths in SHOWN.items():
        page = signed_in(site, visits.context(dark=dark, width=width, height=HEIGHTS[width]), who)
        for path in paths:
            page.goto(site + path)
            page.evaluate("direction => { document.documentElement.dir = direction }", direction)
            all_drawn(page)
            page.evaluate("scrollTo(0, 0)")
            for check in (overflowing, overlapping, small_targets, heads_beside):
                found += [f"{path} {check.__name__}: {one}" for one in check(page)]
            theme = "dark" if dark else "light"
            _picture(page, folder, path, f"{who.partition('@')[0]}-{width}-{theme}-{direction}")
    visits.problems[:] = [p for p in visits.problems if "404 (Not Found)" not in p]
    assert found == []


def test_faults_of_a_layout_are_found(visits: Visits, site: str) -> None:
    """The checks can fail: a wide box, a text on another and a small button are each found."""
    page = signed_in(site, visits.context(width=360), house.LEADER)
    page.evaluate(
        "() => { const main = document.querySelector('main');"
        " const twin = '<p>one text here</p><p>another text</p><button>x</button>';"
        " main.insertAdjacentHTML('beforeend', `<div class=twin>${twin}</div>`);"
        " const [a, b] = document.querySelectorAll('.twin p'); const s = new CSSStyleSheet();"
        " s.replaceSync('.twin { inline-size: 500px } .twin p + p { margin-block-start: -20px }"
        " .twin button { block-size: 20px }');"
        " document.adoptedStyleSheets.push(s) }"
    )
    assert overflowing(page)
    assert overlapping(page)
    assert small_targets(page)
    page.goto(f"{site}/evidence")
    assert heads_beside(page) == []
    page.evaluate(
        "() => { const s = new CSSStyleSheet(); s.replaceSync('table { display: grid;"
        " grid-template-columns: 1fr 1fr }'); document.adoptedStyleSheets.push(s) }"
    )
    assert heads_beside(page)


@pytest.mark.parametrize("dark", [False, True])
def test_every_page_prints(
    visits: Visits,
    site: str,
    tmp_path: Path,
    dark: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """On paper nothing overflows, forms and buttons are gone, and the ground is white."""
    folder = Path(os.environ.get("PICTURES_OF_PAGES") or tmp_path)
    found = []
    for who, paths in SHOWN.items():
        page = signed_in(site, visits.context(dark=dark, width=718, height=1000), who)
        for path in paths:
            page.goto(site + path)
            all_drawn(page)
            page.emulate_media(media="print")
            found += [f"{path}: {one}" for one in (*overflowing(page), *overlapping(page))]
            if page.locator("main button, main select, main input").filter(visible=True).count():
                found += [f"{path}: a form is printed"] * (path != "/account")
            ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            assert ground == "rgb(255, 255, 255)"
            name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "overview"
            file = folder / f"{name}-{who.partition('@')[0]}.pdf"
            assert len(page.pdf(path=file, format="A4", print_background=True)) > 5_000
            page.emulate_media(media="screen")
    visits.problems[:] = [p for p in visits.problems if "404 (Not Found)" not in p]
    assert found == []


def test_a_figure_fits_the_sheet(visits: Visits, site: str) -> None:
    """On paper a figure is half a sheet wide and dark on white, and afterwards as before."""
    page = signed_in(site, visits.context(width=950, dark=True), house.LEADER)
    page.goto(f"{site}/units/web")
    all_drawn(page)
    width = "() => document.querySelector('[data-figure] svg').getBoundingClientRect().width"
    ink = "() => getComputedStyle(document.querySelector('[data-figure] .xtick text')).fill"
    before, pale = page.evaluate(width), page.evaluate(ink)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function(f"() => Math.round(({width})()) === 330")
    assert page.evaluate(ink) == "rgb(27, 32, 38)" != pale
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.wait_for_function(f"before => Math.abs(({width})() - before) < 2", arg=before)
    assert page.evaluate(ink) == pale


def test_the_four_lines_of_a_unit_share_the_first_sheet(visits: Visits, site: str) -> None:
    """On A4 the last of them ends above the foot of the first page, and none is cut."""
    page = signed_in(site, visits.context(width=718, height=1000), house.LEADER)
    page.goto(f"{site}/units/web")
    all_drawn(page)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    foot = "() => document.querySelector('.trend:last-child').getBoundingClientRect().bottom"
    page.wait_for_function(f"sheet => ({foot})() + scrollY < sheet", arg=SHEET)


def test_new_pages_pass_axe_at_double_zoom_and_on_paper(visits: Visits, site: str) -> None:
    """Axe finds nothing at 640 px (200 % zoom), and nothing in the print style."""
    page = signed_in(site, visits.context(width=640, height=450), house.HR)
    for path in ("/", "/units/web", "/units/web/items/S4", "/compare?unit=web&unit=eng"):
        page.goto(site + path)
        all_drawn(page)
        assert findings(page) == []
        page.emulate_media(media="print")
        assert [one for one in findings(page) if "scrollable-region" not in one] == []
        page.emulate_media(media="screen")


def test_a_screen_reader_hears_the_same(visits: Visits, site: str) -> None:
    """The tree of a table of units has rows with name, band, figure, interval and change."""
    page = signed_in(site, visits.context(width=360), house.HR)
    told = page.locator("#units").aria_snapshot()
    assert 'heading "Units" [level=2]' in told
    assert 'columnheader "Energy"' in told
    assert re.search(r'rowheader ".*Engineering.* at least \d+ answers"', told)
    assert re.search(r'cell "\d+ likely \d+.\d+"', told)
    assert 'cell "not shown"' in told
    assert 'link "3 units below Engineering" [expanded]' in told
    page.goto(f"{site}/units/web/items/S4")
    told = page.locator("main").aria_snapshot()
    figure, released = r"[\d.]+ [\d.]+.[\d.]+", r"released [\d.]+( or (more|less))?"
    assert re.search(rf'row "Week \d+, 2026 {figure} {released} at least', told)
    assert "Less agreement is better here" in told
