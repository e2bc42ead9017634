"""What crosses the wire while somebody answers, told of our page and of twins that say more."""

import json
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from pulse.token.encoding import unb64u
from tests.browser.answering import ANSWERS, CHOICES, choose, open_link, send, shown
from tests.browser.conftest import Visits
from tests.browser.frames import Frames, mutated
from tests.browser.polling import Exchange, PollingPlace

RUN: Final = 8  # bytes


def windows(value: str) -> set[bytes]:
    """Return every run of 8 bytes in a field, as text and decoded."""
    raw = [value.encode()]
    raw += [unb64u(value)] if len(value) > 40 else []
    return {each[i : i + RUN] for each in raw for i in range(len(each) - RUN + 1)}


def shared(place: PollingPlace) -> set[bytes]:
    """Return what the one request to issue, or its answer, has in common with the one ballot."""
    [issue], [ballot] = place.bodies("/issue"), place.bodies("/ballot")
    assert list(issue) == ["v", "secret", "wave", "blinded"]
    assert list(ballot) == ["v", "wave", "g", "msg", "sig", "box"]
    assert issue.pop("wave") == ballot.pop("wave")
    [signed] = [json.loads(note.answer) for note in place.wire if note.path == "/issue"]
    told = {run for value in [*issue.values(), *signed.values()] for run in windows(str(value))}
    return told & {run for value in ballot.values() for run in windows(str(value))}


def asked(place: PollingPlace) -> list[Exchange]:
    """Return what the page's own requests were, the page itself and its icon left out."""
    return [note for note in place.wire if note.path not in {"/s", "/favicon.ico"}]


def vote(context: BrowserContext, place: PollingPlace, page: bytes | None = None) -> None:
    """Let one person answer, in a browser that holds a cookie of this host."""
    context.add_cookies([{"name": "session", "value": "lea@example.org", "url": place.base}])
    place.wire.clear()
    frames = Frames(context, place, page)
    place.wire.clear()
    assert frames.live(place.next_link(), CHOICES).end == "done"


def leaks(place: PollingPlace) -> set[str]:
    """Return the telling headers that any request carried."""
    return {name for note in asked(place) for name in ("cookie", "referer") if name in note.headers}


def test_no_request_carries_a_cookie_or_a_referer(place: PollingPlace, visits: Visits) -> None:
    """Even where the host has set a cookie before, none of the seven requests takes it along."""
    vote(visits.context(), place)
    assert [note.status for note in asked(place)] == [200] * 7
    assert leaks(place) == set()


@pytest.mark.parametrize(
    ("old", "new", "leak"),
    [
        ("credentials: 'omit',", "", "cookie"),
        ("referrerPolicy: 'no-referrer',", "", "referer"),
    ],
)
def test_a_page_that_takes_more_along_is_caught(
    place: PollingPlace, visits: Visits, old: str, new: str, leak: str
) -> None:
    """Without the page's own words to the browser, cookie and Referer would go along."""
    vote(visits.context(), place, mutated("ballot.js", old, new))
    assert leaks(place) == {leak}


def test_issue_and_ballot_share_nothing(place: PollingPlace, visits: Visits) -> None:
    """M3 with its answer and M4 have no 8 bytes in common but the name of the wave."""
    vote(visits.context(), place)
    assert shared(place) == set()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("ballot.js", "= prepare(ctx)", "= prepare(ctx, () => unb64u(secret))"),
        ("rsabssa.js", "do r = toInt(random(size)); while (r < 1n || r >= n);", "r = 1n;"),
    ],
    ids=["a nonce from the link", "nothing blinded"],
)
def test_a_page_that_repeats_itself_is_caught(
    place: PollingPlace, visits: Visits, file: str, old: str, new: str
) -> None:
    """Twins that work, and whose two requests have something in common, are seen."""
    vote(visits.context(), place, mutated(file, old, new))
    assert shared(place)


CLOCKS: Final = ("1999-01-01T00:00:00Z", "2026-02-28T12:00:00Z", "2040-01-01T00:00:00Z")


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_page_never_refuses_by_its_own_clock(
    place: PollingPlace, profile: BrowserContext, clock: str
) -> None:
    """Decades off, or just past the closing time: only the server says that a survey has closed."""
    before = place.ballots()
    page = profile.new_page()
    page.clock.set_fixed_time(clock)
    page.goto(place.next_link())
    shown(page, "ask")
    send(page)
    shown(page, "done")
    assert place.ballots() == before + 1


def test_the_form_is_locked_from_sending_on(place: PollingPlace, rough: BrowserContext) -> None:
    """While a request is under way nothing can be chosen; what is cast is what was chosen then."""
    held: list[Route] = []
    place.wire.clear()
    page = open_link(rough, place.next_link())
    page.route("**/issue", lambda route: held.insert(0, route))
    choose(page)
    page.click("#send")
    expect(page.locator("#items")).to_have_attribute("inert", "")
    chosen = page.locator(":checked").evaluate_all("all => all.map(each => each.value)")
    page.locator("label").first.click(force=True)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator(":checked").evaluate_all("all => all.map(each => each.value)") == chosen
    held[0].continue_()
    shown(page, "done")
    assert place.answers().count(ANSWERS) >= 1


@pytest.mark.parametrize("path", ["/issue", "/ballot"])
def test_a_server_that_stays_busy_costs_nothing(
    place: PollingPlace, rough: BrowserContext, path: str
) -> None:
    """After four refusals with 503 the page says so; the next try has the same bytes."""
    before, seen = place.ballots(), list[Any]()

    def busy(route: Route) -> None:
        seen.append(route.request.post_data)
        if len(seen) <= 4:
            route.fulfill(status=503, headers={"Retry-After": "0"})
        else:
            route.continue_()

    page = open_link(rough, place.next_link())
    page.route(f"**{path}", busy)
    send(page)
    if path == "/issue":
        expect(page.locator("#note")).to_contain_text("cannot be reached just now")
        page.click("#send")
    else:
        shown(page, "again")
        page.click("#again button")
    shown(page, "done")
    assert len(seen) == 5
    assert len(set(seen)) == 1
    assert place.ballots() == before + 1
