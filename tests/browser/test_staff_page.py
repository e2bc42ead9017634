"""The staff page against the real app: what counts, what stays, what crosses the wire."""

from playwright.sync_api import BrowserContext, expect

from tests.browser.answering import ANSWERS, choose, open_link, send, shown, stored
from tests.browser.conftest import Visits
from tests.browser.polling import PollingPlace


def test_answers_count_once_as_they_were_given(
    place: PollingPlace, profile: BrowserContext
) -> None:
    """Six choices become one ballot with just these answers, and the page says what comes next."""
    before = place.ballots()
    page = open_link(profile, place.next_link())
    expect(page.locator("h1:visible")).to_be_focused()
    send(page)
    shown(page, "done")
    assert place.ballots() == before + 1
    assert ANSWERS in place.answers()
    expect(page.locator("#until")).to_contain_text("Friday")
    expect(page.locator("#support")).to_contain_text("talk to someone you trust")
    page.click("#done summary")
    assert len(page.inner_text("#words").split()) == 8


def test_the_browser_keeps_only_done(place: PollingPlace, profile: BrowserContext) -> None:
    """After success nothing is left but the word `done`; a reload and a second visit say so."""
    link = place.next_link()
    page = open_link(profile, link)
    assert [len(values) for values in stored(page)] == [0, 1]
    send(page)
    shown(page, "done")
    assert stored(page) == [["done"], []]
    assert profile.cookies() == []
    page.reload()
    shown(page, "used")
    shown(open_link(profile, link), "used")
    assert stored(page) == [["done"], []]


def test_the_wire_carries_no_cookie_referer_or_fragment(
    place: PollingPlace, profile: BrowserContext
) -> None:
    """Requests carry no cookie and no Referer; the link's fragment leaves the address bar."""
    place.wire.clear()
    link = place.next_link()
    page = open_link(profile, link)
    assert page.url == f"{place.base}/s"
    send(page)
    shown(page, "done")
    secret, fingerprint = link.partition("#")[2].split(".")
    for note in place.wire:
        assert not {"cookie", "referer"} & set(note.headers)
        assert secret not in note.path
        assert fingerprint not in note.path + note.body.decode()
        assert "set-cookie" not in note.headers
        assert (secret in note.body.decode()) == (note.path in {"/me", "/issue"})
    order = [note.path for note in place.wire if note.path in {"/s", "/w/current", "/me"}]
    assert order == ["/s", "/w/current", "/me"]


def test_every_ballot_body_has_one_length(place: PollingPlace, visits: Visits) -> None:
    """Nothing chosen or everything: the bodies that are cast are equally long."""
    place.wire.clear()
    for fill in (choose, lambda _: None):
        page = open_link(visits.context(), place.next_link())
        fill(page)
        page.click("#send")
        shown(page, "done")
    lengths = {len(note.body) for note in place.wire if note.path == "/ballot"}
    assert len(lengths) == 1
    assert (0,) * 6 in place.answers()


def test_two_tabs_and_two_clicks_count_once(place: PollingPlace, rough: BrowserContext) -> None:
    """Two tabs of one link, each clicked twice, cast one ballot; both end calmly.

    What one tab stores may reach another a moment late; then the server's 409 tells it.
    """
    before, link = place.ballots(), place.next_link()
    tabs = [open_link(rough, link) for _ in range(2)]
    for page in tabs:
        choose(page)
    for page in tabs:
        page.evaluate("find = document.getElementById('send'); find.click(); find.click()")
    expect(tabs[0].locator("#done, #used").filter(visible=True)).to_have_count(1)
    expect(tabs[1].locator("#done, #used").filter(visible=True)).to_have_count(1)
    assert place.ballots() == before + 1
    assert stored(tabs[0]) == [["done"], []]
