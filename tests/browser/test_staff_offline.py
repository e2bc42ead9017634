"""Without a connection after opening: answers wait, the page says so, and exactly one ballot goes.

Beside it what else a visit must not do from its start to its thanks: shift, store, or ask others.
"""

import json
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.answering import ANSWERS, choose, open_link, send, shown, stored
from tests.browser.conftest import Visits
from tests.browser.polling import PollingPlace

# Every shift is counted, those within half a second of a tap too: nothing may move at all.
SHIFTS: Final = """window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) shifts += entry.value;
}).observe({ type: 'layout-shift', buffered: true })"""


def test_answers_given_offline_go_when_the_connection_is_back(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """Sent without a connection they stay on the page; once it is back they go by themselves."""
    before = place.ballots()
    page = open_link(rough, place.next_link())
    rough.set_offline(True)
    send(page)
    expect(page.locator("#note")).to_contain_text("cannot be reached just now")
    expect(page.locator("#note")).to_contain_text("still here")
    assert page.locator(":checked").count() == len(ANSWERS) - 1
    assert place.ballots() == before
    rough.set_offline(False)
    shown(page, "done")
    assert place.ballots() == before + 1
    assert ANSWERS in place.answers()


def test_nothing_goes_that_nobody_sent(place: PollingPlace, rough: BrowserContext) -> None:
    """A connection that comes and goes while somebody thinks sends nothing."""
    before = place.ballots()
    page = open_link(rough, place.next_link())
    choose(page)
    for offline in (True, False, True, False):
        rough.set_offline(offline)
    page.wait_for_timeout(500)
    shown(page, "ask")
    assert place.ballots() == before


def test_a_page_closed_offline_goes_on_where_it_was(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """Sealed answers wait in the browser: the link, opened again, sends them and asks nothing."""
    before, link = place.ballots(), place.next_link()
    page = open_link(rough, link)
    page.route("**/ballot", lambda route: route.abort("internetdisconnected"))
    send(page)
    shown(page, "again")
    assert "body" in json.loads(stored(page)[0][0])
    page.close()
    assert place.ballots() == before
    again = open_link(rough, link)
    shown(again, "done")
    assert place.ballots() == before + 1
    assert stored(again) == [["done"], []]
    again.reload()
    shown(again, "used")
    assert place.ballots() == before + 1


def test_a_page_closed_before_sealing_asks_again(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """What was never sealed is gone with the page, and the link still counts, once."""
    before, link = place.ballots(), place.next_link()
    page = open_link(rough, link)
    rough.set_offline(True)
    send(page)
    expect(page.locator("#note")).to_contain_text("still here")
    page.close()
    rough.set_offline(False)
    page = open_link(rough, link)
    shown(page, "ask")
    assert page.locator(":checked").count() == 0
    send(page)
    shown(page, "done")
    assert place.ballots() == before + 1


def moved(page: Page) -> float:
    """Return how much has shifted on a page (cumulative, of all its windows)."""
    page.wait_for_timeout(300)
    return float(page.evaluate("shifts"))


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_shifts_from_opening_to_done(
    place: PollingPlace, visits: Visits, width: int
) -> None:
    """Chromium's own measure is 0 while the page loads, is answered, seals and thanks."""
    context = visits.context(width=width, height=780)
    context.add_init_script(SHIFTS)
    page = open_link(context, place.next_link())
    choose(page)
    assert moved(page) == 0
    page.click("#send")
    shown(page, "done")
    assert moved(page) == 0


def test_a_page_that_shifts_is_seen(place: PollingPlace, visits: Visits) -> None:
    """The twin with a line that comes late, above what is read, is measured."""
    context = visits.context(width=360, height=780)
    context.add_init_script(SHIFTS)
    page = open_link(context, place.next_link())
    page.wait_for_timeout(600)
    page.evaluate("document.querySelector('main').prepend('A line that comes late')")
    assert moved(page) > 0


def kept(page: Page, context: BrowserContext) -> tuple[int, list[str]]:
    """Return how many cookies there are, and all that either store holds."""
    return len(context.cookies()), [value for values in stored(page) for value in values]


def test_no_page_leaves_anything_but_done(place: PollingPlace, visits: Visits) -> None:
    """After a whole visit and every page to read: no cookie, no other host, one word."""
    context, hosts = visits.context(), set[str]()
    context.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page = open_link(context, place.next_link())
    send(page)
    shown(page, "done")
    for path in ("/results", "/privacy", "/results?lang=de", "/privacy?lang=ar#leader", "/nowhere"):
        page.goto(place.base + path)
        assert kept(page, context) == (0, ["done"])
    visits.problems[:] = [each for each in visits.problems if "404" not in each]
    assert hosts == {place.base.split("/")[2]}
    databases = page.evaluate("Promise.all([indexedDB.databases(), caches.keys()])")
    assert databases == [[], []]


def test_a_page_that_keeps_more_is_seen(place: PollingPlace, visits: Visits) -> None:
    """The twin that notes a visit, or sets a cookie, is caught."""
    context = visits.context()
    page = context.new_page()
    page.goto(f"{place.base}/results")
    page.evaluate("localStorage.seen = 1, document.cookie = 'seen=1'")
    assert kept(page, context) == (1, ["1"])
