"""The mail with an invitation: text and HTML, no image, nothing that tells who opened it."""

import datetime as dt
import secrets
import textwrap
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Final

from pulse.invitation.words import Kind, Letter, Words, write

__all__ = ["Kind", "Letter", "compose"]
_WIDTH: Final = 78  # characters of a line (RFC 5322, section 2.1.1)
_WIDE: Final = frozenset({"ja", "zh-Hans"})  # twice as wide, and without blanks to break at


def compose(
    letter: Letter, to: str, link: str, timezone: str, now: dt.datetime, locale: str = ""
) -> EmailMessage:
    """Write the mail to one person.

    Args:
        letter: what all mails of the wave share.
        to: the bare address.
        link: the person's link.
        timezone: the person's IANA zone, or empty for the organisation's.
        now: for the Date header, which RFC 5322 requires.
        locale: the person's language, or empty for the organisation's.
    """
    words = write(letter, locale, timezone)
    mail = EmailMessage()
    local, _, domain = letter.sender.rpartition("@")
    organisation = " ".join(letter.organisation.split())
    mail["From"] = Address(organisation, local, domain)
    mail["To"] = to
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(now)
    # Random: an id made from person or wave would let the mail's path be followed.
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    text = _text(words, letter, organisation, link)
    mail.set_content(text, cte=_encoding(text))
    html = _html(words, letter, organisation, link)
    mail.add_alternative(html, subtype="html", cte=_encoding(html))
    mail["Content-Language"] = words.language
    return mail


def _encoding(text: str) -> str:
    # Never quoted-printable: it would break the link over two lines for whoever reads the source.
    return "7bit" if text.isascii() else "8bit"


def _text(words: Words, letter: Letter, organisation: str, link: str) -> str:
    wide = words.language in _WIDE

    def lines(sentence: str) -> str:
        return textwrap.fill(
            sentence,
            _WIDTH // 2 if wide else _WIDTH,
            break_long_words=wide,
            break_on_hyphens=False,
        )

    # A link and the words stand on lines of their own: no other writing direction moves them.
    before = [words.hello, words.opening, link, words.until, words.kept, words.yours]
    asked = [f"{lines(each.question)}\n{lines(each.answer)}" for each in words.answers]
    after = [f"{lines(words.how)}:\n{letter.privacy}", organisation]
    parts = [each if each == link else lines(each) for each in before]
    return "\n\n".join([*parts, letter.fingerprint, *asked, *after]) + "\n"


def _html(words: Words, letter: Letter, organisation: str, link: str) -> str:
    asked = "\n".join(
        f"<p><strong>{escape(each.question)}</strong><br>{escape(each.answer)}</p>"
        for each in words.answers
    )
    return f"""\
<!doctype html>
<html lang="{words.language}" dir="{words.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(words.subject)}</title>
</head>
<body style="margin: 0">
<div lang="{words.language}" dir="{words.dir}" style="max-width: 36em; margin: 0 auto; \
padding: 16px; font: 16px/1.5 system-ui, sans-serif">
<h1 style="font-size: 20px">{escape(words.title)}</h1>
<p>{escape(words.hello)}</p>
<p>{escape(words.opening)}</p>
<p><a href="{escape(link)}" style="font-size: 20px">{escape(words.press)}</a></p>
<p>{escape(words.until)}</p>
<p>{escape(words.kept)}</p>
<p>{escape(words.yours)}</p>
<p><strong dir="ltr" lang="zxx">{escape(letter.fingerprint)}</strong></p>
{asked}
<p><a href="{escape(letter.privacy)}">{escape(words.how)}</a></p>
<p>{escape(organisation)}</p>
</div>
</body>
</html>
"""
