"""The staff page when something goes wrong: it says what happened, what was kept, what to do."""

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from pulse.token.encoding import b64u
from tests.browser.answering import choose, open_link, send, shown, stored
from tests.browser.conftest import Visits
from tests.browser.polling import PollingPlace

NOWHERE = f"{'A' * 43}.{'A' * 22}"


def test_a_reload_between_issue_and_cast_counts_once(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """Sealed answers that could not be sent go out by themselves after a reload, unchanged."""
    before = place.ballots()
    place.wire.clear()
    page = open_link(rough, place.next_link())
    page.route("**/ballot", lambda route: route.abort())
    send(page)
    shown(page, "again")
    sealed = json.loads(stored(page)[0][0])["body"]
    page.unroute("**/ballot")
    page.reload()
    shown(page, "done")
    assert place.bodies("/ballot") == [sealed]
    assert place.ballots() == before + 1


def test_an_answer_lost_on_the_way_back_counts_once(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """When the server's receipts are lost, the same bytes are sent again and count once."""
    before = place.ballots()
    place.wire.clear()
    page = open_link(rough, place.next_link())

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    for path in ("/issue", "/ballot"):
        page.route(f"**{path}", lose)
    send(page)
    expect(page.locator("#note")).to_contain_text("Your answers are still here")
    page.unroute("**/issue")
    page.click("#send")
    shown(page, "again")
    page.unroute("**/ballot")
    page.click("#again button")
    shown(page, "done")
    for path in ("/issue", "/ballot"):
        first, second = place.bodies(path)
        assert first == second
    assert place.ballots() == before + 1


def test_a_link_used_on_another_device_is_told(
    place: PollingPlace, visits: Visits, rough: BrowserContext
) -> None:
    """A second device with the same link learns that it was used, and nothing is counted twice."""
    before, link = place.ballots(), place.next_link()
    first, second = (open_link(device, link) for device in (rough, visits.context()))
    for page, end in ((first, "done"), (second, "used")):
        send(page)
        shown(page, end)
        assert stored(page) == [["done"], []]
    assert place.ballots() == before + 1


def test_a_closed_survey_is_told(place: PollingPlace, rough: BrowserContext) -> None:
    """Whoever sends after the close reads so; nothing is counted and nothing is kept."""
    before = place.ballots()
    page = open_link(rough, place.next_link())
    place.shut()
    try:
        send(page)
        shown(page, "closed")
    finally:
        place.reopen()
    assert place.ballots() == before
    assert stored(page) == [["done"], []]


def test_no_open_survey_is_told(place: PollingPlace, rough: BrowserContext) -> None:
    """When no wave is open, a link leads to the page that says so."""
    rough.route("**/w/current", lambda route: route.fulfill(json={"wave": None}))
    shown(open_link(rough, place.next_link()), "closed")


def test_a_link_to_another_list_is_refused_before_the_secret_is_shown(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """A link that names another key list is refused, and its secret stays in the browser."""
    place.wire.clear()
    secret = place.next_link().partition("#")[2].split(".")[0]
    page = open_link(rough, f"{place.base}/s#{secret}.{b64u(bytes(16))}")
    shown(page, "list")
    assert all(secret not in note.body.decode() for note in place.wire)
    assert not [note for note in place.wire if note.path == "/me"]


@pytest.mark.parametrize("changed", ["keys-", "text-", "g-"])
def test_a_changed_file_is_refused(
    place: PollingPlace, rough: BrowserContext, changed: str
) -> None:
    """A key list, texts or group file that is not what its hash promises goes no further."""

    def change(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.body() + b" ")

    before = place.ballots()
    rough.route(f"**/{changed}*", change)
    page = open_link(rough, place.next_link())
    if changed == "g-":
        send(page)
    shown(page, "list")
    assert not [values for values in stored(page)[0] if "blinded" in values]
    assert place.ballots() == before


@pytest.mark.parametrize("fragment", ["", "#", "#x", f"#{NOWHERE}", f"#{NOWHERE[:-1]}"])
def test_an_unknown_link_is_told(place: PollingPlace, rough: BrowserContext, fragment: str) -> None:
    """No link, half a link or somebody else's: the page says where the right one is."""
    if fragment == f"#{NOWHERE}":
        fragment = f"#{'A' * 43}.{place.next_link()[-22:]}"
    shown(open_link(rough, place.base + "/s" + fragment), "unknown")


def test_without_scripts_one_sentence_helps(place: PollingPlace, visits: Visits) -> None:
    """Without scripts the page names another way; nothing of the form shows."""
    page = visits.page(visits.context(scripts=False))
    page.goto(place.next_link())
    expect(page.locator("section:visible")).to_have_count(1)
    expect(page.locator("section:visible")).to_contain_text("on another device or at a kiosk")
    assert page.locator(".late").evaluate("node => getComputedStyle(node).opacity") == "1"


def test_an_old_browser_reads_the_same(place: PollingPlace, rough: BrowserContext) -> None:
    """Where locks or WebCrypto are missing the page names another way, and sends nothing."""
    place.wire.clear()
    rough.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    page = rough.new_page()
    page.goto(place.next_link())
    expect(page.locator("section:visible")).to_contain_text("in a newer browser")
    assert {note.path for note in place.wire} <= {"/s", "/favicon.ico"}


def test_offline_then_online_goes_on_by_itself(place: PollingPlace, rough: BrowserContext) -> None:
    """Offline before sending keeps the answers; offline after sealing sends when it is back."""
    before = place.ballots()
    page = open_link(rough, place.next_link())
    choose(page)
    rough.set_offline(True)
    page.click("#send")
    expect(page.locator("#note")).to_contain_text("Your answers are still here")
    assert page.locator(":checked").count() == 5
    page.route("**/ballot", lambda route: route.abort())
    rough.set_offline(False)
    shown(page, "again")
    page.unroute("**/ballot")
    rough.set_offline(True)
    rough.set_offline(False)
    shown(page, "done")
    assert place.ballots() == before + 1


def test_offline_at_the_start_goes_on_by_itself(place: PollingPlace, rough: BrowserContext) -> None:
    """A page that could not reach the survey opens it when the connection is back."""
    rough.route("**/w/current", lambda route: route.abort())
    page = open_link(rough, place.next_link())
    shown(page, "again")
    rough.unroute("**/w/current")
    rough.set_offline(True)
    rough.set_offline(False)
    shown(page, "ask")


def test_a_server_away_at_the_start_is_asked_again(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """A page that could not reach the survey tries again each half minute, with nobody there."""
    rough.route("**/w/current", lambda route: route.abort())
    page = rough.new_page()
    page.clock.install()
    page.goto(place.next_link())
    shown(page, "again")
    rough.unroute("**/w/current")
    page.clock.run_for(31_000)
    shown(page, "ask")


def test_a_busy_server_is_asked_again_in_the_same_words(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """Two answers of 503 cost a moment and nothing else."""
    refusals = [503, 503]
    seen: list[Any] = []

    def busy(route: Route) -> None:
        seen.append(route.request.post_data)
        if refusals:
            route.fulfill(status=refusals.pop(), headers={"Retry-After": "0"})
        else:
            route.continue_()

    page = open_link(rough, place.next_link())
    page.route("**/ballot", busy)
    send(page)
    shown(page, "done")
    assert len(seen) == 3
    assert len(set(seen)) == 1


@pytest.mark.parametrize("status", [403, 404, 422])
def test_a_refused_ballot_is_kept_and_told(
    place: PollingPlace, rough: BrowserContext, status: int
) -> None:
    """403, 404 and 422 keep the sealed answers, say so, and try again on request."""
    page = open_link(rough, place.next_link())
    page.route("**/ballot", lambda route: route.fulfill(status=status))
    send(page)
    shown(page, "again")
    expect(page.locator("#why")).to_contain_text("did not accept this")
    assert "body" in json.loads(stored(page)[0][0])
    page.unroute("**/ballot")
    page.click("#again button")
    shown(page, "done")


def test_a_false_signature_is_never_cast(place: PollingPlace, rough: BrowserContext) -> None:
    """An answer of the issuer that does not verify stops there; a right one later counts."""
    before = place.ballots()
    page = open_link(rough, place.next_link())
    false = json.dumps({"blind_sig": b64u(b"\x01" * 256)})
    page.route("**/issue", lambda route: route.fulfill(body=false))
    send(page)
    expect(page.locator("#note")).to_contain_text("did not accept this")
    assert place.ballots() == before
    page.unroute("**/issue")
    page.click("#send")
    shown(page, "done")
    assert place.ballots() == before + 1
