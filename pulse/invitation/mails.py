"""The words of an invitation: plain text and HTML, no image, nothing that tells who opened it."""

import datetime as dt
import secrets
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from pulse.settings import DAYS

Kind = Literal["invitation", "reminder"]
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What all mails of a wave have in common.

    `items` counts the statements, `k` the fewest people behind any figure, `closes` is an aware
    time, `timezone` the organisation's, `fingerprint` the eight words of the wave.
    """

    kind: Kind
    organisation: str
    sender: str
    base_url: str
    wave: str
    items: int
    k: int
    closes: dt.datetime
    timezone: str
    fingerprint: str

    @property
    def subject(self) -> str:
        """The subject line."""
        first = "Still open" if self.kind == "reminder" else "Your week"
        return f"{first}: {self.count} statements, about a minute (week {int(self.wave[6:])})"

    @property
    def count(self) -> str:
        """The number of statements as a word."""
        return _NUMBERS[self.items] if self.items < len(_NUMBERS) else str(self.items)

    @property
    def kept(self) -> str:
        """The one sentence on what is kept."""
        return (
            f"What is kept: rounded figures of at least {self.k} people together; single answers "
            "and all keys are destroyed when the week is counted, and nothing that is kept says "
            "who answered what."
        )


def compose(letter: Letter, to: str, link: str, timezone: str, now: dt.datetime) -> EmailMessage:
    """Write the mail to one person.

    Args:
        letter: what all mails of the wave share.
        to: the bare address.
        link: the person's link.
        timezone: the person's IANA zone, or empty for the organisation's.
        now: for the Date header, which RFC 5322 requires.
    """
    mail = EmailMessage()
    local, _, domain = letter.sender.rpartition("@")
    organisation = " ".join(letter.organisation.split())
    mail["From"] = Address(organisation, local, domain)
    mail["To"] = to
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(now)
    # Random: an id made from person or wave would let the mail's path be followed.
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    closes = local_words(letter.closes, timezone or letter.timezone)
    text = _text(letter, organisation, link, closes)
    mail.set_content(text, cte=_encoding(text))
    html = _html(letter, organisation, link, closes)
    mail.add_alternative(html, subtype="html", cte=_encoding(html))
    return mail


def local_words(moment: dt.datetime, timezone: str) -> str:
    """Return a time by a place's own clock, like Friday 28 November, 17:00 (Europe/Berlin)."""
    at = moment.astimezone(ZoneInfo(timezone))
    return f"{DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]}, {at:%H:%M} ({timezone})"


def _encoding(text: str) -> str:
    # Never quoted-printable: it would break the link over two lines for whoever reads the source.
    return "7bit" if text.isascii() else "8bit"


def _opening(letter: Letter) -> str:
    if letter.kind == "reminder":
        return (
            "If you have answered, please ignore this: everybody gets it, because nobody can "
            f"know who has. If not, {letter.count} short statements are waiting, about one minute:"
        )
    return f"{letter.count.capitalize()} short statements about your past week, about one minute:"


def _text(letter: Letter, organisation: str, link: str, closes: str) -> str:
    return f"""\
Hello,

{_opening(letter)}

{link}

Open until {closes}. Skip whatever you like.

{letter.kept}

The link is yours alone and works once, so please do not pass it on. These eight words are the
same for everybody this week, and the page shows them too:

{letter.fingerprint}

How it works, and what leaders see: {letter.base_url.rstrip("/")}/privacy

{organisation}
"""


def _html(letter: Letter, organisation: str, link: str, closes: str) -> str:
    address, privacy = escape(link), escape(f"{letter.base_url.rstrip('/')}/privacy")
    return f"""\
<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(letter.subject)}</title>
</head>
<body style="max-width: 36em; margin: 0 auto; padding: 16px; font: 16px/1.5 system-ui, sans-serif">
<p>Hello,</p>
<p>{escape(_opening(letter))}</p>
<p><a href="{address}" style="font-size: 20px">Answer the {letter.count} statements</a></p>
<p>Open until {escape(closes)}. Skip whatever you like.</p>
<p>{escape(letter.kept)}</p>
<p>The link is yours alone and works once, so please do not pass it on. These eight words are the
same for everybody this week, and the page shows them too:</p>
<p><strong>{escape(letter.fingerprint)}</strong></p>
<p><a href="{privacy}">How it works, and what leaders see</a></p>
<p>{escape(organisation)}</p>
</body>
</html>
"""
