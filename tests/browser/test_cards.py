"""A printed card: typed on a phone, scanned, mistyped, used, too late; nothing of it stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from pulse.token.encoding import b64u
from pulse.token.invites import card_secret
from pulse.token.keylist import fingerprint16, proquints
from tests.browser.answering import send, shown, stored
from tests.browser.conftest import Visits
from tests.browser.polling import WAVE, PollingPlace
from tests.browser.test_staff_access import violations

PHONE: dict[str, Any] = {"width": 360, "height": 740}


@pytest.fixture
def phone(visits: Visits, card_place: PollingPlace) -> Page:
    """Give the card page on a phone 360 px wide."""
    return card_page(visits.context(**PHONE), card_place)


def card_page(context: BrowserContext, place: PollingPlace) -> Page:
    """Open the card page."""
    page = context.new_page()
    page.goto(f"{place.base}/card")
    expect(page.locator("#card")).to_be_visible()
    expect(page.locator("section:visible")).to_have_count(1)
    return page


def type_code(page: Page, text: str) -> None:
    """Type into the field, key by key, and press Enter."""
    page.fill("#code", "")
    page.locator("#code").press_sequentially(text)
    page.keyboard.press("Enter")


def told(page: Page, words: str) -> None:
    """Wait until the page says what is wrong, and look that the field says so too."""
    expect(page.locator("#fault")).to_have_text(words)
    expect(page.locator("#code")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#code")).to_be_focused()


@pytest.mark.parametrize("style", ["plain", "small", "dashes", "mistaken"])
def test_a_code_is_typed_and_counts(
    card_place: PollingPlace, profile: BrowserContext, style: str
) -> None:
    """Small letters, dashes, O for 0, I and L for 1: all lead to the form, and one ballot."""
    before, code = card_place.ballots(), card_place.next_code()
    typed = {
        "plain": code,
        "small": code.lower(),
        "dashes": f" {code[:4]}-{code[4:8]}\N{EN DASH}{code[8:12]} . {code[12:]}",
        "mistaken": code.replace("0", "o").replace("1", "l"),
    }[style]
    page = card_page(profile, card_place)
    type_code(page, typed)
    shown(page, "ask")
    assert page.url == f"{card_place.base}/s"
    send(page)
    shown(page, "done")
    assert card_place.ballots() == before + 1
    assert stored(page) == [["done"], []]
    assert profile.cookies() == []
    page.go_back()  # the card page is not in the history
    assert "/card" not in page.url


def test_a_used_code_says_so(card_place: PollingPlace, visits: Visits) -> None:
    """The second person with a code meets the calm page of a used link."""
    code = card_place.next_code()
    for end in ("done", "used"):
        page = card_page(visits.context(**PHONE), card_place)
        type_code(page, code)
        shown(page, "ask")
        send(page)
        shown(page, end)
    visits.problems[:] = [each for each in visits.problems if "409" not in each]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the code that stands on your card."),
        ("7K3M 9QXT 2ABF WZ0", "One character is missing."),
        ("7K3M 9QXT 2AB", "5 characters are missing."),
        ("7K3M 9QXT 2ABF WZ0E 1", "There is one character too many."),
        ("7K3M 9QXT 2ABF WZ0E 123", "There are 3 characters too many."),
        ("7K3U", "No code has a U: it may be a V."),
        ("7K3\u0416", "No code has a “\u0416” in it."),
    ],
)
def test_a_mistake_is_told_in_words(
    card_place: PollingPlace, phone: Page, typed: str, words: str
) -> None:
    """What is missing, too much or foreign; nothing leaves the page for it."""
    card_place.wire.clear()
    type_code(phone, typed)
    told(phone, words)
    assert card_place.wire == []
    phone.locator("#code").press_sequentially("7")
    expect(phone.locator("#fault")).to_be_empty()


def test_a_wrong_code_can_be_mended(card_place: PollingPlace, rough: BrowserContext) -> None:
    """A code that opens nothing is told where it stands; the right one then goes on."""
    code, page = card_place.next_code(), card_page(rough, card_place)
    type_code(page, code[:-1] + ("0" if code[-1] != "0" else "2"))
    told(page, "This code opens nothing. Compare it with your card, letter by letter.")
    page.keyboard.press("Backspace")
    page.locator("#code").press_sequentially(code[-1])
    page.keyboard.press("Enter")
    shown(page, "ask")


def test_no_connection_is_told_and_tried_again(
    card_place: PollingPlace, rough: BrowserContext
) -> None:
    """The code stays where it was typed, and goes on when the network is back."""
    page = card_page(rough, card_place)
    page.route("**/me", lambda route: route.abort())
    type_code(page, card_place.next_code())
    told(page, "The survey cannot be reached just now. Please try again.")
    page.unroute("**/me")
    page.click("#go")
    shown(page, "ask")


def test_groups_form_and_the_caret_stays(phone: Page) -> None:
    """Four and four while typing; what is put into the middle or taken out moves nothing else."""
    field = phone.locator("#code")
    field.press_sequentially("abcd")
    expect(field).to_have_value("ABCD")
    field.press_sequentially("efgh1")
    expect(field).to_have_value("ABCD EFGH 1")
    for _ in range(7):
        phone.keyboard.press("ArrowLeft")
    phone.keyboard.type("x")
    expect(field).to_have_value("ABCD XEFG H1")
    assert phone.evaluate("code.selectionStart") == 6
    phone.keyboard.press("Backspace")
    expect(field).to_have_value("ABCD EFGH 1")
    phone.keyboard.press("Backspace")
    expect(field).to_have_value("ABCE FGH1")
    assert phone.evaluate("code.selectionStart") == 3


@pytest.mark.parametrize(
    "text", ["\uff17k\uff13m", "\u0667\u0663\u06f0", "i\u0307l", "a\u00adb\u200bc\u2011d"]
)
def test_any_keyboard_will_do(tab: Page, text: str) -> None:
    """Wide letters, digits of Arabic keyboards, marks, soft and hidden hyphens are understood."""
    bare = tab.evaluate("async (text) => (await import('/code.js')).bare(text)", text)
    assert bare == {"\uff17": "7K3M", "\u0667": "730", "i": "11", "a": "ABCD"}[text[0]]


def test_the_page_stretches_as_the_server_does(tab: Page) -> None:
    """WebCrypto and hashlib give the same 32 bytes."""
    secret = tab.evaluate(
        "async ([code, wave]) => [...await (await import('/code.js')).stretch(code, wave)]",
        ["0123456789ABCDEF", WAVE],
    )
    assert bytes(secret) == card_secret(b"0123456789ABCDEF", WAVE)


def test_it_says_that_it_checks(card_place: PollingPlace, rough: BrowserContext) -> None:
    """While the code is stretched and asked for, the page says so and takes no second press."""
    page = card_page(rough, card_place)
    page.route("**/me", lambda _: None)
    type_code(page, card_place.next_code())
    expect(page.locator("#told")).to_have_text("Checking your code…")
    expect(page.locator("#go")).to_be_disabled()


def test_the_words_are_those_of_the_card(card_place: PollingPlace, phone: Page) -> None:
    """The eight words are the wave's, as they are printed."""
    expect(phone.locator("#eight")).to_have_text(proquints(fingerprint16(card_place.m1)))


