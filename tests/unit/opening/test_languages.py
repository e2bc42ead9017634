"""A wave is published in each of its languages, and answered the same in all of them."""

import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from pulse import opening
from pulse.errors import BadKeyList, Refused, WrongState
from pulse.instrument import load
from pulse.instrument.locales import wording
from pulse.settings import LocalSupport, Settings, Support
from pulse.token.keylist import KeyList, fingerprint16, read_keylist
from tests.unit.opening.house import WAVE, House
from tests.week import ballots, cast, open_week

FIVE: Final = ("de", "en", "fr", "es", "ar")


def published(house: House) -> dict[str, bytes]:
    """Return the public files of the wave by name."""
    return {file.name: file.read_bytes() for file in (house.home.published / WAVE).iterdir()}


def list_of(files: dict[str, bytes]) -> KeyList:
    """Read the key list as a client does."""
    (data,) = (data for name, data in files.items() if name.startswith("keys-"))
    return read_keylist(data, fingerprint16(data))


def texts_of(files: dict[str, bytes], keys: KeyList, locale: str) -> Any:
    """Fetch a language's texts as a client does: only if the bytes are those that were listed."""
    data = files[f"text-{locale}-{keys.texts[locale]}.json"]
    if hashlib.sha256(data).hexdigest() != keys.texts[locale]:
        raise BadKeyList("These are not the texts that were listed.")
    return msgspec.json.decode(data)


def test_five_languages_are_five_files_that_the_key_list_names(house: House) -> None:
    """Each holds the week's statements and labels in its language, under its hash."""
    house.settings = Settings(languages=FIVE)
    house.open()
    files = published(house)
    keys = list_of(files)
    assert tuple(keys.texts) == FIVE  # the first is the default
    assert sum(name.startswith("text-") for name in files) == 5
    for locale in FIVE:
        found, words = texts_of(files, keys, locale), wording(load(), locale)
        assert (found["locale"], found["dir"]) == (locale, words.dir)
        assert found["items"] == {item: words.items[item] for item in keys.items}
        assert tuple(found["items"]) == keys.items
        assert (tuple(found["labels"]), found["prefer_not"]) == (words.labels, words.prefer_not)
        assert found["support"] == {"text": words.support, "contacts": []}
        assert found["ui"]["frame"] == words.opening
    assert texts_of(files, keys, "de")["title"] == "Woche 10"
    assert texts_of(files, keys, "ar")["dir"] == "rtl"


def test_texts_that_were_swapped_are_noticed(house: House) -> None:
    """The twin of a server that gives Spanish for French is refused by the listed hash."""
    house.settings = Settings(languages=FIVE)
    house.open()
    files = published(house)
    keys = list_of(files)
    french, spanish = (f"text-{code}-{keys.texts[code]}.json" for code in ("fr", "es"))
    with pytest.raises(BadKeyList):
        texts_of(files | {french: files[spanish]}, keys, "fr")


def test_the_texts_are_the_same_bytes_each_time(house: House) -> None:
    """The same settings and week make the same files, so that anybody can make them again."""
    house.settings = Settings(languages=FIVE)
    house.open()
    first = list_of(published(house)).texts
    opening.cancel(house.home, house.settings, house.engine, WAVE)
    house.open()
    assert list_of(published(house)).texts == first


def test_a_language_has_help_contacts_of_its_own(house: House) -> None:
    """Text and contacts each fall back to the organisation's where a language has none."""
    house.settings = Settings(
        languages=("en", "de", "fr"),
        support=Support(
            text="Ask the desk.",
            contacts=("desk@example.org",),
            locales={
                "de": LocalSupport(text="Fragen Sie am Empfang.", contacts=("Zimmer 3",)),
                "fr": LocalSupport(contacts=("Bureau 4",)),
            },
        ),
    )
    house.open()
    files = published(house)
    keys = list_of(files)
    assert [texts_of(files, keys, code)["support"] for code in ("en", "de", "fr")] == [
        {"text": "Ask the desk.", "contacts": ["desk@example.org"]},
        {"text": "Fragen Sie am Empfang.", "contacts": ["Zimmer 3"]},
        {"text": "Ask the desk.", "contacts": ["Bureau 4"]},
    ]


def test_a_draft_language_needs_consent(house: House) -> None:
    """Without it nothing opens and nothing is left; with it the wave opens in the draft too."""
    before = house.files()
    house.settings = Settings(languages=("en", "ja"))
    with pytest.raises(Refused, match="only a draft") as refused:
        house.open()
    assert refused.value.where == "languages"
    assert house.files() == before
    house.settings = Settings(languages=("en", "ja"), draft_languages="allowed")
    house.open()
    assert tuple(list_of(published(house)).texts) == ("en", "ja")


def test_languages_that_change_do_not_touch_the_open_week(house: House) -> None:
    """An open wave's files stay as they are; the next wave takes the new languages."""
    house.settings = Settings(languages=("en", "de"))
    house.open()
    before = published(house)
    house.settings = Settings(languages=("fr",))
    with pytest.raises(WrongState):
        house.open()
    assert published(house) == before


def test_an_answer_is_the_same_in_every_language(tmp_path: Path) -> None:
    """Ballots of a wave in five languages are counted; nothing in them tells a language."""
    settings = Settings(organisation="Example Ltd", languages=FIVE)
    answers = {"north": [(1, 2, 3, 4, 5, 6)] * 8, "south": [(5, 4, 3, 2, 1, 0)] * 8}
    week, known = open_week(tmp_path / "home", tuple(answers), settings)
    assert tuple(week.keys.texts) == FIVE
    cast(week, ballots(week, answers, known), known)
    closed = week.close()
    assert (closed.ballots, closed.counted, closed.spoiled) == (16, 16, 0)
