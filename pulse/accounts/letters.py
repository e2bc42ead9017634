"""Mails to people who have an account: an invitation, a link for who forgot the password.

They lie in `accounts/outbox/`: the process of the leaders' pages writes there and has no right
to the outbox of the staff's links.
"""

import secrets
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from pulse.accounts.directory import Role
from pulse.accounts.links import PATH, Purpose
from pulse.clock import Clock
from pulse.mail.spool import SUFFIX, spool
from pulse.settings import Home, Settings
from pulse.store.files import hand_over, make_folder

OUTBOX: Final = "outbox"
_SUBJECT: Final = {
    "invitation": "Your access to Pulse",
    "forgotten": "A new password for Pulse",
}
_WORDS: Final = {
    "invitation": """\
you have been given access to the team pulse of {organisation}. Choose your password here:

{link}

The link works once, within seven days. After that, ask whoever looks after Pulse for another.
""",
    "forgotten": """\
somebody, probably you, asked for a new password for Pulse. Choose it here:

{link}

The link works once, within the hour, and signs you out everywhere else. If it was not you who
asked, there is nothing to do: your password stays as it is.
""",
}


def send(
    home: Home,
    settings: Settings,
    clock: Clock,
    to: str,
    purpose: Purpose,
    secret: str,
    *,
    role: Role = "leader",
) -> None:
    """Put the mail with a one-time link into the outbox of the accounts, 0600.

    The link begins with an address in the settings, never with what a request claimed: that of
    the pages where the role belongs.
    """
    door = settings.admin_url if role == "admin" else settings.dashboards_url
    link = door.rstrip("/") + PATH + secret
    mail = compose(settings, clock, to, purpose, link)
    folder, name = home.accounts / OUTBOX, secrets.token_hex(16)
    if not folder.is_dir():
        make_folder(folder, 0o700)
    spool(folder, {name: mail})
    hand_over(folder / f"{name}{SUFFIX}")


def compose(settings: Settings, clock: Clock, to: str, purpose: Purpose, link: str) -> EmailMessage:
    """Write the mail: plain text alone, no image, nothing that tells who opened it."""
    organisation = " ".join(settings.organisation.split())
    local, _, domain = settings.sender.rpartition("@")
    mail = EmailMessage()
    mail["From"] = Address(organisation, local, domain)
    mail["To"] = to
    mail["Subject"] = _SUBJECT[purpose]
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    words = _WORDS[purpose].format(organisation=organisation, link=link)
    text = f"Hello,\n\n{words}\n{organisation}\n"
    # Never quoted-printable: it would break the link over two lines.
    mail.set_content(text, cte="7bit" if text.isascii() else "8bit")
    return mail
