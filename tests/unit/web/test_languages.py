"""The pages to read in every language: whole, marked where they are not, kept nowhere."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import structs

from pulse.app import create_app
from pulse.language import LANGUAGES
from pulse.release.hidden import for_staff, told_staff
from pulse.settings import Home, Settings, Support
from pulse.settings.model import LocalSupport
from pulse.statistics import alarms, change, standing
from pulse.statistics.alarms import Alarm
from pulse.terms import ENGLISH
from pulse.web.frame import frame_for
from pulse.web.privacy import privacy_page
from pulse.web.reader import PLAIN, Phrase, Reader, reader_of
from pulse.web.results import results_page
from tests.unit.web.test_results import RESULTS, SUMMARY

COMPLETE: Final = tuple(
    code for code, each in LANGUAGES.items() if each.status != "draft" and code != "en"
)
OURS: Final = {"Stadtwerke <Süd>", "Netz & Betrieb", "Somebody"}
OPEN: Final = {"meta", "link", "br", "rect", "line", "polyline"}
VOID: Final = re.compile(r"[a-z]{3}", re.IGNORECASE)


class Texts(HTMLParser):
    """Gathers the texts of a page that are not marked as being of another language."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[str] = []
        self._marked: list[bool] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember whether a text here has a language of its own; read labels."""
        given = dict(attrs)
        own = "lang" in given and tag != "html"
        if tag not in OPEN:
            self._marked.append(own or any(self._marked[-1:]) or tag in {"code", "style"})
        if label := given.get("aria-label"):
            self.handle_data(label)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in OPEN:
            self._marked.pop()

    def handle_data(self, data: str) -> None:
        """Keep a text of this language."""
        if data.strip() and VOID.search(data) and not any(self._marked[-1:]):
            self.found.append(" ".join(data.split()))


def pages(reader: Reader) -> Iterator[bytes]:
    """Yield every page to read: results, an example, privacy under each arrangement of keys."""
    settings = Settings(organisation="Stadtwerke <Süd>", languages=("en", "de", "fr", "es", "ar"))
    frame = frame_for(settings, reader)
    item = {**RESULTS["items"][0], "item": "A1", "text": "Whatever was asked."}  # type: ignore[index]
    released = {**RESULTS, "items": [item], "hidden": for_staff(1, 2, shown=True)}
    for summary in (SUMMARY, None):
        data = msgspec.json.encode(released)
        yield results_page(data, "Somebody", summary, reader=reader, frame=frame)
    yield results_page(b"", "Stadtwerke <Süd>", reader=reader, frame=frame)
    for holder in ("same-user", "same-host", "council", "untold"):
        yield privacy_page(settings, holder=holder, reader=reader)


def left(reader: Reader) -> set[str]:
    """Return what an English reader and this one both read, but names."""
    own, english = (
        {text for page in pages(each) for text in Texts(page).found} for each in (reader, PLAIN)
    )
    return {text for text in own & english if text not in OURS and "Pulse" not in text}


@pytest.mark.parametrize("code", COMPLETE)
def test_no_english_is_left(code: str) -> None:
    """Texts, titles and labels are of the page's language, or marked as being of another."""
    same = left(reader_of(code))
    assert same <= {"Harbour", "Hill"} & same, same


def test_a_page_that_stays_english_is_seen() -> None:
    """The twin without translations has nearly every sentence in common."""
    assert len(left(structs.replace(reader_of("de"), words=ENGLISH))) > 100


@pytest.mark.parametrize("code", COMPLETE)
def test_whatever_a_summary_says_has_words(code: str) -> None:
    """Each direction, and each alarm, turned or not, is a sentence of the catalogue."""
    reader = reader_of(code)
    said = [*change.WORDS.values(), standing.NO_COMPARISON, standing.ONE_WEEK]
    said += [
        Alarm(key, 0.0, 0.0, 0.0, turned=turned).words
        for key in alarms.TURNING
        for turned in (False, True)
    ]
    assert len(said) == 12
    assert [each for each in said if reader.gettext(each) == each] == []


@pytest.mark.parametrize("code", COMPLETE)
def test_whatever_a_release_says_has_words(code: str) -> None:
    """Numbers of people and of hidden departments keep their place in the sentence."""
    reader = reader_of(code)
    released = ["At least 40 of 64 people answered."]
    for hidden, shown in ((0, True), (3, True), (0, False)):
        released += told_staff(hidden, 7, shown=shown)
    for sentence in released:
        told = reader.released(sentence)
        assert (told.lang, told.text != sentence) == ("", True)
        assert sorted(re.findall(r"\d+", told.text)) == sorted(re.findall(r"\d+", sentence))
        assert PLAIN.released(sentence) == Phrase(sentence)


