"""Every translation that comes with Pulse is whole, short, and says what the English says."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
import pytest
from msgspec import structs

from pulse.instrument import load
from pulse.instrument import practices as cards
from pulse.instrument.locales import (
    asked_in,
    check_locale,
    codes,
    inspect,
    item_text,
    shelf,
    source,
    speaker,
    statuses,
    wording,
)
from pulse.instrument.phrasing import UNSPACED, denial, size
from pulse.instrument.texts import texts
from pulse.language import LANGUAGES
from pulse.settings import Support
from pulse.settings.languages import offered

SURVEY: Final = load()
TRANSLATED: Final = tuple(code for code in codes(SURVEY) if code != "en")
COMPLETE: Final = ("ar", "de", "es", "fr")
DRAFTS: Final = ("he", "it", "ja", "nl", "pl", "pt", "zh-Hans")
# Words that would tell the gender of who answers or of who leads.
GENDERED: Final = {
    "de": r"\b(?:Mein(?:e|em|en)? Chefs?|Vorgesetzter|der Leiter|Kollegen?)\b",
    "fr": r"\b(?:mon chef|mon responsable|ma cheffe|bloqué|concentré|remercié|aidé|fatigué)\b",
    "es": r"\b(?:mi jefe|mi jefa|cansado|bloqueado|concentrado|seguro|compañeros)\b",
    "ar": r"مديري|رئيسي|ضعيفا|متعبا",
}


def test_the_languages_are_those_that_were_promised() -> None:
    """English first, four complete translations and seven drafts; settings offer the same."""
    assert codes(SURVEY) == ("en", *sorted((*COMPLETE, *DRAFTS)))
    expected = {"en": "reviewed"} | dict.fromkeys(COMPLETE, "complete")
    assert statuses(SURVEY) == expected | dict.fromkeys(DRAFTS, "draft")
    assert offered() == tuple(sorted(codes(SURVEY)))


def test_survey_and_interface_name_the_same_languages() -> None:
    """Own name, direction and status of each are one and the same in both."""
    surveys = [wording(SURVEY, code) for code in codes(SURVEY)]
    told = {each.code: (each.name, each.dir, each.status) for each in surveys}
    assert told == {each.code: (each.name, each.dir, each.status) for each in LANGUAGES.values()}


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_translation_is_whole_and_valid(code: str) -> None:
    """All statements, labels, scales and packs are there, and nothing is wrong with any."""
    found, faults = inspect(SURVEY, code)
    assert faults == ()
    assert found is not None
    english = source(SURVEY)
    assert found.items.keys() == english.items.keys()
    assert len(found.items) == 44
    assert (found.scales.keys(), found.packs.keys()) == (
        english.scales.keys(), english.packs.keys(),
    )  # fmt: skip
    assert len(found.labels) == 5
    assert (found.dir == "rtl") == (code in {"ar", "he"})
    assert found.week_title("2026-W09").replace("9", "") == found.week.replace("{week}", "")


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_week_is_read_in_half_a_minute(code: str) -> None:
    """The statements of the longest week stay within a reading budget: words, or signs.

    At 180 words a minute, slower than anybody is measured to read at leisure (Brysbaert 2019),
    90 words take half a minute; Japanese and Chinese are read at 350 signs a minute and more.
    """
    found = wording(SURVEY, code)
    budget = 175 if code in UNSPACED or code == "zh-Hans" else 90
    for form in range(len(SURVEY.blocks)):
        asked = [found.items[item] for item in SURVEY.form(form)]
        assert sum(size(text, code)[0] for text in asked) <= budget, form


def test_the_reading_budget_notices_a_long_week() -> None:
    """The twin in which each statement is said twice breaks it."""
    found = wording(SURVEY, "de")
    asked = [2 * f"{found.items[item]} " for item in SURVEY.form(0)]
    assert sum(size(text, "de")[0] for text in asked) > 90


@pytest.mark.parametrize("code", ["en", *TRANSLATED])
def test_reversed_statements_say_the_opposite(code: str) -> None:
    """None of the seven reversed statements holds a word that denies, in any language."""
    turned = [item.id for item in SURVEY.items.values() if item.reverse]
    assert turned == ["S4", "E1", "C4", "W1", "P9", "P12", "P24"]
    found = wording(SURVEY, code)
    assert [denial(found.items[item], code) for item in turned] == [""] * 7


@pytest.mark.parametrize(
    ("code", "denied"),
    [
        ("ar", "لم أكن متعبا"), ("de", "Ich war nicht müde"), ("es", "No tuve miedo"),
        ("fr", "Je n'avais pas peur"), ("fr", "On n'a blessé personne"), ("he", "לא הרגשתי עייפות"),
        ("it", "Non ero stanco"), ("ja", "疲れていない"), ("nl", "Ik was niet moe"),
        ("pl", "Praca mnie nie męczyła"), ("pt", "Não senti cansaço"), ("zh-Hans", "我不累"),
    ],
)  # fmt: skip
def test_a_denial_is_heard_in_each_language(code: str, denied: str) -> None:
    """The twin of a reversed statement that only denies is found."""
    assert denial(denied, code)


@pytest.mark.parametrize("code", COMPLETE)
def test_nobody_is_addressed_as_a_man_or_a_woman(code: str) -> None:
    """The complete translations hold no word that tells the gender of a person or a leader."""
    gendered = re.compile(GENDERED[code], re.IGNORECASE)
    found = wording(SURVEY, code)
    assert [text for text in found.items.values() if gendered.search(text)] == []
    assert gendered.search(
        {"de": "Mein Chef", "fr": "mon chef", "es": "mi jefe"}.get(code, "مديري")
    )


@pytest.mark.parametrize("code", COMPLETE)
def test_practices_have_titles_in_the_complete_languages(code: str) -> None:
    """What is being tried is told by its title; every card has one in each of the four."""
    assert wording(SURVEY, code).practices.keys() == cards.shipped(SURVEY).keys()


def test_a_page_says_a_statement_in_its_readers_language() -> None:
    """With its language and direction; what has no translation is said as it was written."""
    said = item_text(SURVEY, "A1", "ar")
    assert (said.text, said.lang, said.dir) == (wording(SURVEY, "ar").items["A1"], "ar", "rtl")
    italian = speaker(SURVEY, "it")
    assert italian.scale("energy").text == "Energia"
    assert italian.pack("toil").lang == "it"
    assert (italian.practice("team-game").text, italian.practice("team-game").lang) == (
        "Team game", "en",
    )  # fmt: skip
    gone = italian.item("Z9", "I was there before.")
    assert (gone.text, gone.lang) == ("I was there before.", "en")


@pytest.mark.parametrize("code", ["sv", "../weekly", "", "de\0", "xx"])
def test_a_language_that_there_is_not_is_said_in_english(code: str) -> None:
    """A reader's wish is no path: whatever it is, the page speaks as the survey was written."""
    assert speaker(SURVEY, code).item("A1").lang == "en"
    assert inspect(SURVEY, code)[0] is None


