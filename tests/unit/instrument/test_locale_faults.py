"""A translation that must not be used: everything wrong is told at once, with file and text."""

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from pulse.errors import BadInstrument, Refused
from pulse.instrument import load
from pulse.instrument.localefile import Fault, read
from pulse.instrument.locales import asked_in, check_locale, codes, inspect, shelf, source, wording
from pulse.instrument.translation import stamp

SURVEY: Final = load()
ENGLISH: Final = source(SURVEY)
TURNED: Final = [item.id for item in SURVEY.items.values() if item.reverse]
GERMAN: Final = (shelf() / "de.toml").read_text(encoding="utf-8")
ARABIC: Final = (shelf() / "ar.toml").read_text(encoding="utf-8")
A1: Final = "Diese Woche fühlte ich mich sicher genug, im Team offen zu sprechen."
S4: Final = "Wenn etwas kaputtging, wurde hier jemandem die Schuld gegeben."
A1_STAMP: Final = stamp(SURVEY.items["A1"].text)

# what is wrong → (text in the file, text instead, place, words of the message)
WRONG: Final = {
    "no TOML": ("schema = 1", "schema =", "de.toml", "no TOML"),
    "another schema": ("schema = 1", "schema = 2", "schema", "1 in this version"),
    "unknown table": ("[survey]", "[extra]\nx = 1\n[survey]", "extra", "no such key"),
    "missing table": ("[answers]", "[answer]", "answers", "is missing"),
    "unknown key": ('code = "de"', 'code = "de"\nmotto = "x"', "locale.motto", "no such key"),
    "no code": ('code = "de"', 'code = "deutsch"', "locale.code", "no language code"),
    "another code": ('code = "de"', 'code = "nl"', "locale.code", "name it nl.toml"),
    "wrong direction": ('dir = "ltr"', 'dir = "rtl"', "locale.dir", 'is "ltr"'),
    "no status": ('status = "complete"', 'status = "done"', "locale.status", '"reviewed"'),
    "reviewed by nobody": (
        'status = "complete"', 'status = "reviewed"', "locale.reviewed_by", "Name who",
    ),
    "missing item": (
        f'A1 = {{ source = "{A1_STAMP}", text = "{A1}" }}\n', "", "items.A1", "missing",
    ),
    "unknown item": ("A1 = {", "Z9 = {", "items.Z9", "no item of this id"),
    "bare item": (f'{{ source = "{A1_STAMP}", text = "{A1}" }}', f'"{A1}"', "items.A1", "{ source"),
    "key in an item": ("A1 = { source", 'A1 = { note = "x", source', "items.A1.note", "no such"),
    "empty text": (A1, " ", "items.A1.text", "is empty"),
    "a number": (f'"{A1}"', "7", "items.A1.text", "A text is expected"),
    "only signs": (A1, "…", "items.A1.text", "no letter"),
    "stray spaces": (A1, f" {A1}", "items.A1.text", "stray spaces"),
    "untranslated": (A1, SURVEY.items["A1"].text, "items.A1.text", "still the text"),
    "same text twice": (S4, A1, "items.S4.text", "A1 has the same text"),
    "too many words": (A1, "Ich war " + "sehr " * 17 + "müde.", "items.A1.text", "20 words; 18"),
    "too many signs": (A1, "Ich war " + "ü" * 120, "items.A1.text", "120 at most"),
    "control sign": (A1, "Ich\\u0007 sprach.", "items.A1.text", "U+0007"),
    "bidi override": (A1, "Ich \\u202E sprach.", "items.A1.text", "U+202E"),
    "mark of direction": (A1, "Ich \\u200F sprach.", "items.A1.text", "U+200F"),
    "line break": (A1, "Ich sprach.\\nDu auch.", "items.A1.text", "U+000A"),
    "Hebrew in German": (A1, "Ich sprach שלום.", "items.A1.text", "'ש' does not belong"),
    "a tag": (A1, "Ich <b>sprach</b>.", "items.A1.text", "HTML"),
    "an entity": (A1, "Ich &amp; du.", "items.A1.text", "HTML"),
    "a placeholder": (A1, "Ich, {name}, sprach.", "items.A1.text", "placeholder ('{')"),
    "a percent sign": (A1, "Ich sprach %s.", "items.A1.text", "placeholder ('%s')"),
    "denied reversal": (S4, "Hier bekam niemand Hilfe.", "items.S4.text", "('niemand')"),
    "stale item": (
        f'A1 = {{ source = "{A1_STAMP}"', 'A1 = { source = "0"', "items.A1.source", A1_STAMP,
    ),
    "item without source": (f'source = "{A1_STAMP}", ', "", "items.A1.source", "another text"),
    "stale labels": (stamp(*SURVEY.labels, SURVEY.prefer_not), "0", "answers.source", "another"),
    "few labels": ('    "Weder noch",\n', "", "answers.labels", "5 labels"),
    "same labels": ('"Weder noch"', '"Stimme zu"', "answers.labels", "same label"),
    "no answer as a label": ('"Weder noch"', '"Möchte ich nicht sagen"', "answers.labels", "same"),
    "long label": ('"Weder noch"', '"' + "Weder " * 8 + '"', "answers.labels[2]", "40 at most"),
    "no scale": ("energy = {", "energies = {", "scales.energy", "missing"),
    "no pack": ("toil = {", "toils = {", "packs.toil", "missing"),
    "unknown practice": ("gap-grid = {", "gap-gird = {", "practices.gap-gird", "no practice"),
    "week without number": ("Woche {week}", "Woche", "survey.week", "{week}"),
    "week with more": ("Woche {week}", "Woche {week} {year}", "survey.week", "placeholder"),
    "no help text": ("support = ", "supprot = ", "survey.support", "missing"),
    "a hostile key": (
        'code = "de"', 'code = "de"\n"\\u001b[2J\\u202e" = 1', "locale.'\\x1b", "no such",
    ),
}  # fmt: skip


