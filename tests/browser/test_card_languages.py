"""The pages around a card in the languages of the open survey: nothing else stays English."""

import re
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from pulse.language import LANGUAGES
from pulse.language.cards import card, question, start, told
from tests.browser.answering import shown
from tests.browser.conftest import Visits
from tests.browser.polling import PollingPlace
from tests.browser.test_staff_access import violations
from tests.browser.worded import COMPLETE, offer

DRAFT: Final = "he"
READ: Final = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const place = node.parentElement;
    if (place.checkVisibility() && place.id !== 'eight') found.push(node.data.trim());
  }
  return [...found, document.title].filter(Boolean);
}"""


def foreign(page: Page, code: str) -> list[str]:
    """Return each piece of text that can be read and is no sentence of the language."""
    sentences = [*card(code).values(), *told(code).values(), *start(code).values()]
    patterns = [re.sub(r"\\\{\w+\\\}", ".+", re.escape(each)) for each in sentences]
    known = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    return [text for text in page.evaluate(READ) if not known.fullmatch(text)]


def speaks(page: Page, code: str) -> None:
    """Look that the page is in the language, reads in its direction, and is accessible."""
    root = page.locator("html")
    expect(root).to_have_attribute("lang", code)
    expect(root).to_have_attribute("dir", LANGUAGES[code].dir)
    assert foreign(page, code) == []
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def in_language(
    visits: Visits, place: PollingPlace, code: str, *offered: str
) -> tuple[BrowserContext, Page]:
    """Give a narrow phone in a language and its page, where a survey in `offered` is open."""
    context = visits.context(width=320, locale=code)
    if offered:
        offer(place, context, offered)
    else:
        context.route("**/w/current", lambda route: route.fulfill(json={"wave": None}))
    return context, context.new_page()


def watched(context: BrowserContext) -> list[Request]:
    """Return a list that every request of the profile will be in."""
    requests: list[Request] = []
    context.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - playwright looks into what it calls
    return requests


@pytest.mark.parametrize("code", [*COMPLETE, DRAFT])
def test_a_code_is_typed_in_ones_own_language(
    card_place: PollingPlace, visits: Visits, code: str
) -> None:
    """The form and each mistake: lang and dir are right, axe finds nothing, no word is foreign."""
    _, page = in_language(visits, card_place, code, *COMPLETE, DRAFT)
    page.goto(f"{card_place.base}/card#kiosk")
    expect(page.locator("#card")).to_be_visible()
    speaks(page, code)
    for typed, key in (
        ("", "empty"), ("7K3U", "u"), ("7K3\u0416", "foreign"), ("7K3M", "missing"),
        ("7K3M 9QXT 2ABF WZ0E 7", "many-one"),
    ):  # fmt: skip
        page.fill("#code", typed)
        page.keyboard.press("Enter")
        said = told(code).get(key, told(code)["many"])
        letters = {"letter": "\u0416", "n": str(12 if key == "missing" else 1)}
        expect(page.locator("#fault")).to_have_text(said.format(**letters))
    speaks(page, code)


@pytest.mark.parametrize("code", COMPLETE)
def test_the_other_ends_of_a_card_speak_the_language(
    card_place: PollingPlace, visits: Visits, code: str
) -> None:
    """No survey open, and no survey to be reached."""
    context, page = in_language(visits, card_place, code)
    page.goto(f"{card_place.base}/card")
    expect(page.locator("#none")).to_be_visible()
    speaks(page, code)
    context.route("**/w/current", lambda route: route.fulfill(status=503))
    page.reload()
    expect(page.locator("#away")).to_be_visible()
    speaks(page, code)
    visits.problems[:] = [each for each in visits.problems if "503" not in each]


@pytest.mark.parametrize("code", [*COMPLETE, DRAFT])
def test_a_kiosk_speaks_the_language(card_place: PollingPlace, visits: Visits, code: str) -> None:
    """From its start to the guard's question."""
    _, page = in_language(visits, card_place, code, *COMPLETE, DRAFT)
    page.clock.install()
    page.goto(f"{card_place.base}/kiosk")
    expect(page.locator("main")).to_have_class("kiosk ready")
    speaks(page, code)
    page.click(".start")
    page.locator("#code").press_sequentially(card_place.next_code())
    page.keyboard.press("Enter")
    shown(page, "ask")
    expect(page.locator("html")).to_have_attribute("lang", code)
    page.clock.run_for(121_000)
    expect(page.locator("dialog")).to_have_text(question(code))


