"""The survey page in each complete language: it speaks nothing else, and nothing else changes."""

import json

import pytest
from playwright.sync_api import Page, expect

from pulse.language import LANGUAGES
from pulse.language.survey import ends, words
from tests.browser.answering import ANSWERS, choose, open_link, send, shown, stored
from tests.browser.conftest import Visits
from tests.browser.polling import PollingPlace
from tests.browser.test_staff_access import violations
from tests.browser.worded import COMPLETE, offer

READ = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node.parentElement.checkVisibility()) found.push(node.data);
  return found.join(' ') + ' ' + document.title + ' '
    + [...document.querySelectorAll('[aria-label]')].map((one) => one.ariaLabel).join(' ');
}"""


def english(page: Page) -> list[str]:
    """Return the page's English sentences that can be read on it, placeholders apart."""
    read = " ".join(page.evaluate(READ).split())
    sentences = [
        *words("en", (6,)).values(),
        *(text for end in ends("en").values() for text in end),
    ]
    pieces = {piece.strip() for text in sentences for piece in text.replace("{", "}").split("}")}
    return sorted(piece for piece in pieces if len(piece) > 3 and piece in read)


@pytest.mark.parametrize("code", COMPLETE)
@pytest.mark.parametrize(("dark", "width"), [(False, 320), (True, 320)])
def test_a_week_is_answered_in_ones_own_language(
    place: PollingPlace,
    visits: Visits,
    code: str,
    dark: bool,  # noqa: FBT001 - a parameter of the test
    width: int,
) -> None:
    """From form to thanks: lang and dir are right, axe finds nothing, no word is foreign."""
    context = visits.context(dark=dark, width=width, locale=code)
    page = open_link(context, offer(place, context))
    before = place.ballots()
    page.click("summary")
    for step in (None, send):
        if step:
            step(page)
            shown(page, "done")
            page.click("#done summary")
        root = page.locator("html")
        expect(root).to_have_attribute("lang", code)
        expect(root).to_have_attribute("dir", LANGUAGES[code].dir)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert bool(english(page)) == (code == "en")
    assert place.ballots() == before + 1
    assert ANSWERS in place.answers()


@pytest.mark.parametrize("code", COMPLETE)
def test_every_end_speaks_the_language_too(place: PollingPlace, visits: Visits, code: str) -> None:
    """A link that opens nothing says so in the browser's language, though no week is open."""
    context = visits.context(width=320, locale=code)
    context.route("**/w/current", lambda route: route.fulfill(json={"wave": None}))
    page = open_link(context, place.next_link())
    shown(page, "closed")
    expect(page.locator("h1:visible")).to_have_text(ends(code)["closed"][0])
    assert bool(english(page)) == (code == "en")
    assert violations(page) == []
    shown(open_link(context, f"{place.base}/s#half"), "unknown")


def test_without_the_words_an_end_is_told_in_english(place: PollingPlace, visits: Visits) -> None:
    """When the file of the ends does not come, the page says in English what to do."""
    context = visits.context(locale="de")
    context.route("**/words.json", lambda route: route.fulfill(body="{"))
    page = open_link(context, f"{place.base}/s#half")
    shown(page, "unknown")
    expect(page.locator("section:visible")).to_contain_text("newest invitation")


def test_changing_the_language_keeps_the_answers(place: PollingPlace, visits: Visits) -> None:
    """A person may change it while answering; it is kept in the browser and told to nobody."""
    context = visits.context(locale="fr")
    page = open_link(context, offer(place, context))
    expect(page.locator("#languages button")).to_have_text(
        ["English", "Deutsch", "español", "العربية"]
    )
    choose(page)
    place.wire.clear()
    page.click("#languages >> text=Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("h1:visible")).to_be_focused()
    assert page.locator(":checked").count() == len(ANSWERS) - 1
    page.click("#send")
    shown(page, "done")
    assert ANSWERS in place.answers()
    assert sorted(stored(page)[0]) == ["de", "done"]
    told = [note for note in place.wire if note.path != "/s"]
    assert {note.headers.get("accept-language") for note in told} == {"*"}
    other = open_link(context, offer(place, context))
    expect(other.locator("html")).to_have_attribute("lang", "de")


def test_no_answer_tells_its_language(place: PollingPlace, visits: Visits) -> None:
    """Bodies of all languages have one length and one shape, whatever is sent."""
    place.wire.clear()
    for code in COMPLETE:
        context = visits.context(locale=code)
        page = open_link(context, offer(place, context))
        send(page)
        shown(page, "done")
    for path in ("/me", "/issue", "/ballot"):
        notes = [note for note in place.wire if note.path == path]
        assert len(notes) == len(COMPLETE)
        assert len({len(note.body) for note in notes}) == 1
        assert len({tuple(json.loads(note.body)) for note in notes}) == 1
        assert {note.headers.get("accept-language") for note in notes} == {"*"}


@pytest.mark.parametrize(("code", "key"), [("en", "ArrowRight"), ("ar", "ArrowLeft")])
def test_arrows_go_the_way_that_is_read(
    place: PollingPlace, visits: Visits, code: str, key: str
) -> None:
    """From the first choice, the arrow in reading direction leads to the second, beside it."""
    context = visits.context(width=1280, locale=code)
    page = open_link(context, offer(place, context))
    first, second = (page.locator(f"[name=A1][value='{value}']") for value in (1, 2))
    first.focus()
    page.keyboard.press("Space")
    page.keyboard.press(key)
    expect(second).to_be_checked()
    left, right = first.bounding_box(), second.bounding_box()
    assert left is not None
    assert right is not None
    assert (left["x"] < right["x"]) == (LANGUAGES[code].dir == "ltr")


@pytest.mark.parametrize("code", COMPLETE)
def test_twice_as_large_it_still_fits(place: PollingPlace, visits: Visits, code: str) -> None:
    """At 200 % on a phone nothing reaches over the side, and every target stays large enough."""
    context = visits.context(width=360, locale=code)
    page = open_link(context, offer(place, context))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for target in page.locator("#languages button, #send").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


def test_english_left_behind_would_be_seen(place: PollingPlace, visits: Visits) -> None:
    """The twin whose texts lack one sentence of their language is noticed."""
    context = visits.context(locale="de")
    page = open_link(context, offer(place, context))
    assert english(page) == []
    change = "(text) => { document.getElementById('skip').textContent = text }"
    page.evaluate(change, words("en", (6,))["skip"])
    assert english(page) != []
