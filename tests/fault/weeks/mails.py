"""The outbox as a mail server finds it: who got what, when, and in which words."""

import datetime as dt
import email.policy
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from tests.fault.weeks.town import Person

_LINK: Final = re.compile(r"https?://[^\s\"<]*/s#[A-Za-z0-9_.-]+")
_PARSER: Final = BytesParser(policy=email.policy.default)
FIRST, LAST = dt.time(9), dt.time(16)


class Mail(msgspec.Struct, frozen=True):
    """One mail: to whom, of which kind, when written, its link, and all else that it says."""

    file: str
    to: str
    kind: str
    date: dt.datetime
    link: str
    words: str


class Wrong(AssertionError):
    """Something that must hold does not."""


def outbox(folder: Path) -> list[Mail]:
    """Read every mail that lies in a week's outbox."""
    return [_read(path) for path in sorted(folder.glob("*.eml"))]


def names(folder: Path) -> frozenset[str]:
    """Return the mails' file names without reading them."""
    return frozenset(path.name for path in folder.glob("*.eml"))


def _read(path: Path) -> Mail:
    message = _PARSER.parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    links = {link for part in parts for link in _LINK.findall(part)}
    if len(links) != 1:
        raise Wrong(f"{path.name} holds {len(links)} links")
    (link,) = links
    own = {"To", "Date", "Message-ID", "Content-Type"}  # whose values differ by mail
    heads = [f"{name}: {'' if name in own else value}" for name, value in message.items()]
    words = "\n".join([*heads, *parts]).replace(link, "LINK")
    kind = "reminder" if "please ignore this" in words else "invitation"
    date = parsedate_to_datetime(message["Date"])
    return Mail(path.name, str(message["To"]), kind, date, link, words)


def check(
    mails: Collection[Mail], invited: Mapping[str, Person], half: dt.datetime, zone: str
) -> Iterator[str]:
    """Yield what is wrong with the mails of one week.

    Args:
        mails: all that lay in the outbox when the week closed.
        invited: the roster at the opening.
        half: when everybody has to be invited, whatever the time is where they are.
        zone: the organisation's.
    """
    reached = {person.email: person for person in invited.values() if person.email}
    by_kind: dict[str, dict[str, list[Mail]]] = {"invitation": {}, "reminder": {}}
    for mail in mails:
        by_kind[mail.kind].setdefault(mail.to, []).append(mail)
    for kind, found in by_kind.items():
        missed, strangers = reached.keys() - found.keys(), found.keys() - reached.keys()
        twice = [to for to, those in found.items() if len(those) > 1]
        if missed or strangers or twice:
            yield f"{kind}: {len(missed)} missed, {len(strangers)} strangers, {len(twice)} twice"
    yield from _telling(mails, reached)
    yield from _untimely(mails, reached, half, zone)
    for to, (first, *_) in by_kind["reminder"].items():
        before = by_kind["invitation"].get(to)
        if before and (before[0].date >= first.date or before[0].link != first.link):
            yield f"the reminder to {to} has another link, or came before the invitation"


def _telling(mails: Collection[Mail], reached: Mapping[str, Person]) -> Iterator[str]:
    """All mails of a kind and zone say the very same, so none can tell who answered."""
    said = defaultdict[tuple[str, str], set[str]](set)
    for mail in mails:
        if mail.to in reached:
            said[mail.kind, reached[mail.to].zone].add(mail.words)
    for (kind, zone), words in said.items():
        if len(words) != 1:
            yield f"{kind}s to {zone or 'home'} come in {len(words)} wordings"
    links = {mail.link for mail in mails}
    if len(links) != len({mail.to for mail in mails}):
        yield "two people share a link, or one has two"


def _untimely(
    mails: Collection[Mail], reached: Mapping[str, Person], half: dt.datetime, zone: str
) -> Iterator[str]:
    for mail in mails:
        person = reached.get(mail.to)
        at = mail.date.astimezone(ZoneInfo((person and person.zone) or zone))
        working = at.weekday() < 5 and FIRST <= at.time() < LAST
        if not working and (mail.kind == "reminder" or mail.date < half):
            yield f"a {mail.kind} left at {at:%A %H:%M} where {mail.to} is"