def test_what_is_not_ours_is_marked() -> None:
    """A sentence or statement that no catalogue has is said as it stands, with its language."""
    reader = reader_of("ar")
    for told in (reader.released("Almost 3 people answered."), reader.statement("A1", "Other?")):
        assert (told.lang, told.dir) == ("en", "ltr")
    own = "I felt safe to speak up in my team this week."
    assert reader.statement("A1", own) != Phrase(own, "en", "ltr")
    assert reader.statement("A1", own).lang == ""
    page = results_page(msgspec.json.encode(RESULTS), "O", SUMMARY, reader=reader).decode()
    assert '<span lang="en" dir="ltr">We got blamed.</span>' in page
    assert '<bdi lang="en">Netz &amp; Betrieb</bdi>' in page


def test_weeks_and_intervals_read_from_the_right() -> None:
    """Where lines begin at the right, ranges are words, or a mark says where they begin."""
    arabic, german = reader_of("ar"), reader_of("de")
    weeks = ("2026-W05", "2026-W08")
    assert german.weeks(weeks) == "Wochen 5\N{EN DASH}8, 2026"
    assert "\N{EN DASH}" not in arabic.weeks(weeks) + arabic.between(5, 8)
    assert re.findall(r"\d+", arabic.weeks(weeks)) == ["5", "8", "2026"]
    assert arabic.between(5, 8, room=False).startswith("\N{RIGHT-TO-LEFT MARK}")
    assert (german.mean(3.25), german.mean(3.0), PLAIN.mean(4.5)) == ("3,25", "3,0", "4.5")


@pytest.fixture
def staff(tmp_path: Path) -> Iterator[TestClient[Litestar]]:
    """Serve a home in two languages, German first."""
    home = Home(tmp_path)
    home.make()
    home.settings_file.write_text('languages = ["de", "ar"]\n', "utf-8")
    with TestClient(create_app(home)) as client:
        yield client


@pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets
@pytest.mark.parametrize("path", ["/results", "/privacy", "/nowhere"])
def test_the_address_goes_before_the_browser(staff: TestClient[Litestar], path: str) -> None:
    """`?lang=` first, then Accept-Language, then the organisation's own; nothing is kept."""
    for asked, header, shown in (
        ("", "", "de"), ("", "fr, en", "de"), ("", "fr, ar-EG;q=0.5", "ar"),
        ("?lang=de", "ar", "de"), ("?lang=ar", "de", "ar"), ("?lang=fr", "ar", "ar"),
        ("?lang=%00", "", "de"),
    ):  # fmt: skip
        reply = staff.get(path + asked, headers={"accept-language": header, "accept": "text/html"})
        opening = re.search(r'<html lang="([^"]+)" dir="([^"]+)">', reply.text)
        assert opening is not None
        assert opening.groups() == (shown, LANGUAGES[shown].dir)
        assert "Accept-Language" in reply.headers["vary"]
        assert reply.headers["cache-control"] == "no-store"
        assert "set-cookie" not in reply.headers
        chosen = asked in {"?lang=de", "?lang=ar"}
        assert (f'<a href="/privacy?lang={shown}">' in reply.text) == chosen
        assert re.findall(r'hreflang="([^"]+)"', reply.text) == ["de", "ar"]


def test_one_language_offers_no_choice() -> None:
    """Where there is nothing to choose there is no list."""
    assert b"hreflang" not in privacy_page(Settings())


def test_help_is_in_the_readers_language_or_marked() -> None:
    """Own words for a language go first; words of another language say which; ours are there."""
    german = reader_of("de")
    assert frame_for(Settings(languages=("en", "de")), german).support.lang == ""
    english = Support(text="Call the desk.", contacts=("112",))
    told = frame_for(Settings(languages=("en", "de"), support=english), german)
    assert (told.support, told.contacts) == (Phrase("Call the desk.", "en", "ltr"), ("112",))
    own = structs.replace(english, locales={"de": LocalSupport(text="Rufen Sie an.")})
    told = frame_for(Settings(languages=("en", "de"), support=own), german)
    assert told.support == Phrase("Rufen Sie an.")