def test_a_scanned_link_goes_on_as_it_is(card_place: PollingPlace, profile: BrowserContext) -> None:
    """A scanner that types the whole link into the field leads to the form; no code is asked."""
    secret = card_secret(card_place.next_code().encode(), WAVE)
    listed = b64u(fingerprint16(card_place.m1))
    page = card_page(profile, card_place)
    type_code(page, f"https://anywhere.example/s#{b64u(secret)}.{listed}")
    shown(page, "ask")
    assert page.url == f"{card_place.base}/s"


def test_nothing_of_a_code_crosses_the_wire(
    card_place: PollingPlace, profile: BrowserContext
) -> None:
    """The server meets the secret alone, in one body: no code, no cookie, no other host."""
    hosts = set()
    profile.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    code = card_place.next_code()
    page = card_page(profile, card_place)
    card_place.wire.clear()
    type_code(page, code)
    shown(page, "ask")
    secret = b64u(card_secret(code.encode(), WAVE))
    for note in card_place.wire:
        assert code not in f"{note.path}{note.headers}{note.body!r}"
        assert not {"cookie", "referer"} & note.headers.keys()
        assert secret not in f"{note.path}{note.headers}"
    assert hosts == {card_place.base.split("/")[2]}


@pytest.fixture
def closed_place(tmp_path: Path) -> Iterator[PollingPlace]:
    """Give a staff app without an open wave."""
    place = PollingPlace(tmp_path, cards=1)
    (place.home.published / "current.json").write_bytes(b'{"wave":null}')
    yield place
    place.close()


def test_without_an_open_survey_it_says_so(closed_place: PollingPlace, page: Page) -> None:
    """No field is offered where nothing is open."""
    page.goto(f"{closed_place.base}/card")
    expect(page.locator("h1:visible")).to_have_text("No survey is open")
    assert violations(page) == []


def test_without_scripts_one_sentence_says_what_to_do(
    card_place: PollingPlace, visits: Visits
) -> None:
    """A browser without scripts is told at once, and how else to answer."""
    page = visits.page(visits.context(scripts=False))
    page.goto(f"{card_place.base}/card")
    expect(page.locator("h1:visible")).to_have_text("This page has not opened")


@pytest.mark.parametrize(
    ("dark", "width"), [(False, 1280), (True, 1280), (False, 320), (True, 320)]
)
@pytest.mark.parametrize("path", ["/card", "/card#kiosk", "/kiosk"])
def test_axe_finds_nothing(
    card_place: PollingPlace,
    visits: Visits,
    path: str,
    dark: bool,  # noqa: FBT001 - a parameter of the test
    width: int,
) -> None:
    """No WCAG 2.2 AA finding, also with a mistake told; nothing scrolls sideways; large targets."""
    page = visits.page(visits.context(dark=dark, width=width))
    page.goto(f"{card_place.base}{path}")
    if path != "/kiosk":
        expect(page.locator("#card")).to_be_visible()
        type_code(page, "7K3M 9QXT 2ABF WZ0")
        told(page, "One character is missing.")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for target in page.locator("button:visible, input:visible, .start").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


def test_a_whole_code_fits_the_smallest_phone(card_place: PollingPlace, visits: Visits) -> None:
    """Sixteen characters in four groups are seen at once at 320 px."""
    page = card_page(visits.context(width=320, height=568), card_place)
    page.locator("#code").press_sequentially("WWWWWWWWWWWWWWWW")
    assert page.evaluate("code.scrollWidth <= code.clientWidth")
