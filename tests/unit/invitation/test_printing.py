"""Printed cards: what stands on them, that a scanner and a reader agree, and what is refused."""

import datetime as dt
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typst
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from pulse import opening
from pulse.clock import FixedClock
from pulse.errors import Refused, WrongState
from pulse.invitation import printing
from pulse.invitation.cards import read_codes
from pulse.invitation.cardwords import Terms, Words, words
from pulse.invitation.printing import Card, Deck, Printed, Sheets, print_cards, set_in_type, spaced
from pulse.issuer.store import IssuerStore
from pulse.language import LANGUAGES
from pulse.settings import Settings
from pulse.token.invites import card_secret, invite_hash, parse_link
from tests.shelves import rooms
from tests.unit.opening.house import MONDAY, WAVE, House

CARDS = {"ops": 3, "dev": 2}
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?: [0-9A-HJKMNP-TV-Z]{4}){3}\b")
TERMS = Terms(wave=WAVE, closes=dt.datetime(2026, 3, 6, 17, tzinfo=dt.UTC), timezone="UTC")
ENGLISH = words(TERMS, "en")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Open a wave in which five of twenty people have a card."""
    folder = tmp_path_factory.mktemp("opened") / "home"
    house = House.make(folder, CARDS)
    house.settings = Settings(organisation="Example Ltd", base_url="https://pulse.example.org")
    house.open()
    house.engine.dispose()
    return folder


@pytest.fixture
def house(tmp_path: Path, opened: Path) -> Iterator[House]:
    """Copy the house with its open wave."""
    shutil.copytree(opened, tmp_path / "home")
    house = House(tmp_path / "home")
    house.settings = Settings(organisation="Example Ltd", base_url="https://pulse.example.org")
    yield house
    house.engine.dispose()


def printed(house: House, pdf: Path, unit: str = "all", language: str = "en") -> Printed:
    """Print the cards of a unit."""
    return print_cards(
        house.home, house.settings, house.clock, house.engine, unit, pdf, language=language
    )


def pages(pdf: Path) -> list[str]:
    """Return what a reader finds on each page."""
    return [page.extract_text() for page in PdfReader(pdf).pages]


def codes_on(text: str) -> list[str]:
    """Return the codes of a page in the order in which they stand there."""
    return [found.replace(" ", "") for found in CODE.findall(" ".join(text.split()))]


def test_every_card_of_a_subtree_is_printed_once(house: House, tmp_path: Path) -> None:
    """Each group has sheets of its own; codes, address, words and time stand on every card."""
    told = printed(house, tmp_path / "cards.pdf")
    assert told == Printed(WAVE, "all", 5, 2, "en", str(tmp_path / "cards.pdf"))
    codes = read_codes(house.home, WAVE)
    ops, dev = pages(tmp_path / "cards.pdf")
    for text, unit, name in ((ops, "ops", "Operations"), (dev, "dev", "Development")):
        assert sorted(codes_on(text)) == [code.reveal().decode() for code in codes[unit]]
        count = CARDS[unit]
        assert text.count("https://pulse.example.org/card") == count
        assert text.count("Open until Friday, 6 March 2026, 17:00 (UTC)") == count
        assert text.count("Example Ltd") == count
        assert name in text
        assert "Week 10 of 2026" in text
    about = PdfReader(tmp_path / "cards.pdf").metadata
    assert about is not None
    assert about.creation_date is None
    assert (tmp_path / "cards.pdf").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.new"))


def test_a_unit_is_printed_alone(house: House, tmp_path: Path) -> None:
    """Only the cards of the unit that is named."""
    assert printed(house, tmp_path / "dev.pdf", "dev").cards == 2
    (text,) = pages(tmp_path / "dev.pdf")
    assert "Operations" not in text
    assert len(codes_on(text)) == 2


def seen(sheets: Sheets) -> list[str]:
    """Return what a scanner reads on the sheets, as they look when printed."""
    images: Any = typst.compile(
        printing._TEMPLATE.read_bytes(), format="png", ppi=150,
        sys_inputs={"told": msgspec.json.encode(sheets).decode()},
    )  # fmt: skip
    found: list[str] = []
    for image in images if isinstance(images, list) else [images]:
        found += [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(image)))]
    return found


def sheets_of(house: House, look: Words = ENGLISH) -> Sheets:
    """Return the sheets of everybody, as `print_cards` makes them."""
    return printing.sheets(
        house.home, house.settings, house.clock, house.engine, "all", lambda _: look
    )


def test_a_scanner_reads_the_link_that_the_code_stands_for(house: House) -> None:
    """All five pictures hold links with the secrets of the five codes, known to the issuer."""
    made = sheets_of(house)
    links = seen(made)
    secrets = {parse_link(link)[0] for link in links}
    assert len(links) == len(secrets) == 5
    codes = [c.reveal() for each in read_codes(house.home, WAVE).values() for c in each]
    assert secrets == {card_secret(code, WAVE) for code in codes}
    assert all(link.startswith("https://pulse.example.org/s#") for link in links)
    store = IssuerStore(rooms(house.home).issuer, WAVE)
    assert all(store.open_group_of(invite_hash(secret)) for secret in secrets)
    store.close()


def test_each_print_is_shuffled_anew(house: House) -> None:
    """The same codes in one of twelve orders; the twin that keeps the order of the file has one."""
    orders = [
        [card.code for deck in sheets_of(house).decks for card in deck.cards] for _ in range(6)
    ]
    codes = read_codes(house.home, WAVE).values()
    kept = sorted(spaced(code.reveal()) for each in codes for code in each)
    assert all(sorted(order) == kept for order in orders)
    assert len({tuple(order) for order in orders}) > 1


def drawn(cards: int, **changes: object) -> Sheets:
    """Return sheets of one group."""
    card = Card("7K3M 9QXT 2ABF WZ0E", printing._picture("https://pulse.example.org/s#x"))
    made = Sheets(
        title="Cards", organisation="Example Ltd", address="https://pulse.example.org/card",
        fingerprint="lusab babad gutih tugad gutuk bisog mudof sakat", terms=TERMS, words=ENGLISH,
        decks=(Deck("Operations", (card,) * cards),),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def test_the_same_sheets_give_the_same_bytes() -> None:
    """Nothing of the moment or of chance is in the file."""
    assert set_in_type(drawn(2), ENGLISH) == set_in_type(drawn(2), ENGLISH)


@pytest.mark.parametrize(("cards", "sheets"), [(1, 1), (10, 1), (11, 2), (21, 3)])
def test_ten_cards_stand_on_a_sheet(cards: int, sheets: int) -> None:
    """A sheet holds ten, also where names and address are as long as may be."""
    long = drawn(
        cards, organisation="W" * 60, address=f"https://{'w' * 80}.example.org/card",
        decks=(Deck("W" * 40, drawn(cards).decks[0].cards),),
    )  # fmt: skip
    data, _ = set_in_type(long, ENGLISH)
    reader = PdfReader(io.BytesIO(data))
    assert len(reader.pages) == sheets
    assert sum(len(codes_on(page.extract_text())) for page in reader.pages) == cards


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code not in {"ja", "zh-Hans"}])
def test_cards_speak_their_readers_language(code: str) -> None:
    """Languages whose letters come with Pulse are set in them; address and code stay."""
    data, language = set_in_type(drawn(1, words=words(TERMS, code)), ENGLISH)
    assert language == code
    text = PdfReader(io.BytesIO(data)).pages[0].extract_text()
    assert codes_on(text) == ["7K3M9QXT2ABFWZ0E"]
    assert "https://pulse.example.org/card" in text
    root: Any = PdfReader(io.BytesIO(data)).trailer["/Root"]
    assert root["/Lang"].startswith(code)


@pytest.mark.parametrize("code", ["ja", "zh-Hans"])
def test_cards_never_show_empty_boxes(code: str) -> None:
    """Japanese and Chinese need a font of this machine; without one the words are English."""
    data, language = set_in_type(drawn(1, words=words(TERMS, code)), ENGLISH)
    assert language in {code, "en"}
    text = PdfReader(io.BytesIO(data)).pages[0].extract_text()
    assert ("Scan, or type" in text) == (language == "en")


def test_letters_that_no_font_shows_give_english_words() -> None:
    """Where a language cannot be set in type here, the words on the card are English."""
    strange = msgspec.structs.replace(ENGLISH, lang="xx", what="\U0010fff0")
    data, language = set_in_type(drawn(1, words=strange), ENGLISH)
    assert language == "en"
    assert "Nobody can see" in PdfReader(io.BytesIO(data)).pages[0].extract_text()


def test_a_name_that_no_font_shows_is_refused() -> None:
    """An organisation's name is never printed as empty boxes."""
    with pytest.raises(Refused, match="could not be displayed"):
        set_in_type(drawn(1, organisation="\U0010fff0"), ENGLISH)


