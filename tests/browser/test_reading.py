"""Results and privacy in a real browser, from either side: seen and weighed."""

import gzip
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Page

from pulse.language import LANGUAGES
from tests.browser.conftest import Visits
from tests.browser.layout import heads_beside, overflowing, overlapping, small_targets
from tests.browser.test_results import served
from tests.browser.test_staff_access import violations
from tests.unit.dashboards import house

OFFERED: Final = tuple(LANGUAGES)
LOOKS: Final = ((320, "light", 1), (320, "dark", 1), (640, "light", 2), (1280, "dark", 1))
WEIGHT: Final = 12_000  # bytes compressed, style sheet and icon included


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve ten released weeks in every language, drafts too, with contacts and own words."""
    home = house.a_home(tmp_path_factory.mktemp("reading"))
    home.settings_file.write_text(
        f"languages = {list(OFFERED)}\n"
        'draft_languages = "allowed"\n'
        '[support]\ncontacts = ["Occupational health: 0123 456789", "Works council, room 1.204"]\n',
        "utf-8",
    )
    yield from served(home)


def flaws(page: Page) -> list[Any]:
    """Return what axe finds, what does not fit, and what is too small to be hit."""
    found: list[Any] = [*violations(page), *overflowing(page), *small_targets(page)]
    found += [*overlapping(page), *heads_beside(page)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("it scrolls sideways")
    low = "all => all.filter(one => one.getBoundingClientRect().height < 44).length"
    return found + ["a small target"] * page.locator("footer nav a").evaluate_all(low)


@pytest.mark.parametrize("path", ["/results", "/privacy", "/nowhere"])
@pytest.mark.parametrize(("width", "theme", "zoom"), LOOKS)
@pytest.mark.parametrize("code", ["de", "ar"])
def test_pages_to_read_are_accessible_and_fit(
    staff: str, visits: Visits, path: str, width: int, theme: str, zoom: int, code: str
) -> None:
    """Axe finds nothing, nothing overlaps or sticks out: 320 px, both themes, text at 200 %."""
    page = visits.context(width=width, dark=theme == "dark").new_page()
    page.goto(f"{staff}{path}?lang={code}")
    page.evaluate("zoom => { document.documentElement.style.fontSize = `${100 * zoom}%` }", zoom)
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        code, LANGUAGES[code].dir,
    ]  # fmt: skip
    assert flaws(page) == []
    visits.problems[:] = [each for each in visits.problems if "404" not in each]


@pytest.mark.slow
@pytest.mark.parametrize("code", [code for code in OFFERED if code not in {"de", "ar"}])
def test_every_language_fits(staff: str, visits: Visits, code: str) -> None:
    """Long words and other scripts fit a phone, and axe finds nothing in them."""
    page = visits.context(width=320).new_page()
    for path in ("/results", "/privacy"):
        page.goto(f"{staff}{path}?lang={code}")
        assert flaws(page) == []


def test_a_flaw_would_be_found(staff: str, visits: Visits) -> None:
    """The twin: a word that cannot break, a link of 20 px and pale ink are each found."""
    page = visits.context(width=320).new_page()
    for harm in (
        "document.querySelector('h1').style.whiteSpace = 'nowrap'",
        "document.querySelector('footer nav a').style.padding = 0",
        "document.querySelector('h2').style.color = '#eee'",
    ):
        page.goto(f"{staff}/privacy?lang=de")
        page.evaluate(harm)
        assert flaws(page), harm


def test_a_language_is_chosen_by_a_link_and_kept_by_the_links(staff: str, visits: Visits) -> None:
    """The list leads to the same page in another language, and from there on all of them."""
    context = visits.context()
    page = context.new_page()
    page.goto(f"{staff}/privacy")
    page.get_by_role("link", name="Deutsch").click()
    page.get_by_role("link", name="Ergebnisse", exact=True).click()
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.url.endswith("/results?lang=de")
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_tree_of_the_example_reads_well(staff: str, visits: Visits) -> None:
    """A screen reader meets the heading that it is made up, and a table with its heads."""
    page = visits.page()
    page.goto(f"{staff}/privacy")
    tree = page.locator(".example").aria_snapshot()
    assert tree.index("An example, made up") < tree.index("table")
    assert 'columnheader "What a leader reads"' in tree
    assert "img" not in tree


@pytest.mark.parametrize("path", ["/results", "/privacy"])
def test_the_pages_are_light(staff: str, capsys: pytest.CaptureFixture[str], path: str) -> None:
    """In every language the page with all it loads stays within 12 kB compressed."""
    style = page_files(staff, path)
    sizes = {}
    for code in OFFERED:
        html = httpx.get(f"{staff}{path}?lang={code}").content
        sizes[code] = len(gzip.compress(html, 9)) + style
    with capsys.disabled():
        told = ", ".join(f"{code} {size}" for code, size in sizes.items())
        print(f"\n{path} with {style} B of style and icon: {told}")  # noqa: T201 - figures
    assert max(sizes.values()) <= WEIGHT


def page_files(staff: str, path: str) -> int:
    """Return how many bytes the files weigh that a page loads."""
    html = httpx.get(staff + path).text
    files = [part.partition('"')[0] for part in html.split('href="') if part.startswith("/static/")]
    assert len(files) == 2
    return sum(len(gzip.compress(httpx.get(staff + file).content, 9)) for file in files)
