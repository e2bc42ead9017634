"""The catalogues: whole, safe, and the same after every update."""

import gettext
import shutil
from pathlib import Path

import pytest
from babel import Locale

from pulse.language import DEFAULT, LANGUAGES, translations
from pulse.language.__main__ import STATIC, page_files
from pulse.language.books import FOLDER, PLURALS, check, update
from pulse.language.cards import card, question, quoted, told
from pulse.language.catalogue import Catalogue
from pulse.language.sources import Sentence, sentences
from pulse.language.survey import ends, words

CODES = [code for code in LANGUAGES if code != DEFAULT]
ONE = Sentence("Send %(what)s to <b>all</b>")
MANY = Sentence("%(n)s mail", "%(n)s mails")
HEADER = (
    'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)
FOUND = {ONE: ("pulse/some.py",), MANY: ("pulse/some.py",)}
GOOD = f"""{HEADER}#: pulse/some.py
msgid "Send %(what)s to <b>all</b>"
msgstr "%(what)s an <b>alle</b> senden"

#: pulse/some.py
msgid "%(n)s mail"
msgid_plural "%(n)s mails"
msgstr[0] "%(n)s Brief"
msgstr[1] "%(n)s Briefe"
"""


@pytest.mark.parametrize("code", CODES)
def test_every_catalogue_is_whole(code: str) -> None:
    """Each sentence of the interface has its words in every complete language, and no other."""
    assert check(sentences(), code) == []


def test_updating_changes_nothing_that_is_up_to_date(tmp_path: Path) -> None:
    """Running update again writes the same bytes: no date, no line number, one lasting order."""
    shutil.copytree(FOLDER, tmp_path / "locales")
    for code in CODES:
        assert update(sentences(), code, tmp_path / "locales") == (0, 0)
        assert (tmp_path / "locales" / f"{code}.po").read_bytes() == (
            FOLDER / f"{code}.po"
        ).read_bytes()


def test_updating_keeps_the_words_of_what_stays(tmp_path: Path) -> None:
    """A new sentence gets a place, one that is gone leaves, and the others keep their words."""
    (tmp_path / "de.po").write_text(GOOD, "utf-8")
    new = Sentence("New", context="menu")
    assert update({new: ("pulse/other.py",), MANY: ("pulse/some.py",)}, "de", tmp_path) == (1, 1)
    text = (tmp_path / "de.po").read_text("utf-8")
    assert 'msgstr[1] "%(n)s Briefe"' in text
    assert 'msgctxt "menu"\nmsgid "New"\nmsgstr ""' in text
    assert "alle" not in text


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("", ""), None),
        (("%(what)s an <b>alle", "%(who)s an <b>alle"), "other placeholders"),
        (("%(what)s an", "Alles an"), "other placeholders"),
        (("%(what)s an", "%(what)s %s an"), "without a name"),
        (("<b>alle</b>", "<i>alle</i>"), "other markup"),
        (("<b>alle</b>", "<b onclick=x>alle</b>"), "other markup"),
        (('msgstr[1] "%(n)s Briefe"', 'msgstr[1] ""'), "no translation"),
        (('#: pulse/some.py\nmsgid "Send', '#, fuzzy\nmsgid "Send'), "fuzzy"),
        (('msgid "Send %', 'msgid "Post %'), "nowhere in the code"),
        (('Briefe"\n', 'Briefe"\n\n#~ msgid "Gone"\n#~ msgstr "Weg"\n'), "obsolete"),
    ],
)  # fmt: skip
def test_a_doubtful_translation_is_refused(
    tmp_path: Path, change: tuple[str, str], problem: str | None
) -> None:
    """Whatever could put a wrong value, or markup of its own, on a page is found by name."""
    (tmp_path / "de.po").write_text(GOOD.replace(*change), "utf-8")
    problems = [each.problem for each in check(FOUND, "de", tmp_path)]
    assert any(problem in each for each in problems) if problem else problems == []


@pytest.mark.parametrize("code", CODES)
def test_the_plural_rule_is_that_of_cldr(code: str) -> None:
    """For 0 to 1,000 things, equal CLDR categories have equal forms, and others others."""
    rule, (forms, expression) = Locale.parse(code, sep="-").plural_form, PLURALS[code]
    which = gettext.c2py(expression)
    pairs = {(rule(n), which(n)) for n in range(1_001)}
    assert len(pairs) == len({form for _, form in pairs}) == len({word for word, _ in pairs})
    assert {form for _, form in pairs} == set(range(forms))


def test_a_catalogue_speaks() -> None:
    """A sentence, its plural and its context come back translated; an unknown one in English."""
    german = Catalogue(GOOD + '\nmsgctxt "menu"\nmsgid "Open"\nmsgstr "Öff"\n"nen"\n')
    assert german.gettext(ONE.text) == "%(what)s an <b>alle</b> senden"
    assert german.ngettext("%(n)s mail", "%(n)s mails", 1) == "%(n)s Brief"
    assert german.ngettext("%(n)s mail", "%(n)s mails", 0) == "%(n)s Briefe"
    assert german.pgettext("menu", "Open") == "Öffnen"
    assert german.gettext("Open") == "Open"
    assert german.ngettext("a mail", "mails", 2) == "mails"


def test_no_language_is_english() -> None:
    """An unknown or empty tag gets English; a region gets its language, the same object."""
    assert translations("tlh").gettext("Send") == "Send"
    assert translations("").gettext("Send") == "Send"
    assert translations("de-AT") is translations("de")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("words.json", ends("de")["used"][0]),
        ("cardwords.json", card("de")["type"]),
        ("questions.js", question("de")),
    ],
)
def test_the_files_of_words_are_as_new_as_the_catalogues(name: str, sentence: str) -> None:
    """They say what the catalogues say today; a changed sentence would be seen."""
    shipped = (STATIC / name).read_bytes()
    assert shipped == page_files()[name]
    assert shipped.replace(sentence.encode(), b"Neu") != page_files()[name]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_mistake_in_a_code_has_its_words(code: str) -> None:
    """`/card` finds a form for 1 to 16 characters missing and 1 to 100 too many in any language."""
    rule, said = Locale.parse(code, sep="-").plural_form, translations(code)
    sentences_of = {
        "missing": (16, "One character is missing.", "{n} characters are missing."),
        "many": (100, "There is one character too many.", "There are {n} characters too many."),
    }
    for key, (most, one, several) in sentences_of.items():
        for n in range(1, most + 1):
            form = told(code).get(f"{key}-{rule(n)}", told(code)[key])
            assert form == said.ngettext(one, several, n)


def test_a_quotation_mark_ends_no_question() -> None:
    """The guard's module quotes what a catalogue may hold."""
    assert quoted("l'a\\b") == "'l\\'a\\\\b'"


@pytest.mark.parametrize("code", [code for code in LANGUAGES if LANGUAGES[code].status != "draft"])
def test_every_number_of_questions_has_its_words(code: str) -> None:
    """The survey page finds a form for 1 to 29 questions in every complete language."""
    rule, said = Locale.parse(code, sep="-").plural_form, words(code, range(1, 30))
    forms: dict[str, set[str]] = {}
    for n in range(1, 30):
        forms.setdefault(rule(n), set()).add(said[f"count{n}"].replace(str(n), "#"))
    assert all(len(each) == 1 for each in forms.values())
    assert len(set.union(*forms.values())) == len(forms)
    assert "{" not in "".join(said[f"count{n}"] for n in range(1, 30))
