"""A shared device: three people in turn, and nothing of one is left for the next."""

from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from pulse.web.bundle import bundle
from pulse.web.page import static_files
from tests.browser.answering import choose, send, shown, stored
from tests.browser.conftest import Visits
from tests.browser.polling import PollingPlace
from tests.browser.test_staff_access import violations
from tests.browser.test_staff_shared import everything

A_CLEAN_START: Final = [[], ["k"]]  # the mark that this tab is a kiosk
ASKED: Final = "Are you still there? Touch the page, or it empties in a minute."
SCRIPT: Final = "text/javascript"


def start(context: BrowserContext, place: PollingPlace, *, clock: bool = False) -> Page:
    """Open the kiosk's start screen; `clock` stops the page's time."""
    page = context.new_page()
    if clock:
        page.clock.install()
    page.goto(f"{place.base}/kiosk")
    return page


def come(page: Page, code: str) -> None:
    """Begin as the next person does: press start, type a code."""
    expect(page.locator("h1")).to_have_text("Take your card")
    page.click(".start")
    expect(page.locator("#code")).to_be_focused()
    page.locator("#code").press_sequentially(code)
    page.keyboard.press("Enter")


def is_clean(page: Page, place: PollingPlace) -> None:
    """Wait for the start screen and look that nothing else is kept anywhere."""
    page.wait_for_url(f"{place.base}/kiosk")
    expect(page.locator(".start")).to_be_visible()
    assert everything(page) == {
        "local": [], "session": ["k"], "databases": 0, "caches": 0, "cookies": "",
        "address": f"{place.base}/kiosk", "state": None, "name": "", "workers": 0,
    }  # fmt: skip


def test_three_people_in_turn(card_place: PollingPlace, profile: BrowserContext) -> None:
    """Each counts once; storage, address, history and page hold nothing of the one before."""
    before, page = card_place.ballots(), start(profile, card_place)
    for _ in range(3):
        code = card_place.next_code()
        come(page, code)
        shown(page, "ask")
        assert page.locator(":checked").count() == 0
        assert page.url == f"{card_place.base}/s"
        send(page)
        shown(page, "done")
        assert stored(page)[0] == []
        page.click("#next")
        is_clean(page, card_place)
        assert code not in page.content()
    assert card_place.ballots() == before + 3
    assert profile.cookies() == []


def history_holds_nothing(page: Page, place: PollingPlace) -> None:
    """Go back and forth through all of the history: no form, no code, no thanks, nothing kept."""
    for move in (*[page.go_back] * 4, *[page.go_forward] * 4):
        move(wait_until="commit")
        page.wait_for_timeout(400)  # for whatever leads on from there
        if page.url == "about:blank":
            continue
        assert page.locator("fieldset").count() == 0, page.url
        assert page.locator("#done:visible").count() == 0
        assert page.locator("#code").count() == 0 or page.input_value("#code") == ""
        values = [each for store in stored(page) for each in store]
        assert set(values) <= {"k"}
    page.goto(f"{place.base}/kiosk")


def test_back_and_forward_show_nothing(card_place: PollingPlace, profile: BrowserContext) -> None:
    """After a person has finished, and after one was emptied, the history is blank."""
    page = start(profile, card_place)
    come(page, card_place.next_code())
    shown(page, "ask")
    send(page)
    shown(page, "done")
    page.click("#next")
    is_clean(page, card_place)
    history_holds_nothing(page, card_place)


def test_back_from_the_form_ends_it(card_place: PollingPlace, profile: BrowserContext) -> None:
    """Whoever goes back to the start has left: forward again leads to the start too."""
    page = start(profile, card_place)
    come(page, card_place.next_code())
    shown(page, "ask")
    choose(page)
    page.go_back()
    is_clean(page, card_place)
    page.go_forward()
    is_clean(page, card_place)
    history_holds_nothing(page, card_place)


def test_a_reload_after_done_leads_to_the_start(
    card_place: PollingPlace, profile: BrowserContext
) -> None:
    """The thank-you page cannot be had again."""
    page = start(profile, card_place)
    come(page, card_place.next_code())
    shown(page, "ask")
    send(page)
    shown(page, "done")
    page.reload()
    is_clean(page, card_place)


def test_two_tabs_know_nothing_of_each_other(
    card_place: PollingPlace, profile: BrowserContext
) -> None:
    """Two people in two tabs both count, and emptying one leaves the other's answers."""
    before, tabs = card_place.ballots(), [start(profile, card_place) for _ in range(2)]
    for tab in tabs:
        come(tab, card_place.next_code())
        shown(tab, "ask")
        choose(tab)
    tabs[0].click("#send")
    shown(tabs[0], "done")
    tabs[0].click("#next")
    is_clean(tabs[0], card_place)
    assert tabs[1].locator(":checked").count() == 5
    tabs[1].click("#send")
    shown(tabs[1], "done")
    assert card_place.ballots() == before + 2


def test_thirty_seconds_after_done_it_starts_again(
    card_place: PollingPlace, profile: BrowserContext
) -> None:
    """Who walks away from the thank-you page leaves nothing."""
    page = start(profile, card_place, clock=True)
    come(page, card_place.next_code())
    shown(page, "ask")
    send(page)
    shown(page, "done")
    page.clock.run_for(31_000)
    is_clean(page, card_place)


