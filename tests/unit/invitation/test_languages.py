"""Invitations in the person's language: whole, in the right direction, and in no other words."""

import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from pulse.invitation import Letter, compose
from pulse.invitation.words import Answer, Words, write
from pulse.language import LANGUAGES
from tests.unit.invitation.test_mails import LINK, NOW, WORDS, letter, parts

COMPLETE = tuple(code for code, each in LANGUAGES.items() if each.status != "draft")
SPOKEN = Words.__struct_fields__[2:]


class Read(HTMLParser):
    """Collects the text that a reader of HTML sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)


def flat(text: str) -> str:
    """Return text with every run of blanks as one."""
    return re.sub(r"[ \n]+", " ", text)


def sentences(words: Words) -> list[str]:
    """Return everything that a person reads of an invitation's words."""
    found = [getattr(words, name) for name in SPOKEN]
    asked = [text for each in words.answers for text in (each.question, each.answer)]
    return [each for each in found if isinstance(each, str)] + asked


def left_over(markup: str, of: Letter, code: str) -> str:
    """Return what a mail says beside its own sentences, the link, words and names."""
    read = flat(" ".join(Read(markup).texts))
    known = [*sentences(write(of, code, "")), of.organisation, of.fingerprint]
    for sentence in sorted(known, key=len, reverse=True):
        read = read.replace(flat(sentence), " ")
    return read.strip()


@pytest.mark.parametrize("code", COMPLETE)
@pytest.mark.parametrize("kind", ["invitation", "reminder"])
def test_a_mail_holds_nothing_but_sentences_of_its_language(code: str, kind: str) -> None:
    """Both parts say every sentence of the language, none of English, and no bare text beside."""
    wave = replace(letter("reminder" if kind == "reminder" else "invitation"), languages=COMPLETE)
    mail, text, html = parts(compose(wave, "ada@example.org", LINK, "", NOW, code))
    ours, english = sentences(write(wave, code, "")), sentences(write(wave, "en", ""))
    assert mail["Content-Language"] == code
    assert mail["Subject"] == write(wave, code, "").subject
    assert left_over(html, wave, code) == ""
    assert left_over(html.replace("<p>", "<p>Bare English", 1), wave, code) == "Bare English"
    for sentence in english if code != "en" else ():
        assert flat(sentence) not in flat(text) + flat(" ".join(Read(html).texts))
    for sentence in ours[2:]:  # the subject and the heading stand where they belong
        assert flat(sentence) in flat(text) or sentence == write(wave, code, "").press
    direction = LANGUAGES[code].dir
    assert html.count(f'lang="{code}" dir="{direction}"') == 2
    assert f"\n{LINK}\n" in text
    assert f"\n{WORDS}\n" in text
    assert f'dir="ltr" lang="zxx">{WORDS}' in html


def test_a_persons_language_goes_before_the_organisations() -> None:
    """A person's locale finds its closest offered language; without one the first is taken."""
    wave = replace(letter(), languages=("de", "en", "ar"))
    assert wave.language("ar-EG") == "ar"
    assert wave.language("") == "de"
    assert wave.language("ja") == "de"
    assert replace(wave, languages=()).language("de") == "en"


@pytest.mark.parametrize("count", [1, 2, 6, 11])
def test_counts_follow_the_language(count: int) -> None:
    """Arabic says one, two, six and eleven statements each in its own form."""
    wave = replace(letter(), languages=("ar",), items=count)
    form = {1: "عبارة واحدة", 2: "عبارتان", 6: "6 عبارات", 11: "11 عبارة"}[count]
    assert form in write(wave, "ar", "").subject


def test_french_never_parts_a_sign_from_its_word() -> None:
    """Before : ; ? and ! stands a no-break space, in every sentence."""
    found = [
        text
        for kind in (letter(), letter("reminder"))
        for text in sentences(write(replace(kind, languages=("fr",)), "fr", ""))
        if re.search(r"[^\u00a0\d][:;?!](\s|$)", text)
    ]
    assert found == []


def test_what_people_ask_is_answered_where_they_look() -> None:
    """Changing an answer, a lost link, joining late and wanting no mails: each has its answer."""
    answers = write(letter(), "", "").answers
    assert [type(each) for each in answers] == [Answer] * 4
    told = " ".join(each.answer for each in answers)
    for words in ("No. Once sent", "ask for it again", "comes in with the next", "left off"):
        assert words in told
