"""The words of an invitation, in text and HTML."""

import datetime as dt
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from pulse.invitation import Letter, compose
from pulse.invitation.words import Kind, write

LINK = "https://pulse.example.org/s#" + "A" * 43 + "." + "B" * 22
WORDS = "lusab babad gutih tugad kivud bolon dilir jofug"
NOW = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


def letter(kind: Kind = "invitation", organisation: str = "Example Ltd") -> Letter:
    """Return what all mails of a wave share."""
    return Letter(
        kind=kind, organisation=organisation, sender="pulse@example.org",
        base_url="https://pulse.example.org", wave="2026-W10", items=6, k=5,
        closes=dt.datetime(2026, 3, 6, 16, tzinfo=dt.UTC), timezone="Europe/Berlin",
        fingerprint=WORDS,
    )  # fmt: skip


def parts(mail: EmailMessage) -> tuple[EmailMessage, str, str]:
    """Return a mail as it is read back from its bytes, with its text and HTML."""
    read = message_from_bytes(mail.as_bytes(policy=SMTP), policy=default)
    assert isinstance(read, EmailMessage)
    text, html = read.get_body(("plain",)), read.get_body(("html",))
    assert text is not None
    assert html is not None
    words, markup = (part.get_content().replace("\r\n", "\n") for part in (text, html))
    return read, words, markup


class Tags(HTMLParser):
    """Collects tags, attributes and links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.seen.append((tag, dict(attrs)))


def test_the_link_stands_whole_in_the_text_and_in_the_html() -> None:
    """Neither encoding nor folding breaks the link, not even in the raw bytes."""
    mail = compose(letter(), "ada@example.org", LINK, "", NOW)
    _, text, html = parts(mail)
    assert f"\n{LINK}\n" in text
    assert [a["href"] for tag, a in Tags(html).seen if tag == "a"] == [
        LINK, "https://pulse.example.org/privacy",
    ]  # fmt: skip
    assert mail.as_bytes(policy=SMTP).count(LINK.encode()) == 2


def test_it_says_what_is_kept_until_when_and_which_words() -> None:
    """Both parts carry the one sentence, the closing time in words and the fingerprint."""
    _, *bodies = parts(compose(letter(), "ada@example.org", LINK, "", NOW))
    for body in bodies:
        flat = " ".join(body.split())
        assert write(letter(), "", "").kept in flat
        assert "Friday, 6 March 2026, 17:00 (Berlin)" in flat
        assert WORDS in flat
        assert "6 short statements" in flat
        assert "!" not in flat.replace("<!doctype", "")


def test_the_closing_time_follows_the_persons_zone() -> None:
    """Somebody in another zone reads their own time."""
    _, text, _ = parts(compose(letter(), "ada@example.org", LINK, "Asia/Tokyo", NOW))
    assert "Saturday, 7 March 2026, 01:00 (Tokyo)" in " ".join(text.split())


def test_nothing_tells_who_opened_it() -> None:
    """The HTML loads nothing: no image, style sheet, script, frame or form."""
    _, _, html = parts(compose(letter(), "ada@example.org", LINK, "", NOW))
    tags = Tags(html)
    assert {tag for tag, _ in tags.seen} <= {
        "html", "head", "meta", "title", "body", "div", "h1", "p", "a", "strong", "br",
    }  # fmt: skip
    assert not any({"src", "background", "srcset"} & set(attrs) for _, attrs in tags.seen)
    assert "url(" not in html
    assert ("html", {"lang": "en", "dir": "ltr"}) in tags.seen


def test_the_headers_are_bare_and_random() -> None:
    """To is the bare address, Message-ID is random, and no header names person or wave."""
    mails = [parts(compose(letter(), "ada@example.org", LINK, "", NOW))[0] for _ in range(2)]
    assert mails[0]["To"] == "ada@example.org"
    assert mails[0]["Message-ID"] != mails[1]["Message-ID"]
    assert set(mails[0].keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "MIME-Version", "Content-Type", "Content-Language",
    }  # fmt: skip
    assert mails[0]["Subject"] == "Your week: 6 statements, about a minute (week 10)"
    assert mails[0]["From"].addresses[0].display_name == "Example Ltd"


def test_a_reminder_says_that_nobody_can_know() -> None:
    """Everybody gets the same reminder and may ignore it."""
    _, text, _ = parts(compose(letter("reminder"), "ada@example.org", LINK, "", NOW))
    assert "please ignore this" in text
    assert "nobody can know who has" in " ".join(text.split())


@pytest.mark.parametrize("name", ["Müller & Söhne <b>", "A\r\nBcc: x@y.z", 'Quote "Q", Inc.'])
def test_an_organisations_name_stays_a_name(name: str) -> None:
    """Umlauts arrive, markup is escaped, a line break makes no header."""
    mail, text, html = parts(compose(letter(organisation=name), "ada@example.org", LINK, "", NOW))
    plain = " ".join(name.split())
    assert mail["From"].addresses[0].display_name == plain
    assert mail["Bcc"] is None
    assert plain in text
    assert "<b>" not in html
    assert f"\n{LINK}\n" in text


def test_the_sentence_names_the_running_k() -> None:
    """With a higher k the promise is the higher one."""
    assert "at least 10 people" in write(replace(letter(), k=10), "", "").kept