def test_the_wordings_of_a_wave_come_in_the_settings_order() -> None:
    """The first is the default; codes and own names are told apart."""
    found = asked_in(SURVEY, ("fr", "en", "ar"))
    assert [(each.code, each.name) for each in found] == [
        ("fr", "Français"), ("en", "English"), ("ar", "العربية"),
    ]  # fmt: skip


def test_a_survey_in_another_language_is_its_own_source() -> None:
    """An instrument written in German needs no file for German."""
    german = structs.replace(SURVEY, locale="de")
    assert wording(german, "de").items["A1"] == SURVEY.items["A1"].text


def test_checking_a_file_by_its_path_tells_the_same() -> None:
    """`check_locale` finds nothing wrong with what is shipped."""
    assert [check_locale(Path(str(shelf() / f"{code}.toml"))) for code in TRANSLATED] == [[]] * 11


@pytest.mark.parametrize("code", ["en", *TRANSLATED])
def test_a_language_adds_little_to_a_visit(code: str) -> None:
    """Only the asked statements are in a week's file: at most 150 bytes more than in English."""
    weeks = range(len(SURVEY.blocks))
    heaviest = max(compressed(code, SURVEY.form(form)) for form in weeks)
    assert heaviest <= max(compressed("en", SURVEY.form(form)) for form in weeks) + 150


def test_a_file_of_every_statement_would_be_seen() -> None:
    """The twin that sends all statements instead of the week's is far heavier."""
    assert compressed("de", SURVEY.items) > compressed("en", SURVEY.form(0)) + 600


def compressed(code: str, asked: Iterable[str]) -> int:
    """Return the bytes of a week's texts as they cross the wire, without the page's own words."""
    shown = msgspec.json.decode(texts(SURVEY, asked, "2026-W09", Support(), wording(SURVEY, code)))
    return len(gzip.compress(msgspec.json.encode({**shown, "ui": {}}), 9))
