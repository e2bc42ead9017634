"""Storage that is cleared or forbidden, and what a browser writes to its own disk."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.answering import choose, open_link, send, shown, stored
from tests.browser.conftest import FLAGS, find_chromium
from tests.browser.frames import HTML, mutated
from tests.browser.polling import PollingPlace

NO_SITE_DATA: Final = {"profile": {"default_content_setting_values": {"cookies": 2}}}
FORM_STATE: Final = "radio".encode("utf-16-le")  # as Chromium's session files spell it
OnDisk = Callable[..., AbstractContextManager[BrowserContext]]


@pytest.fixture
def on_disk(chromium: Browser, tmp_path: Path) -> OnDisk:
    """Give a way to open a browser whose profile lies in `tmp_path`, with preferences if given."""

    @contextmanager
    def opened(preferences: object = None) -> Iterator[BrowserContext]:
        if preferences:
            (tmp_path / "Default").mkdir()
            (tmp_path / "Default" / "Preferences").write_text(json.dumps(preferences))
        context = chromium.browser_type.launch_persistent_context(
            tmp_path, executable_path=find_chromium(), args=list(FLAGS)
        )
        yield context
        context.close()

    return opened


def serve(context: BrowserContext, page: bytes) -> None:
    """Serve another survey page."""
    context.route("**/s", lambda route: route.fulfill(body=page, content_type=HTML))


FORGETFUL: Final = mutated("ballot.js", "  visit.last = text;\n", "")


def clear_on_the_way(place: PollingPlace, context: BrowserContext, path: str) -> Page:
    """Lose the answer from `path` on its way back, clear all storage, and send again."""
    page = open_link(context, place.next_link())

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(f"**{path}", lose)
    send(page)
    expect(page.locator("#note")).to_contain_text("Your answers are still here")
    page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.unroute(f"**{path}")
    page.locator("section:visible > button").click()
    expect(page.locator("#done, #used").filter(visible=True)).to_have_count(1)
    return page


@pytest.mark.parametrize("path", ["/issue", "/ballot"])
def test_storage_cleared_on_the_way_costs_nothing(
    place: PollingPlace, rough: BrowserContext, path: str
) -> None:
    """A page that stays open remembers its last step: the same bytes go out again, one counts."""
    before = place.ballots()
    place.wire.clear()
    page = clear_on_the_way(place, rough, path)
    shown(page, "done")
    first, second = place.bodies(path)
    assert first == second
    assert place.ballots() == before + 1
    assert stored(page) == [["done"], []]


def test_a_page_that_trusts_storage_alone_is_caught(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """The twin that looks for its last step in storage only finds its own link used."""
    before = place.ballots()
    serve(rough, FORGETFUL)
    shown(clear_on_the_way(place, rough, "/issue"), "used")
    assert place.ballots() == before


@pytest.mark.parametrize("locked", [True, False], ids=["ours", "twin"])
def test_where_site_data_is_forbidden_it_still_counts(
    place: PollingPlace,
    on_disk: OnDisk,
    locked: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """A browser set to keep no site data refuses locks too; the page goes on without, once."""
    before = place.ballots()
    with on_disk(NO_SITE_DATA) as context:
        if not locked:
            serve(context, mutated("ballot.js", "once).catch(once);", "once);"))
        page = open_link(context, place.next_link())
        assert "SecurityError" in page.evaluate(
            "navigator.locks.request('x', () => 0).catch(String)"
        )
        assert "This browser keeps nothing" in page.inner_text("#note")
        page.route("**/ballot", lambda route: route.abort())
        send(page)
        if not locked:
            expect(page.locator("#note")).to_contain_text("did not accept")
            return
        shown(page, "again")
        page.unroute("**/ballot")
        page.click("#again button")
        shown(page, "done")
    assert place.ballots() == before + 1


def session_files(folder: Path) -> bytes:
    """Return all that a browser would restore its tabs from."""
    return b"".join(path.read_bytes() for path in (folder / "Default" / "Sessions").iterdir())


@pytest.mark.parametrize(
    ("page", "kept"),
    [(None, False), (mutated("page.js", ", autocomplete: 'off'", ""), True)],
    ids=["ours", "twin"],
)
def test_no_answer_lies_in_a_session_file(
    place: PollingPlace,
    on_disk: OnDisk,
    tmp_path: Path,
    page: bytes | None,
    kept: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Browsers write forms to disk to restore tabs; ours asks them not to, before sending too."""
    with on_disk() as context:
        if page:
            serve(context, page)
        tab = open_link(context, place.next_link())
        choose(tab)
        tab.goto(f"{place.base}/results")
        tab.wait_for_timeout(500)
    assert b"/results" in session_files(tmp_path)
    assert (FORM_STATE in session_files(tmp_path)) is kept


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "twin"])
@pytest.mark.parametrize("end", ["done", "again", "used"])
def test_no_answer_stays_behind_another_page(
    place: PollingPlace,
    rough: BrowserContext,
    end: str,
    ours: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Thanked, waiting for the network, or used elsewhere: no choice is left in the tab."""
    if not ours:
        serve(
            rough, mutated("page.js", "  if (id !== 'ask') find('items').replaceChildren();\n", "")
        )
    page = open_link(rough, place.next_link())
    if end == "again":
        page.route("**/ballot", lambda route: route.abort())
    if end == "used":
        page.route("**/issue", lambda route: route.fulfill(status=409))
    send(page)
    shown(page, end)
    assert page.locator("input").count() == (0 if ours else 36)
