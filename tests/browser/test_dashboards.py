"""The leaders' pages in a real browser: accessible, silent, usable without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.leaders import PAGES, all_drawn, findings, served, signed_in
from tests.unit.dashboards import house

LOOKS = ((1280, "light", "ltr"), (1280, "dark", "ltr"), (320, "light", "ltr"), (320, "dark", "rtl"))


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


@pytest.mark.parametrize(("width", "theme", "direction"), LOOKS)
def test_every_page_is_accessible_and_silent(
    visits: Visits, site: str, width: int, theme: str, direction: str
) -> None:
    """Axe finds nothing in light and dark, at 320 px and from right to left; the console is empty.

    The pages with figures have them drawn by Plotly under the strict policy.
    """
    found: list[str] = []
    for who, paths in PAGES.items():
        page = signed_in(site, visits.context(dark=theme == "dark", width=width), who)
        for path in paths:
            page.goto(site + path)
            page.evaluate("direction => { document.documentElement.dir = direction }", direction)
            all_drawn(page)
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
    page = signed_in(empty_site, context, house.LEADER)
    assert page.get_by_text("Example, with invented figures").is_visible()
    assert findings(page) == []
    page.goto(f"{empty_site}/evidence")
    assert page.get_by_text("No week has been released yet").is_visible()
    assert findings(page) == []


def test_a_missing_name_is_found(visits: Visits, site: str) -> None:
    """The check can fail: a button without a name is found."""
    page = signed_in(site, visits.context(), house.LEADER)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(found.startswith("button-name") for found in findings(page))


def test_figures_follow_the_theme(visits: Visits, site: str) -> None:
    """A line is drawn in the accent of the theme, and again when the theme changes."""
    page = signed_in(site, visits.context(), house.LEADER)
    page.goto(f"{site}/units/web")
    all_drawn(page)
    line = "document.querySelector('[data-figure]').data.find(t => t.line?.width === 3)"
    colour = f"() => {line}.line.color"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"light => ({colour})() !== light", arg=light)


def test_no_two_ticks_of_a_line_say_the_same(visits: Visits, site: str) -> None:
    """Over ten weeks ticks carry their day: "Oct" beside "Oct" would tell nothing."""
    page = signed_in(site, visits.context(), house.LEADER)
    page.goto(f"{site}/units/web")
    all_drawn(page)
    ticks = page.locator("[data-figure]").first.locator(".xtick text").all_text_contents()
    assert len(ticks) == len(set(ticks)) >= 4


def test_everything_is_there_without_scripts(visits: Visits, site: str) -> None:
    """Without scripts the lines are tables, and no row of the tree is closed away."""
    page = signed_in(site, visits.context(scripts=False), house.HR)
    assert page.locator("tr[data-unit]").count() == 8
    assert all(row.is_visible() for row in page.locator("tr[data-unit]").all())
    page.goto(f"{site}/units/web")
    page.get_by_text("Energy as a table").click()
    table = page.get_by_role("region", name="Energy by week")
    assert table.get_by_role("row").count() == 1 + len(house.WAVES)


def test_a_practice_is_begun_in_two_clicks_and_ended_without_scripts(
    visits: Visits, site: str
) -> None:
    """From the first page: the card, then its button; and the end of it again."""
    page = signed_in(site, visits.context(scripts=False, width=360), house.LEADER)
    card = page.locator("#try ~ .cards .card").first
    title = card.get_by_role("heading").inner_text()
    card.get_by_role("link", name="Try it").click()
    opened = page.locator("details.practice[open]")
    assert opened.locator("summary").inner_text().startswith(title)
    opened.get_by_role("button", name="Begin in Engineering").click()
    assert page.url == f"{site}/practices?unit=eng#now"
    now = page.locator("#now ~ .cards")
    assert now.get_by_role("heading", name=title).is_visible()
    now.get_by_role("button", name="End it").click()
    assert page.get_by_text("Nothing at present.").is_visible()


def test_a_practice_is_begun_with_the_keyboard(visits: Visits, site: str) -> None:
    """A closed card opens on Enter, and its button is the next stop."""
    page = signed_in(site, visits.context(), house.LEADER)
    page.goto(f"{site}/practices?unit=web")
    summary = page.locator("#kindness summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.innerText")
    assert focused == "Begin in Web & <Mobile>"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/practices?unit=web#now")
    page.get_by_role("button", name="End it").press("Enter")
    page.wait_for_function("() => document.body.innerText.includes('Nothing at present.')")


def test_branches_open_and_close_in_place(visits: Visits, site: str) -> None:
    """On Enter a branch closes, the address says so, the focus stays, and going back undoes it."""
    page = signed_in(site, visits.context(width=360), house.HR)
    row = page.locator('tr[data-unit="web"]')
    assert row.is_visible()
    branch = page.get_by_role("link", name="3 units below Engineering")
    assert branch.get_attribute("aria-expanded") == "true"
    branch.focus()
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    assert page.url == f"{site}/?open=ops#units"
    expect(branch).to_be_focused()
    assert branch.get_attribute("aria-expanded") == "false"
    branch.click()
    expect(row).to_be_visible()
    page.go_back()
    expect(row).to_have_count(0)


def test_a_table_is_sorted_and_searched_in_place(visits: Visits, site: str) -> None:
    """A heading sorts below each unit and says so; another click gives the tree order back."""
    page = signed_in(site, visits.context(), house.HR)
    order = "all => all.map(row => row.dataset.unit)"
    tree = page.locator("tr[data-unit]").evaluate_all(order)
    page.get_by_role("link", name="Work", exact=True).last.click()
    expect(page.locator('th[aria-sort="ascending"]')).to_have_text("Work")
    assert "Neighbours are no ranking" in page.locator("#units").inner_text()
    by_work = page.locator("tr[data-unit]").evaluate_all(order)
    assert sorted(by_work) == sorted(tree)
    assert by_work[0] == "org"
    page.locator("#unsorted").click()
    expect(page.locator("th[aria-sort]")).to_have_count(0)
    assert page.locator("tr[data-unit]").evaluate_all(order) == tree


def test_the_first_screen_of_a_phone_answers_the_question(visits: Visits, site: str) -> None:
    """Sentence, four tiles and participation fit a phone's first screen."""
    page = signed_in(site, visits.context(width=360, height=780), house.LEADER)
    box = page.locator(".participation").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 780
    assert page.locator(".tile").count() == 4


def test_the_pages_stand_in_one_line_on_a_phone(visits: Visits, site: str) -> None:
    """HR, who has the most pages, finds all of them in one line, and what is theirs in one."""
    page = signed_in(site, visits.context(width=360), house.HR)
    for group in (".top .pages", ".top .mine"):
        entries = page.locator(group).locator("a, button").all()
        boxes = [box for entry in entries if (box := entry.bounding_box())]
        assert len({box["y"] for box in boxes}) == 1
        assert all(box["height"] >= 44 for box in boxes)
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes)


def test_the_evidence_and_the_log_fit_a_phone(visits: Visits, site: str) -> None:
    """No table of theirs scrolls sideways, no command is cut off, and no heading is broken."""
    page = signed_in(site, visits.context(width=360), house.AUDITOR)
    for path in ("/", "/access", "/evidence"):
        page.goto(site + path)
        for summary in page.locator("main summary").all():
            summary.click()
        wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
        assert page.locator("main .scroll, main pre").evaluate_all(wide) == 0
    heading = page.get_by_role("columnheader", name="Counted").first.bounding_box()
    assert heading is not None
    assert heading["height"] < 44
