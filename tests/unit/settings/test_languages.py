"""Languages are named by their code, each once, and only those that there are."""

from pathlib import Path

import pytest

from pulse.errors import BadSetting
from pulse.settings import Home, load


def test_english_alone_is_the_default(tmp_path: Path) -> None:
    """Nobody is asked in another language, and no draft is used, unless somebody says so."""
    settings = load(Home(tmp_path), {})
    assert (settings.languages, settings.draft_languages) == (("en",), "refused")


def test_a_variable_names_languages_with_commas(tmp_path: Path) -> None:
    """The first is the default; spaces do not matter, and the file may hold a list."""
    assert load(Home(tmp_path), {"PULSE_LANGUAGES": "de, en,ar"}).languages == ("de", "en", "ar")
    (tmp_path / "pulse.toml").write_text('languages = ["fr", "en"]\n', "utf-8")
    assert load(Home(tmp_path), {}).languages == ("fr", "en")


def test_a_language_may_have_help_contacts_of_its_own(tmp_path: Path) -> None:
    """They stand in a table under [support.locales]."""
    (tmp_path / "pulse.toml").write_text(
        '[support.locales.de]\ntext = "Fragen Sie."\ncontacts = ["Zimmer 3"]\n', "utf-8"
    )
    own = load(Home(tmp_path), {}).support.locales["de"]
    assert (own.text, own.contacts) == ("Fragen Sie.", ("Zimmer 3",))


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("languages = []", "languages", "at least one"),
        ('languages = ["en", "en"]', "languages", "twice"),
        ('languages = ["en", "xx"]', "languages", "'xx'; there are ar, de, en"),
        ('languages = ["zh-hans"]', "languages", "zh-Hans"),
        ('languages = "en"', "languages", "does not fit"),
        ('languages = ["../weekly"]', "languages", "no language"),
        ('draft_languages = "yes"', "draft_languages", "does not fit"),
        ('[support.locales.xx]\ntext = "?"', "support.locales", "'xx'"),
        ('[support.locales.de]\nlink = "?"', "support", "does not fit"),
    ],
)
def test_what_is_no_language_stops_the_start(
    tmp_path: Path, text: str, where: str, words: str
) -> None:
    """Each is refused by its name, and the message lists what there is."""
    (tmp_path / "pulse.toml").write_text(text, "utf-8")
    with pytest.raises(BadSetting) as refused:
        load(Home(tmp_path), {})
    assert refused.value.where == where
    assert words in refused.value.message