def faults(text: str, name: str = "de.toml") -> list[tuple[str, str]]:
    """Return what is wrong with a file, as place and message; a faulty one has no wording."""
    found, wrong = read(text.encode(), name, ENGLISH, TURNED)
    assert (found is None) == bool(wrong)
    return [(fault.where, fault.message) for fault in wrong]


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_place(case: str) -> None:
    """File and field stand in front, and the sentence says what to do; the sound file has none."""
    old, new, place, words = WRONG[case]
    assert faults(GERMAN) == []
    assert old in GERMAN
    told = faults(GERMAN.replace(old, new, 1))
    assert any(where.startswith("de.toml") and place in where and words in what
               for where, what in told), told  # fmt: skip
    assert all(where.isprintable() and what.isprintable() for where, what in told)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Three faults in three tables are three sentences, in the order of the file."""
    text = GERMAN.replace('dir = "ltr"', 'dir = "up"').replace(A1, "").replace("Weder", "x<b>")
    assert [where for where, _ in faults(text)] == [
        f"de.toml: {place}" for place in ("locale.dir", "items.A1.text", "answers.labels[2]")
    ]


def test_a_changed_english_text_makes_its_translation_stale() -> None:
    """Only the one statement, and the message gives the text and the stamp to set."""
    changed = {**ENGLISH.items, "A1": "I felt free to speak up in my team this week."}
    _, wrong = read(GERMAN.encode(), "de.toml", structs.replace(ENGLISH, items=changed), TURNED)
    assert [fault.where for fault in wrong] == ["de.toml: items.A1.source"]
    assert changed["A1"] in wrong[0].message
    assert stamp(changed["A1"]) in wrong[0].message


def test_latin_letters_do_not_belong_in_arabic() -> None:
    """A mixed line would be read in a wrong order; digits and marks are fine."""
    first = re.search(r'^A1 = .*text = "(.*)" \}$', ARABIC, re.MULTILINE)
    assert first
    assert faults(ARABIC, "ar.toml") == []
    assert faults(ARABIC.replace(first[1], "شعرت بالأمان: 7."), "ar.toml") == []
    told = faults(ARABIC.replace(first[1], "شعرت OK بالأمان."), "ar.toml")
    (place, sentence), *more = told
    assert (place, more) == ("ar.toml: items.A1.text", [])
    assert sentence == "The text mixes directions: 'O' does not belong in a text of ar."


@pytest.mark.parametrize("name", ["DE.toml", "de (2).toml", "de_copy.toml", "de-DE.toml"])
def test_a_second_file_of_a_language_is_told(name: str) -> None:
    """A code has one file, named like it: a copy under another name is refused."""
    assert faults(GERMAN, name)[0][0] == f"{name}: locale.code"


def test_a_file_of_the_surveys_own_language_is_refused() -> None:
    """English is the source: nothing can be a translation into it."""
    text = GERMAN.replace('code = "de"', 'code = "en"')
    assert ("en.toml: locale.code", "The survey was written in this language.") in faults(
        text, "en.toml"
    )


@given(st.binary(max_size=400))
def test_no_bytes_break_the_check(data: bytes) -> None:
    """Whatever a file holds, it is told what is wrong with it."""
    found, wrong = read(data, "de.toml", ENGLISH, TURNED)
    assert found is None
    assert wrong


# Values as TOML writes them.
_VALUE: Final = st.recursive(
    st.sampled_from(["true", "0", "-1.5", '""', '"x"', "2026-03-02", "[]"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
    max_leaves=5,
)


@given(
    st.sampled_from(sorted(ENGLISH.items)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=130),
)
def test_a_text_that_is_taken_is_safe_to_show(item: str, text: str) -> None:
    """Of all texts only short, visible, plain ones in one direction become a statement."""
    quoted = "".join(f"\\U{ord(sign):08x}" for sign in text)
    line = re.compile(rf'^({item} = \{{ source = "\w+", text = ")[^"]*', re.MULTILINE)
    found, wrong = read(
        line.sub(lambda hit: hit[1] + quoted, GERMAN).encode(), "de.toml", ENGLISH, TURNED
    )
    assert (found is None) == bool(wrong)
    if found is not None:
        assert found.items[item] == text == text.strip()
        assert not set("<>{}\n\t\u202e\u2066\u200f") & set(text)
        assert len(text) <= 120
        assert len(text.split()) <= 18
    else:
        assert all(item in fault.where for fault in wrong)


@settings(max_examples=50)
@given(st.sampled_from(["locale", "survey", "answers", "scales", "packs", "items"]), _VALUE)
def test_any_value_in_place_of_a_table_is_told(table: str, value: str) -> None:
    """A list, a number or a text where a table belongs is one of the faults, never a crash."""
    told = faults(f"{table} = {value}\n" + GERMAN.replace(f"[{table}]", "[other]"))
    assert (f"de.toml: {table}", f"The table [{table}] is missing.") in told


def test_a_file_that_grew_too_large_is_refused() -> None:
    """A quarter of a megabyte is enough for any language."""
    assert faults(GERMAN + "#" * 300_000)[0][1].startswith("The file is larger")


def test_a_folder_with_a_faulty_language_says_so_and_keeps_the_others(tmp_path: Path) -> None:
    """A wave is refused with the first fault and how many more there are; others still work."""
    (tmp_path / "de.toml").write_text(own(GERMAN.replace(A1, "").replace(S4, "")), encoding="utf-8")
    (tmp_path / "ar.toml").write_text(own(ARABIC), encoding="utf-8")
    assert codes(SURVEY, tmp_path) == ("en", "ar", "de")
    with pytest.raises(BadInstrument, match="1 more such places") as refused:
        asked_in(SURVEY, ("en", "de"), folder=tmp_path)
    assert refused.value.where == "de.toml: items.A1.text"
    assert [each.code for each in asked_in(SURVEY, ("ar", "en"), folder=tmp_path)] == ["ar", "en"]
    assert len(check_locale(tmp_path / "de.toml", SURVEY)) == 2
    with pytest.raises(BadInstrument, match="no such file"):
        check_locale(tmp_path / "sv.toml")


def own(text: str) -> str:
    """Return a translation without what comes with Pulse: packs, their items, practices."""
    text = re.sub(r"^P\d+ = .*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\[packs\]\n(?:[a-z].*\n)+", "", text.partition("[practices]")[0])


def test_a_survey_of_ones_own_takes_the_packs_from_pulse(tmp_path: Path) -> None:
    """Its translation says its own statements; packs and practices come in the same language."""
    mine = structs.replace(SURVEY, id="mine")
    (tmp_path / "de.toml").write_text(own(GERMAN).replace(A1, "Ich sprach offen."), "utf-8")
    (tmp_path / "it.toml").write_text(own((shelf() / "it.toml").read_text("utf-8")), "utf-8")
    assert check_locale(tmp_path / "de.toml", mine) == []
    german, shipped = wording(mine, "de", tmp_path), wording(SURVEY, "de")
    assert german.items == {**shipped.items, "A1": "Ich sprach offen."}
    assert (german.packs, german.practices) == (shipped.packs, shipped.practices)
    assert (german.status, wording(mine, "it", tmp_path).status) == ("complete", "draft")
    # The whole file of Pulse holds items that the own survey does not have.
    (tmp_path / "de.toml").write_text(GERMAN, "utf-8")
    first = check_locale(tmp_path / "de.toml", mine)[0]
    assert first == Fault("de.toml: items.P1", "The survey has no item of this id.")


def test_a_draft_is_asked_only_where_the_settings_allow_it() -> None:
    """The refusal names the language, what did not happen, and both ways out."""
    with pytest.raises(Refused, match=r"Italiano \(it\) is only a draft") as refused:
        asked_in(SURVEY, ("en", "it"))
    assert refused.value.where == "languages"
    assert 'draft_languages = "allowed"' in refused.value.message
    with pytest.raises(Refused, match="are only drafts"):
        asked_in(SURVEY, ("ja", "it"))
    assert len(asked_in(SURVEY, ("ja", "it"), "allowed")) == 2
    assert inspect(SURVEY, "it")[0] == wording(SURVEY, "it")