def test_a_used_code_makes_room_by_itself(card_place: PollingPlace, rough: BrowserContext) -> None:
    """A page that ends without an answer leads back too."""
    code = card_place.next_code()
    page = start(rough, card_place, clock=True)
    for end in ("done", "used"):
        come(page, code)
        shown(page, "ask")
        send(page)
        shown(page, end)
        page.clock.run_for(31_000)
        is_clean(page, card_place)


def walked_away(page: Page, place: PollingPlace) -> bool:
    """Answer, and touch nothing: tell whether the page asks after two minutes and then empties."""
    come(page, place.next_code())
    shown(page, "ask")
    choose(page)
    page.clock.run_for(119_000)
    early = page.locator("dialog").is_visible()
    page.clock.run_for(2_000)
    asked = page.locator("dialog").is_visible() and page.inner_text("dialog") == ASKED
    page.clock.run_for(60_000)
    page.wait_for_timeout(300)
    return asked and not early and page.url.endswith("/kiosk")


def test_who_has_gone_is_asked_after_and_then_forgotten(
    card_place: PollingPlace, profile: BrowserContext
) -> None:
    """Two minutes without a touch and one more: the answers go unsent, the card stays good."""
    before, page = card_place.ballots(), start(profile, card_place, clock=True)
    assert walked_away(page, card_place)
    is_clean(page, card_place)
    history_holds_nothing(page, card_place)
    assert card_place.ballots() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("asks: 120", "asks: 12000"),
        ("alone = after(SECONDS.empties, leave)", ""),
        ("    still.showModal();\n", ""),
    ],
    ids=["never asks", "never empties", "empties unasked"],
)
def test_a_guard_that_sleeps_is_caught(
    card_place: PollingPlace, rough: BrowserContext, old: str, new: str
) -> None:
    """Twins that do not ask, or do not empty, leave the form lying."""
    files = {name: content.decode() for name, content in static_files().items()}
    assert files["kiosk.js"].count(old) == 1
    files["kiosk.js"] = files["kiosk.js"].replace(old, new)
    twin = bundle(files, "kiosk.js")
    rough.route("**/kiosk.js", lambda route: route.fulfill(body=twin, content_type=SCRIPT))
    assert not walked_away(start(rough, card_place, clock=True), card_place)


def test_a_touch_keeps_the_answers(card_place: PollingPlace, profile: BrowserContext) -> None:
    """A touch closes the question, chooses nothing by accident, and the two minutes begin anew."""
    before, page = card_place.ballots(), start(profile, card_place, clock=True)
    come(page, card_place.next_code())
    shown(page, "ask")
    choose(page)
    for _ in range(2):
        page.clock.run_for(121_000)
        expect(page.locator("dialog")).to_be_visible()
        assert violations(page) == []
        page.mouse.click(200, 600)
        expect(page.locator("dialog")).to_be_hidden()
        assert page.locator(":checked").count() == 5
        page.clock.run_for(90_000)
        page.keyboard.press("Shift")  # a key is a touch too
    page.click("#send")
    shown(page, "done")
    assert card_place.ballots() == before + 1


def test_sealed_answers_are_not_thrown_away(
    card_place: PollingPlace, rough: BrowserContext
) -> None:
    """Answers that are sealed and wait for the network go out, however long nobody is there."""
    before, page, away = card_place.ballots(), start(rough, card_place, clock=True), list[Route]()
    come(page, card_place.next_code())
    shown(page, "ask")

    def refuse(route: Route) -> None:
        away.append(route)
        route.abort()

    page.route("**/ballot", refuse)
    send(page)
    shown(page, "again")
    for count in range(2, 10):
        page.clock.run_for(31_000)
        for _ in range(50):
            if len(away) >= count:
                break
            page.wait_for_timeout(50)
        assert len(away) >= count
    page.unroute("**/ballot")
    page.wait_for_timeout(200)
    page.clock.run_for(31_000)
    shown(page, "done")
    assert card_place.ballots() == before + 1
    page.clock.run_for(31_000)
    is_clean(page, card_place)


def test_without_its_guard_nobody_answers(card_place: PollingPlace, rough: BrowserContext) -> None:
    """Where the guard does not load the page goes back to the start instead of going on alone."""
    rough.route("**/kiosk.js", lambda route: route.abort())
    page = start(rough, card_place)
    come(page, card_place.next_code())
    page.wait_for_url(f"{card_place.base}/kiosk")


def test_a_code_left_in_the_field_goes(card_place: PollingPlace, profile: BrowserContext) -> None:
    """A minute after the last key the field is emptied and the start is there again."""
    page = start(profile, card_place, clock=True)
    page.click(".start")
    page.locator("#code").press_sequentially("7K3M")
    page.clock.run_for(61_000)
    is_clean(page, card_place)
    page.go_back()
    page.wait_for_timeout(200)
    assert page.locator("#code").count() == 0 or page.input_value("#code") == ""


def test_a_persons_own_phone_loads_no_guard(card_place: PollingPlace, visits: Visits) -> None:
    """The guard is for shared devices: a personal link asks for nothing of it."""
    asked: list[str] = []
    context = visits.context()
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(card_place.next_link())
    shown(page, "ask")
    assert not any("kiosk" in url for url in asked)
