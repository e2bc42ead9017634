"""The results for staff in a real browser: accessible, without scripts, on any screen."""

import datetime as dt
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from pulse.app import create_app
from pulse.practices.published import Tried, publish
from pulse.settings import Home
from pulse.upkeep.telling import tell
from tests.browser.conftest import Visits
from tests.browser.test_staff_access import violations
from tests.unit.dashboards import house

LOOKS = ((1280, "light", "ltr"), (1280, "dark", "ltr"), (320, "light", "ltr"), (320, "dark", "rtl"))


def served(home: Home) -> Iterator[str]:
    """Serve the staff app of a home as `pulse serve` does, and give its address."""
    tell(home)
    config = uvicorn.Config(create_app(home), port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve ten released weeks, with two practices being tried."""
    home = house.a_home(tmp_path_factory.mktemp("staff"))
    since = dt.date(2026, 10, 5)
    publish(
        home,
        [
            Tried("eng", "day-end-round", "Day-end round", since),
            Tried("desk", "kindness", "A small kindness", since),
        ],
    )
    yield from served(home)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a home with one released week."""
    yield from served(house.a_home(tmp_path_factory.mktemp("first"), weeks=1))


@pytest.fixture(scope="module")
def none_yet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a home before its first release."""
    yield from served(house.a_home(tmp_path_factory.mktemp("none"), weeks=0))


@pytest.mark.parametrize(("width", "theme", "direction"), LOOKS)
def test_the_results_are_accessible_and_fit(
    visits: Visits, staff: str, first: str, none_yet: str, width: int, theme: str, direction: str
) -> None:
    """Axe finds nothing in light and dark, at 320 px, and from right to left; nothing scrolls."""
    page = visits.context(width=width, dark=theme == "dark").new_page()
    for site in (staff, first, none_yet):
        page.goto(f"{site}/results")
        page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        outside = """all => all.filter(one => {
            const box = one.getBoundingClientRect();
            return box.left < 0 || box.right > document.documentElement.clientWidth + 1;
        }).length"""
        assert page.locator("main p, main td, main th, main svg").evaluate_all(outside) == 0


def test_everything_is_there_without_scripts(visits: Visits, staff: str) -> None:
    """Numbers, intervals, lines and what is tried are plain HTML."""
    page = visits.context(scripts=False, width=360).new_page()
    page.goto(f"{staff}/results")
    assert page.locator(".scales dd b").count() == 4
    assert page.locator(".scales svg.weeks polyline").count() >= 4
    assert page.get_by_text("likely").count() >= 4
    tried = page.locator("#try ~ ul li").all_inner_texts()
    assert any("Day-end round · Engineering" in text for text in tried)
    assert any("A small kindness · Operations, in one of its teams" in text for text in tried)
    assert page.get_by_role("row").count() > 5


def test_one_week_alone_draws_no_line(visits: Visits, first: str) -> None:
    """It says that lines begin after four weeks and that it is too early to tell."""
    page = visits.context().new_page()
    page.goto(f"{first}/results")
    assert page.locator("svg.weeks").count() == 0
    assert page.get_by_text("lines begin after four").is_visible()
    assert page.get_by_text("too early to tell").count() == 4


def test_an_unreadable_contrast_would_be_found(visits: Visits, staff: str) -> None:
    """The check can fail: pale words on paper are found."""
    page = visits.context().new_page()
    page.goto(f"{staff}/results")
    page.evaluate("document.querySelector('h2').style.setProperty('color', '#eee')")
    assert any(found.startswith("color-contrast") for found in violations(page))


def test_the_page_is_light(staff: str, visits: Visits) -> None:
    """With three departments the whole page, style included, stays under 24 kB raw."""
    page = visits.context().new_page()
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto(f"{staff}/results", wait_until="networkidle")
    assert 0 < sum(sizes) < 24_000
