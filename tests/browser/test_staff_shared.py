"""Shared computers and poor storage: nobody's ballot is lost, nobody's traces stay."""

import json
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from pulse.token.encoding import b64u
from tests.browser.answering import CHOICES, choose, open_link, send, shown, stored
from tests.browser.conftest import Visits
from tests.browser.frames import HTML, Frames, mutated
from tests.browser.polling import PollingPlace

KEEPS_NOTHING: Final = "This browser keeps nothing"
# From the n-th write of a survey's step on, the disk is full; `delete` still works, as it does.
FULL: Final = """(at) => {
  const { setItem } = Storage.prototype
  let made = 0
  const full = (name) => name.startsWith('pulse:') && made++ >= at
  const store = new Proxy(localStorage, {
    get: (target, name) => target[name],
    set: (target, name, value) => {
      if (full(name)) throw new DOMException('no room', 'QuotaExceededError')
      setItem.call(target, name, value)
      return true
    },
  })
  Object.defineProperty(window, 'localStorage', { get: () => store })
}"""
EACH: Final = """for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, {{ {} }})"""
HALF_A_MINUTE: Final = 31_000  # ms, and a little
TWINS_PATIENCE: Final = 2_000  # ms
WRITES: Final = 4  # prepared, signed, sealed, done


def everything(page: Page) -> dict[str, Any]:
    """Return all that a page can find of what its browser keeps."""
    found: dict[str, Any] = page.evaluate(
        """async () => ({
          local: Object.values(localStorage), session: Object.values(sessionStorage),
          databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
          cookies: document.cookie, address: location.href, state: history.state,
          name: window.name, workers: (await navigator.serviceWorker.getRegistrations()).length,
        })"""
    )
    return found


def test_a_browser_keeps_nothing_anywhere_but_done(
    place: PollingPlace, profile: BrowserContext
) -> None:
    """Storage, databases, caches, cookies, workers, address and history: only the word `done`."""
    page = open_link(profile, place.next_link())
    send(page)
    shown(page, "done")
    assert everything(page) == {
        "local": ["done"], "session": [], "databases": 0, "caches": 0, "cookies": "",
        "address": f"{place.base}/s", "state": None, "name": "", "workers": 0,
    }  # fmt: skip
    assert profile.cookies() == []
    page.goto(f"{place.base}/privacy")
    page.go_back()
    assert page.url == f"{place.base}/s"


def test_two_people_at_one_browser_both_count(place: PollingPlace, rough: BrowserContext) -> None:
    """One has sealed and waits for the network while another answers in the next tab."""
    before = place.ballots()
    first = open_link(rough, place.next_link())
    first.route("**/ballot", lambda route: route.abort())
    send(first)
    shown(first, "again")
    second = open_link(rough, place.next_link())
    assert len(stored(second)[0]) == 1  # the sealed answers of the first
    send(second)
    shown(second, "done")
    first.unroute("**/ballot")
    first.click("#again button")
    shown(first, "done")
    assert place.ballots() == before + 2
    assert set(stored(first)[0]) == {"done"}


def test_a_second_tab_waits_for_the_first(place: PollingPlace, rough: BrowserContext) -> None:
    """While one tab of a link is at work the other asks for nothing, and goes on from its steps."""
    before, link, held = place.ballots(), place.next_link(), list[Route]()
    tabs = [open_link(rough, link) for _ in range(2)]
    for tab in tabs:
        tab.route("**/issue", lambda route: held.insert(0, route))
    with tabs[0].expect_request("**/issue"):
        send(tabs[0])
    expect(tabs[0].locator("#note")).to_contain_text("Sealing")
    send(tabs[1])
    expect(tabs[1].locator("#note")).to_contain_text("Sealing")
    tabs[1].wait_for_timeout(300)
    assert len(held) == 1
    held[0].continue_()
    shown(tabs[0], "done")
    shown(tabs[1], "used")
    assert len(held) == 1
    assert place.ballots() == before + 1


