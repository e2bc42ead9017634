"""The administrator's pages in a real browser: read, used with the keyboard, measured."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from pulse.clock import SystemClock
from pulse.settings import Home
from tests.browser.answering import shown
from tests.browser.conftest import Visits
from tests.browser.layout import heads_beside, overflowing, overlapping, small_targets
from tests.browser.leaders import findings, running, signed_in
from tests.unit.admin import house

pytestmark = pytest.mark.slow

FAILED: Final = "Failed to load resource: the server responded with a status of"
PAGES: Final = (
    "/", "/roster", "/schedule", "/channels", "/languages", "/links", "/accounts",
    "/organisation", "/test-week", "/account",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a home in which nothing is set up yet."""
    home = house.a_home(tmp_path_factory.mktemp("admin") / "home")
    yield from _served(home)


def _served(home: Home) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    with listening, running(house.an_app(home, clock=SystemClock()), listening):
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[str]:
    """Serve a home of its own, which the test may change."""
    yield from _served(house.a_home(tmp_path / "home"))


def entered(site: str, visits: Visits, **look: object) -> Page:
    """Return the first page of the administrator."""
    return signed_in(site, visits.context(**look), house.ADMIN)  # type: ignore[arg-type]


def picture(page: Page, name: str) -> None:
    """Keep a picture where PICTURES_OF_PAGES says, for people to look at."""
    folder = os.environ.get("PICTURES_OF_PAGES")
    if folder:
        page.screenshot(path=Path(folder) / f"admin-{name}.png", full_page=True)


def wrong(page: Page) -> list[str]:
    """Return everything that can be found wrong with a page as it is laid out."""
    found = [*findings(page), *overflowing(page), *overlapping(page), *heads_beside(page)]
    return found + [each for each in small_targets(page) if 'type="checkbox"' not in each]


def choose(page: Page, folder: Path, people: str) -> None:
    """Choose both files of a roster and ask what would change."""
    for name, text in (("UNITS.csv", house.UNITS), ("PEOPLE.csv", people)):
        (folder / name).write_text(text, "utf-8")
    page.get_by_label("Units (UNITS.csv)").set_input_files(folder / "UNITS.csv")
    page.get_by_label("People (PEOPLE.csv)").set_input_files(folder / "PEOPLE.csv")
    page.get_by_role("button", name="Show what would change").click()


@pytest.mark.parametrize(
    ("width", "dark", "direction"),
    [(320, False, "ltr"), (360, True, "rtl"), (640, False, "rtl"), (1440, True, "ltr")],
)
def test_every_page_holds_together(
    visits: Visits,
    site: str,
    tmp_path: Path,
    width: int,
    dark: bool,  # noqa: FBT001 - a parameter of the test
    direction: str,
) -> None:
    """No finding of axe, nothing over the side or on another text, every target large enough."""
    page = entered(site, visits, dark=dark, width=width)
    found = []
    for path in PAGES:
        page.goto(site + path)
        page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        name = f"{path.strip('/') or 'start'}-{width}-{'dark' if dark else 'light'}"
        picture(page, name)
        found += [f"{path}: {each}" for each in wrong(page)]
    page.goto(f"{site}/roster")
    choose(page, tmp_path, house.people_csv())
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    picture(page, f"preview-{width}-{'dark' if dark else 'light'}")
    found += [f"preview: {each}" for each in wrong(page)]
    page.goto(f"{site}/roster")
    choose(page, tmp_path, "person_id,email,unit_id\na,b,c\n")
    picture(page, f"fault-{width}-{'dark' if dark else 'light'}")
    found += [f"fault: {each}" for each in wrong(page)]
    assert found == []
    assert visits.problems == [f"console: {FAILED} 422 (Unprocessable Entity)"]  # the wrong file
    visits.problems.clear()


def test_the_list_leads_from_step_to_step_with_the_keyboard(
    visits: Visits, fresh: str, tmp_path: Path
) -> None:
    """Without a mouse and without scripts: name, contacts, people; each step is then done."""
    page = entered(fresh, visits, scripts=False)
    next_step = page.locator(".steps .next")
    expect(next_step).to_contain_text("Name your organisation")
    next_step.get_by_role("link").press("Enter")
    page.get_by_label("Name of your organisation").fill("Northwind")
    page.get_by_label("Help contacts").fill("Company doctor: 2300")
    page.get_by_label("Name of your organisation").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.get_by_role("link", name="Start").press("Enter")
    expect(next_step).to_contain_text("Import your people")
    next_step.get_by_role("link").press("Enter")
    choose(page, tmp_path, house.people_csv())
    page.get_by_role("button", name="Put this roster in place").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The new roster is in place")
    page.get_by_role("link", name="Start").press("Enter")
    expect(next_step).to_contain_text("Set the schedule")
    next_step.get_by_role("link").press("Enter")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_role("button", name="Save the schedule").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.locator(".coming").first).to_contain_text("The week opens")
    page.goto(fresh)
    expect(page.locator(".lead")).to_contain_text("4 of 10 steps are done")
    picture(page, "half-way")


def test_a_test_week_is_lived_through_from_the_page(visits: Visits, fresh: str) -> None:
    """Begun, answered once as staff, closed, shown, ended; its pages are gone afterwards."""
    page = entered(fresh, visits)
    page.goto(f"{fresh}/test-week")
    page.get_by_role("button", name="Begin the test week").click()
    expect(page.get_by_role("heading", name="1. Answer")).to_be_visible(timeout=120_000)
    picture(page, "test-week-open")
    assert wrong(page) == []
    answering = page.get_by_role("link", name=re.compile("Answer as person 1"))
    address = answering.get_attribute("href") or ""
    with page.context.expect_page() as opened:
        answering.click()
    staff = opened.value
    staff.locator('[name="S1"][value="4"]').check(timeout=30_000)
    staff.locator("#send").click()
    shown(staff, "done")
    staff.close()
    page.get_by_role("button", name="Close the test week").click()
    expect(page.get_by_role("heading", name="What leaders see")).to_be_visible(timeout=120_000)
    picture(page, "test-week-shown")
    assert wrong(page) == []
    page.get_by_role("button", name="End the test week").click()
    expect(page.get_by_role("button", name="Begin the test week")).to_be_visible(timeout=60_000)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(address.split(":")[2].split("/")[0])), 2)
    page.goto(fresh)
    expect(page.locator(".steps .ok")).to_contain_text(["Send yourself a test week"])
    visits.problems.clear()  # a staff page that was closed while it loaded
