"""People whose language is not one that a week is asked in are told of, by language."""

from typing import Final

from pulse.instrument import load
from pulse.instrument.locales import statuses
from pulse.roster import Person, language_notes
from pulse.settings import Settings

STATUSES: Final = statuses(load())


def notes(settings: Settings, *locales: str) -> tuple[str, ...]:
    """Return the notes on people with these languages."""
    people = [Person(f"p{i}", "", "ops", locale) for i, locale in enumerate(locales)]
    return language_notes(people, settings, STATUSES)


def test_nothing_is_told_of_languages_that_are_asked() -> None:
    """Those of the settings, a region of them, and no language at all."""
    settings = Settings(languages=("en", "de", "zh-Hans"), draft_languages="allowed")
    assert notes(settings, "de", "de-CH", "en", "", "zh-CN", "zh-Hans-SG") == ()


def test_another_script_is_another_language() -> None:
    """Who reads traditional characters is not served by simplified ones."""
    settings = Settings(languages=("en", "zh-Hans"), draft_languages="allowed")
    (told,) = notes(settings, "zh-TW")
    assert "zh-TW, into which there is no translation" in told


def test_a_language_that_is_not_asked_is_told_with_what_happens() -> None:
    """One sentence a language, by its code, with the number of people and the default."""
    told = notes(Settings(languages=("de", "en")), "sv", "fr", "fr", "it", "zz")
    assert told == (
        "2 people have the language fr; fr is not among `languages`, so they are asked in de.",
        (
            "1 person has the language it; it, a draft, is not among `languages`, so they are "
            "asked in de."
        ),
        "1 person has the language sv, into which there is no translation; they are asked in de.",
        "1 person has the language zz, which is no language code; they are asked in de.",
    )


def test_a_draft_is_told_until_drafts_are_allowed() -> None:
    """It would keep the week from opening; with consent there is nothing to tell."""
    (told,) = notes(Settings(languages=("en", "it")), "it")
    assert "only a draft: no week opens" in told
    assert notes(Settings(languages=("en", "it"), draft_languages="allowed"), "it") == ()