def test_the_next_persons_link_in_the_same_tab_is_theirs(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """A link opened over a form that was left half answered starts afresh, and both can count."""
    before, links = place.ballots(), [place.next_link() for _ in range(2)]
    page = open_link(rough, links[0])
    choose(page)
    with page.expect_navigation(wait_until="load"):
        page.evaluate("(link) => { location.hash = link }", links[1].partition("#")[2])
    shown(page, "ask")
    assert page.locator(":checked").count() == 0
    send(page)
    shown(page, "done")
    page = open_link(rough, links[0])
    send(page)
    shown(page, "done")
    assert set(stored(page)[0]) == {"done"}
    assert place.ballots() == before + 2


@pytest.mark.parametrize("old", ['{"wave":"2026-W08","msg":"x"}', "done", "{", "null"])
def test_what_other_waves_left_is_deleted(
    place: PollingPlace, rough: BrowserContext, old: str
) -> None:
    """Opening a link deletes slots of other waves, also broken ones, and nobody else's keys."""
    name = "pulse:" + b64u(bytes(32))
    rough.add_init_script(
        f"if (location.hash) Object.assign(localStorage, {{[{name!r}]: {old!r}, other: 'stays'}})"
    )
    page = open_link(rough, place.next_link())
    assert page.evaluate("({...localStorage})") == {"other": "stays"}


def test_a_slot_of_this_wave_stays(place: PollingPlace, rough: BrowserContext) -> None:
    """What another person has begun in this wave is not touched."""
    name, kept = "pulse:" + b64u(bytes(32)), json.dumps({"wave": place.keys.wave, "msg": "x"})
    rough.add_init_script(f"if (location.hash) localStorage[{name!r}] = {kept!r}")
    page = open_link(rough, place.next_link())
    assert page.evaluate("({...localStorage})") == {name: kept}


def waits_and_warns(page: Page) -> None:
    """Send where the ballot box cannot be reached: the page asks to be kept open, then is done."""
    page.route("**/ballot", lambda route: route.abort())
    send(page)
    shown(page, "again")
    assert KEEPS_NOTHING in page.inner_text("#why")
    page.unroute("**/ballot")
    page.click("#again button")
    shown(page, "done")


@pytest.mark.parametrize(
    "broken",
    [
        "const store = new Proxy({}, { set() { throw new DOMException('no') } });"
        + EACH.format("get: () => store"),
        EACH.format("value: null"),
    ],
    ids=["full from the start", "absent"],
)
def test_where_nothing_can_be_stored_it_counts_and_says_so(
    place: PollingPlace, rough: BrowserContext, broken: str
) -> None:
    """The page asks to be kept open, counts once, and repeats the warning while it must wait."""
    before = place.ballots()
    rough.add_init_script(broken)
    page = open_link(rough, place.next_link())
    assert KEEPS_NOTHING in page.inner_text("#note")
    waits_and_warns(page)
    assert place.ballots() == before + 1


@pytest.mark.parametrize("at", range(WRITES))
def test_storage_that_fails_on_the_way_costs_nothing(
    place: PollingPlace, rough: BrowserContext, at: int
) -> None:
    """Whichever step finds no room, the page goes on in memory, counts once and leaves nothing."""
    before = place.ballots()
    rough.add_init_script(f"if (location.hash) ({FULL})({at})")
    page = open_link(rough, place.next_link())
    send(page)
    shown(page, "done")
    assert place.ballots() == before + 1
    assert set(stored(page)[0]) <= {"done"}


def test_storage_that_fails_on_the_way_is_told_while_waiting(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """When the sealed answers found no room and cannot be sent, the page asks to be kept open."""
    rough.add_init_script(f"if (location.hash) ({FULL})(1)")
    page = open_link(rough, place.next_link())
    waits_and_warns(page)


def test_a_kiosk_writes_to_the_tabs_own_storage_only(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """While a kiosk's sealed answers wait, localStorage is empty; another tab finds nothing."""
    page = open_link(rough, place.next_link().replace("#", "#k."))
    page.route("**/ballot", lambda route: route.abort())
    send(page)
    shown(page, "again")
    local, session = stored(page)
    assert local == []
    assert any("body" in value for value in session)
    assert stored(open_link(rough, f"{place.base}/s")) == [[], []]
    page.unroute("**/ballot")
    page.click("#again button")
    shown(page, "done")
    assert stored(page) == [[], ["done"]]


def test_two_people_at_one_kiosk_both_count(place: PollingPlace, rough: BrowserContext) -> None:
    """What one has sealed and not sent stays beside the next one's answers, and then counts too."""
    before = place.ballots()
    links = [place.next_link().replace("#", "#k.") for _ in range(2)]
    page = open_link(rough, links[0])
    page.route("**/ballot", lambda route: route.abort())
    send(page)
    shown(page, "again")
    page.unroute("**/ballot")
    for link, filled in (links[1], True), (links[0], False):
        with page.expect_navigation(wait_until="load"):
            page.evaluate("(link) => { location.hash = link }", link.partition("#")[2])
        if filled:
            shown(page, "ask")
            send(page)
        shown(page, "done")
    assert place.ballots() == before + 2
    page.click("#next")
    page.wait_for_url(f"{place.base}/kiosk")
    assert stored(page) == [[], ["k"]]  # this tab is a kiosk


def tries_again(page: Page, patience: int) -> bool:
    """Let half a minute pass; tell whether the page then tried in vain, and says so once more."""
    page.evaluate("document.getElementById('why').textContent = ''")
    page.clock.run_for(HALF_A_MINUTE)
    try:
        expect(page.locator("#why")).not_to_be_empty(timeout=patience)
    except AssertionError:
        return False
    return True


def walked_away(place: PollingPlace, page: Page, link: str, patience: int = 15_000) -> bool:
    """Seal while the ballot box is away, then touch nothing: tell whether that counts, and calmly.

    The same bytes are tried again and stay in storage meanwhile, and nothing moves the focus.
    """
    before, tried = place.ballots(), list[str | None]()

    def away(route: Route) -> None:
        tried.append(route.request.post_data)
        route.abort()

    page.clock.install()
    page.goto(link)
    shown(page, "ask")
    page.route("**/ballot", away)
    send(page)
    shown(page, "again")
    page.focus("#again button")
    kept = stored(page)
    for _ in range(2):
        if not tries_again(page, patience) or stored(page) != kept:
            return False
    calm: bool = page.evaluate("document.activeElement.matches('#again button')")
    page.unroute("**/ballot")
    page.clock.run_for(HALF_A_MINUTE)
    shown(page, "done")
    assert len(tried) == 3
    assert len(set(tried)) == 1
    return calm and place.ballots() == before + 1


@pytest.mark.parametrize("mark", ["#", "#k."], ids=["own", "kiosk"])
def test_sealed_answers_go_out_without_their_person(
    place: PollingPlace, rough: BrowserContext, mark: str
) -> None:
    """Whoever walks away from a page that waits is counted; then a kiosk clears itself."""
    page = rough.new_page()
    assert walked_away(place, page, place.next_link().replace("#", mark))
    local = mark == "#"
    assert stored(page) == ([["done"], []] if local else [[], ["done"]])
    if not local:
        page.clock.run_for(HALF_A_MINUTE)
        page.wait_for_url(f"{place.base}/kiosk")
        assert stored(page) == [[], ["k"]]  # this tab is a kiosk


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  if (find('ask').hidden) setTimeout(go, 30000);\n", ""),
        ("event = await pressed();", "event = await pressed();\n      session.clear();"),
        ("if (event || find('again').hidden) show", "show"),
    ],
    ids=["waits for a touch", "clears too early", "moves the focus"],
)
def test_a_page_that_leaves_them_lying_is_caught(
    place: PollingPlace, rough: BrowserContext, old: str, new: str
) -> None:
    """Twins that wait for a touch, drop what waits, or disturb whoever reads are seen."""
    twin = mutated("page.js", old, new)
    rough.route("**/s", lambda route: route.fulfill(body=twin, content_type=HTML))
    assert not walked_away(place, rough.new_page(), place.next_link(), TWINS_PATIENCE)


def test_a_page_that_forgets_to_clean_up_is_caught(place: PollingPlace, visits: Visits) -> None:
    """The twin that leaves its last step behind is seen in what the browser keeps."""
    page = mutated("ballot.js", ".cast) stop('refused');\n  record(visit, 'done');", ".cast) {}")
    frames = Frames(visits.context(), place, page)
    kept = frames.live(place.next_link(), CHOICES).kept[0]
    assert set(kept.values()) != {"done"}
