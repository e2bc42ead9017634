"""Answers that are none of ours: a wall of a network, a login page, a far too patient proxy."""

import json
import time
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.answering import open_link, send, shown, stored
from tests.browser.frames import HTML, mutated
from tests.browser.polling import PollingPlace

WALL: Final = "<!doctype html><title>Blocked</title>"
# When the hint is due, in ms, told once its time has come; no busy machine makes that later.
SHOWN_LATE: Final = """async () => {
  const [hint] = document.querySelector('.late').getAnimations()
  await hint.finished
  return hint.effect.getComputedTiming().endTime
}"""
PATIENCE: Final = 4_000
NOT_OURS: Final = {
    "a page": lambda route: route.fulfill(body=WALL, content_type=HTML),
    "nothing": lambda route: route.fulfill(body=""),
    "other JSON": lambda route: route.fulfill(json={"status": "ok"}),
    "a login": lambda route: route.fulfill(status=303, headers={"Location": "/results"}),
}  # fmt: skip


@pytest.mark.parametrize("answer", NOT_OURS)
def test_only_the_ballot_box_is_thanked_for(
    place: PollingPlace, rough: BrowserContext, answer: str
) -> None:
    """200 with anything but the ballot box's own words keeps the sealed answers for a next try."""
    before = place.ballots()
    page = open_link(rough, place.next_link())
    page.route("**/ballot", NOT_OURS[answer])
    send(page)
    shown(page, "again")
    assert "body" in json.loads(stored(page)[0][0])
    assert place.ballots() == before
    page.unroute("**/ballot")
    page.click("#again button")
    shown(page, "done")
    assert place.ballots() == before + 1


def test_a_page_that_looks_at_the_status_alone_is_caught(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """The twin that takes any 200 for a receipt thanks for a ballot that nobody has."""
    before = place.ballots()
    old = "if (!settle(visit, await ask('/ballot', visit.body)).cast) stop('refused');"
    new = "if ((await ask('/ballot', visit.body)).status !== 200) stop('refused');"
    twin = mutated("ballot.js", old, new)
    rough.route("**/s", lambda route: route.fulfill(body=twin, content_type=HTML))
    page = open_link(rough, place.next_link())
    page.route("**/ballot", NOT_OURS["a page"])
    send(page)
    shown(page, "done")
    assert place.ballots() == before


@pytest.mark.parametrize("path", ["/w/current", "/me"])
def test_a_wall_at_the_start_is_told_and_passes(
    place: PollingPlace, rough: BrowserContext, path: str
) -> None:
    """Where something else answers, the page says so, blames no link, and opens on the next try."""
    rough.route(f"**{path}", NOT_OURS["a page"])
    page = open_link(rough, place.next_link())
    shown(page, "again")
    rough.unroute(f"**{path}")
    page.click("#again button")
    shown(page, "ask")


def test_a_wall_before_the_issuer_costs_nothing(place: PollingPlace, rough: BrowserContext) -> None:
    """A page instead of a signature keeps answers and request; the next try has the same bytes."""
    before, seen = place.ballots(), list[str | None]()
    page = open_link(rough, place.next_link())

    def wall(route: Route) -> None:
        seen.append(route.request.post_data)
        NOT_OURS["a page"](route)

    page.route("**/issue", wall)
    send(page)
    expect(page.locator("#note")).to_contain_text("did not accept this")
    page.unroute("**/issue")
    place.wire.clear()
    page.click("#send")
    shown(page, "done")
    assert [json.loads(str(text)) for text in seen] == place.bodies("/issue")
    assert place.ballots() == before + 1


@pytest.mark.parametrize("status", [400, 403, 429])
def test_only_404_means_an_unknown_link(
    place: PollingPlace, rough: BrowserContext, status: int
) -> None:
    """What a proxy refuses is no verdict on the link: the page offers to try again."""
    rough.route("**/me", lambda route: route.fulfill(status=status))
    page = open_link(rough, place.next_link())
    shown(page, "again")


def test_who_comes_after_closing_time_reads_why(place: PollingPlace, rough: BrowserContext) -> None:
    """While the box waits for what is under way the issuer knows no link; late people read why."""
    place.shut()
    try:
        page = open_link(rough, place.next_link())
        shown(page, "unknown")
        expect(page.locator("#unknown")).to_contain_text("has just closed")
    finally:
        place.reopen()


def test_a_long_wait_is_cut_short(place: PollingPlace, rough: BrowserContext) -> None:
    """Whoever asks for an hour's patience is asked again within seconds, nobody sits and stares."""
    asked: list[float] = []

    def later(route: Route) -> None:
        asked.append(time.monotonic())
        if len(asked) == 1:
            route.fulfill(status=503, headers={"Retry-After": "3600"})
        else:
            route.continue_()

    page = rough.new_page()
    page.clock.install()
    page.goto(place.next_link())
    shown(page, "ask")
    page.route("**/ballot", later)
    with page.expect_response("**/ballot"):
        send(page)
    page.clock.run_for(19_000)
    shown(page, "done")
    assert len(asked) == 2


def test_an_answer_that_never_comes_is_given_up(place: PollingPlace, rough: BrowserContext) -> None:
    """Where a request is neither answered nor refused, the page says so in time and tries again."""
    before, held = place.ballots(), list[Route]()
    hasty = mutated("ballot.js", "AbortSignal.timeout(20000)", "AbortSignal.timeout(2000)")
    rough.route("**/s", lambda route: route.fulfill(body=hasty, content_type=HTML))
    page = open_link(rough, place.next_link())
    for path in ("/issue", "/ballot"):
        page.route(f"**{path}", lambda route: held.insert(0, route))
    send(page)
    expect(page.locator("#note")).to_contain_text("cannot be reached just now")
    page.unroute("**/issue")
    page.click("#send")
    shown(page, "again")
    page.unroute("**/ballot")
    page.click("#again button")
    shown(page, "done")
    assert [route.request.url for route in held] == [f"{place.base}/ballot", f"{place.base}/issue"]
    assert place.ballots() == before + 1


@pytest.mark.parametrize("left", [0.5, 0.9, 0.999])
def test_a_page_cut_short_runs_nothing(
    place: PollingPlace, rough: BrowserContext, left: float
) -> None:
    """Part of a page is no page: nothing of it runs, nothing is asked, and it says what helps."""

    def cut(route: Route) -> None:
        answer = route.fetch()
        whole = answer.body()
        route.fulfill(response=answer, body=whole[: int(len(whole) * left)])

    place.wire.clear()
    rough.route("**/s", cut)
    page = rough.new_page()
    page.goto(place.next_link())
    late: float = page.evaluate(SHOWN_LATE)
    assert late <= PATIENCE
    expect(page.locator(".late")).to_have_css("opacity", "1")
    expect(page.locator("section:visible")).to_contain_text("reload")
    assert {note.path for note in place.wire} <= {"/s", "/favicon.ico"}


def test_a_link_that_was_cut_is_not_called_used(place: PollingPlace, rough: BrowserContext) -> None:
    """After somebody else has answered here, half a link is unknown; no link at all reads used."""
    page = open_link(rough, place.next_link())
    send(page)
    shown(page, "done")
    shown(open_link(rough, place.next_link()[:-3]), "unknown")
    shown(open_link(rough, f"{place.base}/s"), "used")
