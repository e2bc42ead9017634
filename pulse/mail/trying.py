"""A test message on every channel that is set up, with the other side's exact answer."""

import datetime as dt
import secrets
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from pulse.clock import Clock
from pulse.errors import BadSetting, Unreachable
from pulse.mail import slack, webhooks
from pulse.mail.carrying import Carrier
from pulse.mail.claims import TOLD
from pulse.mail.secretfiles import SLACK_TOKEN, SMTP_PASSWORD, has_secret, read_secret
from pulse.mail.smtp import Line
from pulse.mail.ways import Ways
from pulse.settings import Home, Settings, mail_server

Message = tuple[str, bytes]  # the bare address, and the mail
_TEXT = "This is a test message of Pulse. There is nothing to do.\n"


class Tried(msgspec.Struct, frozen=True):
    """How one channel did."""

    channel: str
    works: bool
    answer: str


def try_channels(
    home: Home, settings: Settings, clock: Clock, to: str | None, ways: Ways | None = None
) -> tuple[Tried, ...]:
    """Send a test message over each channel of this home.

    Args:
        home: the folders.
        settings: the running configuration.
        clock: the present.
        to: who gets mail and personal message; None only signs in to the mail server.
        ways: how servers are reached.

    Raises:
        BadSetting: `to` is no address; nothing was sent.
    """
    found, now = ways or Ways(), clock.now()
    message = None if to is None else (to, _message(settings, now, to))
    tried = [_mail(home, settings, message, found)]
    if settings.people == "slack" or has_secret(home, SLACK_TOKEN):
        tried.append(_slack(home, message, found))
    key = f"pulse-test-{secrets.token_hex(8)}"
    notice = webhooks.Notice(key, "test", "", _TEXT.strip(), "")
    for place in webhooks.places(home):
        outcome = webhooks.tell(home, settings, place, notice, now, found)
        tried.append(Tried(f"{place} webhook", outcome == TOLD, outcome))
    return tuple(tried)


def open_line(home: Home, settings: Settings, ways: Ways) -> Line | None:
    """Connect to the mail server of the settings and sign in; None where mails are spooled.

    Raises:
        BadSetting: the password is missing or open to others.
        Unreachable: it does not let us in.
    """
    server = mail_server(settings.mail)
    if server is None:
        return None
    password = read_secret(home, SMTP_PASSWORD) if server.user else None
    return Line(server, password, settings.sender, ways.tls, ways.patience)


def _mail(home: Home, settings: Settings, message: Message | None, ways: Ways) -> Tried:
    try:
        line = open_line(home, settings, ways)
    except (BadSetting, Unreachable) as error:
        return Tried("mail", works=False, answer=str(error))
    if line is None:
        return Tried("mail", works=True, answer="Mails wait as files in the outbox.")
    if message is None:
        line.close()
        return Tried("mail", works=True, answer="Signed in; --to ADDRESS sends a mail too.")
    return _handed("mail", line, message)


def _slack(home: Home, message: Message | None, ways: Ways) -> Tried:
    if message is None:
        return Tried("slack", works=True, answer="Not tried; --to ADDRESS sends a message.")
    try:
        desk = slack.Desk(read_secret(home, SLACK_TOKEN), ways.slack, ways.tls, ways.patience)
    except (BadSetting, Unreachable) as error:
        return Tried("slack", works=False, answer=str(error))
    return _handed("slack", desk, message)


def _handed(channel: str, carrier: Carrier, message: Message) -> Tried:
    to, data = message
    try:
        verdict = carrier.hand(data, to, lambda: True)
    finally:
        carrier.close()
    told = verdict.told or verdict.outcome
    return Tried(channel, works=verdict.outcome == "delivered", answer=told)


def _message(settings: Settings, now: dt.datetime, to: str) -> bytes:
    local, _, domain = settings.sender.rpartition("@")
    refusal = BadSetting("This is no address that can be written to.", where="--to")
    mail = EmailMessage()
    mail["From"] = Address(" ".join(settings.organisation.split()), local, domain)
    try:
        found = Address(addr_spec=to)
        if not found.username or not found.domain or found.addr_spec != to or not to.isprintable():
            raise refusal
        mail["To"] = found
    except (ValueError, IndexError, HeaderParseError) as error:
        raise refusal from error
    mail["Subject"] = "A test message of Pulse"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_TEXT)
    return mail.as_bytes(policy=SMTP)