@pytest.mark.parametrize(
    ("wanted", "offered", "spoken"),
    [
        ("ar", ("de", "fr"), "de"),  # the organisation's first
        ("fr-CA", ("de", "fr"), "fr"),
        ("zh-CN", ("en", "zh-Hans"), "zh-Hans"),
        ("he", (), "en"),  # a draft is for organisations that take it
        ("de-AT", (), "de"),
    ],
)
def test_the_language_is_one_that_the_survey_offers(
    card_place: PollingPlace, visits: Visits, wanted: str, offered: tuple[str, ...], spoken: str
) -> None:
    """The one that the browser asks for, else the first; without a survey any complete one."""
    _, page = in_language(visits, card_place, wanted, *offered)
    for path in ("/card", "/kiosk"):
        page.goto(f"{card_place.base}{path}")
        expect(page.locator("html")).to_have_attribute("dir", LANGUAGES[spoken].dir)
        expect(page.locator("html")).to_have_attribute("lang", spoken)


def test_a_choice_made_before_is_kept(card_place: PollingPlace, visits: Visits) -> None:
    """The language chosen on the survey page is that of the card page, on a person's own phone."""
    _, page = in_language(visits, card_place, "de", *COMPLETE)
    page.goto(f"{card_place.base}/card")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.evaluate("localStorage.language = 'fr'")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.goto(f"{card_place.base}/kiosk")  # not at a shared device
    expect(page.locator("main")).to_have_class("kiosk ready")
    expect(page.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.parametrize("body", ["{", '{"de":{}}'])
def test_without_the_words_both_pages_speak_english(
    card_place: PollingPlace, visits: Visits, body: str
) -> None:
    """Where the file does not come, or is not what it should be, English is whole and works."""
    context, page = in_language(visits, card_place, "de", *COMPLETE)
    context.route("**/cardwords.json", lambda route: route.fulfill(body=body))
    page.goto(f"{card_place.base}/kiosk")
    expect(page.locator("main")).to_have_class("kiosk ready")
    assert foreign(page, "en") == []
    page.click(".start")
    expect(page.locator("#card")).to_be_visible()
    page.fill("#code", "7K3M 9QXT 2ABF WZ0")
    page.keyboard.press("Enter")
    expect(page.locator("#fault")).to_have_text("One character is missing.")
    assert foreign(page, "en") == []
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_no_request_tells_the_language(card_place: PollingPlace, visits: Visits) -> None:
    """The same addresses are asked for in the same words in every language."""
    asked = []
    for code in ("de", "ar"):
        context, page = in_language(visits, card_place, code, *COMPLETE)
        requests = watched(context)
        page.goto(f"{card_place.base}/card")
        expect(page.locator("html")).to_have_attribute("lang", code)
        asked.append(sorted(request.url for request in requests))
        fetched = [request for request in requests if request.resource_type == "fetch"]
        assert len(fetched) == 3
        assert {request.headers.get("accept-language") for request in fetched} == {"*"}
    assert asked[0] == asked[1]


def test_english_left_behind_would_be_seen(card_place: PollingPlace, visits: Visits) -> None:
    """The twin that lacks one sentence of its language is noticed."""
    _, page = in_language(visits, card_place, "ar", *COMPLETE)
    page.goto(f"{card_place.base}/card")
    expect(page.locator("#card")).to_be_visible()
    assert foreign(page, "ar") == []
    page.evaluate("(text) => { lost.textContent = text }", card("en")["lost"])
    assert foreign(page, "ar") == [card("en")["lost"]]