@pytest.mark.parametrize("name", ['"#panic()', "$x$ *b* `c` \\", "<a> @b // c", "[x] {y} #let"])
def test_names_are_never_read_as_commands(name: str) -> None:
    """What stands in a name is text, whatever it looks like."""
    data, _ = set_in_type(drawn(1, organisation=name), ENGLISH)
    assert name in PdfReader(io.BytesIO(data)).pages[0].extract_text()


def test_what_cannot_be_printed_is_refused_in_words(house: House, tmp_path: Path) -> None:
    """No such unit, a merged one, nobody with a card, inside the home, closed: each in words."""
    pdf = tmp_path / "cards.pdf"
    with pytest.raises(Refused, match="no such unit"):
        printed(house, pdf, "nowhere")
    with pytest.raises(Refused, match="no words in this language; they have in en, de"):
        printed(house, pdf, language="tlh")
    with pytest.raises(Refused, match="into the home"):
        printed(house, house.home.releases / "cards.pdf")
    house.clock = FixedClock(MONDAY + dt.timedelta(days=30))
    with pytest.raises(WrongState, match="closing time has passed"):
        printed(house, pdf)
    opening.cancel(house.home, house.settings, house.engine, WAVE)
    with pytest.raises(WrongState, match="No wave is open"):
        printed(house, pdf)
    house.clock = FixedClock(MONDAY)
    house.staff({"all": 8, "ops": 4, "dev": 30}, {"dev": 0})
    house.open()
    with pytest.raises(Refused, match="Everybody in this unit has an address"):
        printed(house, pdf, "dev")
    with pytest.raises(Refused, match=r"print the cards of all:own\+ops"):
        printed(house, pdf, "ops")
    assert printed(house, pdf, "all:own+ops").cards == 2
