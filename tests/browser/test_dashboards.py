"""The leaders' pages in a real browser: accessible, silent, usable without scripts."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from pulse.settings import Home
from tests.browser.conftest import Visits
from tests.unit.dashboards import house

PAGES = {
    house.LEADER: ("/", "/units/web", "/units/tiny", "/evidence", "/account", "/units/org"),
    house.HR: ("/", "/units/eng", "/units/night"),
    house.AUDITOR: ("/", "/evidence", "/access"),
    house.ADMIN: ("/",),
}
LOOKS = ((1280, "light", "ltr"), (1280, "dark", "ltr"), (320, "light", "ltr"), (320, "dark", "rtl"))
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a home with ten released weeks and give its address."""
    with served(house.a_home(tmp_path_factory.mktemp("site"))) as address:
        yield address


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a home before its first release."""
    with served(house.a_home(tmp_path_factory.mktemp("empty"), weeks=0)) as address:
        yield address


@contextmanager
def served(home: Home, *, known_address: bool = False, **changes: Any) -> Iterator[str]:
    """Serve a home on a free port and give its address; `changes` go to `create_app`.

    `known_address` writes it into the settings first: another site has to lead back to it.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    if known_address:
        with home.settings_file.open("a") as file:
            file.write(f'dashboards_url = "{address}"\n')
    app = house.an_app(home, **changes)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _signed_in(site: str, context: BrowserContext, who: str) -> Page:
    page = context.new_page()
    page.goto(f"{site}/login")
    page.get_by_label("E-mail").fill(who)
    page.get_by_label("Password").fill(house.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/")
    return page


def _all_drawn(page: Page) -> None:
    for place in page.locator("[data-figure]").all():
        place.scroll_into_view_if_needed()
    page.wait_for_function(
        "() => document.querySelectorAll('[data-figure]').length"
        " === document.querySelectorAll('[data-figure][data-drawn]').length"
    )


def findings(page: Page) -> list[str]:
    """Return what axe finds on a page."""
    result = Axe().run(page, options=RULES)
    return [
        f"{found['id']}: {node['html'][:120]}"
        for found in result.response["violations"]
        for node in found["nodes"]
    ]


@pytest.mark.parametrize(("width", "theme", "direction"), LOOKS)
def test_every_page_is_accessible_and_silent(
    visits: Visits, site: str, width: int, theme: str, direction: str
) -> None:
    """Axe finds nothing in light and dark, at 320 px and from right to left; the console is empty.

    The pages with figures have them drawn by Plotly under the strict policy.
    """
    found: list[str] = []
    for who, paths in PAGES.items():
        page = _signed_in(site, visits.context(dark=theme == "dark", width=width), who)
        for path in paths:
            page.goto(site + path)
            page.evaluate("direction => { document.documentElement.dir = direction }", direction)
            _all_drawn(page)
            found += [f"{path}: {finding}" for finding in findings(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{path}: wider than the screen")
        visits.problems[:] = [p for p in visits.problems if "404 (Not Found)" not in p]
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_example_and_the_login_are_accessible(
    visits: Visits, empty_site: str, theme: str
) -> None:
    """Before the first release the marked example passes the same checks, and so does the login."""
    context = visits.context(dark=theme == "dark", width=320)
    page = context.new_page()
    page.goto(f"{empty_site}/login")
    assert findings(page) == []
    page = _signed_in(empty_site, context, house.LEADER)
    assert page.get_by_text("Example, with invented figures").is_visible()
    assert findings(page) == []
    page.goto(f"{empty_site}/evidence")
    assert page.get_by_text("No week has been released yet").is_visible()
    assert findings(page) == []


def test_a_missing_name_is_found(visits: Visits, site: str) -> None:
    """The check can fail: a button without a name is found."""
    page = _signed_in(site, visits.context(), house.LEADER)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(found.startswith("button-name") for found in findings(page))


def test_figures_follow_the_theme(visits: Visits, site: str) -> None:
    """A line is drawn in the accent of the theme, and again when the theme changes."""
    page = _signed_in(site, visits.context(), house.LEADER)
    page.goto(f"{site}/units/web")
    _all_drawn(page)
    line = "document.querySelector('[data-figure]').data.find(t => t.line?.width === 3)"
    colour = f"() => {line}.line.color"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"light => ({colour})() !== light", arg=light)


def test_everything_is_there_without_scripts(visits: Visits, site: str) -> None:
    """Without scripts the lines are tables, and no row of the tree is closed away."""
    page = _signed_in(site, visits.context(scripts=False), house.HR)
    assert page.locator("tr[data-unit]").count() == 8
    assert all(row.is_visible() for row in page.locator("tr[data-unit]").all())
    page.goto(f"{site}/units/web")
    page.get_by_text("Energy as a table").click()
    table = page.get_by_role("region", name="Energy by week")
    assert table.get_by_role("row").count() == 1 + len(house.WAVES)


def test_branches_open_with_the_keyboard(visits: Visits, site: str) -> None:
    """With scripts the teams of a department are closed, open on Enter and close on a tap."""
    page = _signed_in(site, visits.context(width=360), house.HR)
    row = page.locator('tr[data-unit="web"]')
    assert not row.is_visible()
    button = page.get_by_role("button", name="Teams of Engineering")
    button.focus()
    page.keyboard.press("Enter")
    assert row.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert not row.is_visible()


def test_the_first_screen_of_a_phone_answers_the_question(visits: Visits, site: str) -> None:
    """Sentence, four tiles and participation fit a phone's first screen."""
    page = _signed_in(site, visits.context(width=360, height=780), house.LEADER)
    box = page.locator(".participation").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 780
    assert page.locator(".tile").count() == 4


def test_the_pages_stand_in_one_line_on_a_phone(visits: Visits, site: str) -> None:
    """HR, who has the most pages, finds all of them in one line, each 44 px high."""
    page = _signed_in(site, visits.context(width=360), house.HR)
    entries = page.locator(".top nav").locator("a, button").all()
    boxes = [entry.bounding_box() for entry in entries]
    assert len(boxes) == 5
    assert len({box["y"] for box in boxes if box}) == 1
    assert all(box["height"] >= 44 for box in boxes if box)


def test_the_evidence_and_the_log_fit_a_phone(visits: Visits, site: str) -> None:
    """No table of theirs scrolls sideways, no command is cut off, and no heading is broken."""
    page = _signed_in(site, visits.context(width=360), house.AUDITOR)
    for path in ("/", "/access", "/evidence"):
        page.goto(site + path)
        for summary in page.locator("main summary").all():
            summary.click()
        wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
        assert page.locator("main .scroll, main pre").evaluate_all(wide) == 0
    heading = page.get_by_role("columnheader", name="Counted").first.bounding_box()
    assert heading is not None
    assert heading["height"] < 44
