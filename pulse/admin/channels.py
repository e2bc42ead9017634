"""How messages leave: what is set, what lies put aside, and one test message to oneself."""

import secrets
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread

from pulse.admin import posting
from pulse.admin.access import INSIDE, REFUSED, AnyRequest, back, desk_of, note, said
from pulse.admin.desk import Desk
from pulse.errors import BadSetting
from pulse.mail import secretfiles
from pulse.mail.secretfiles import has_secret
from pulse.mail.spool import spool
from pulse.mail.trying import try_channels
from pulse.settings import mail_server
from pulse.signin.layout import page
from pulse.store import marks

SHOWN: Final = 100
_FOLDER: Final = "test"
_DONE: Final = {
    "sent": "Every channel that is set has taken the test message. Look into your mail.",
    "written": "The test message lies in the folder, for whatever carries mails on from there.",
}
_SECRETS: Final = {
    secretfiles.SMTP_PASSWORD: "password of the mail server",
    secretfiles.SLACK_TOKEN: "token for personal messages in Slack",
    secretfiles.SLACK_WEBHOOK: "announcements in Slack",
    secretfiles.TEAMS_WEBHOOK: "announcements in Teams",
    secretfiles.GENERIC_WEBHOOK: "announcements to a program of your own",
    secretfiles.GENERIC_SECRET: "what those are signed with",
}


@get("/channels", include_in_schema=False, guards=INSIDE)
async def show(request: AnyRequest) -> Response[Any]:
    """Show how messages leave."""
    return await _page(request, done=said(request, _DONE))


@post("/channels/test", include_in_schema=False, guards=INSIDE)
async def try_it(request: AnyRequest) -> Response[Any]:
    """Send a message without any link to whoever is signed in, and say what became of it."""
    desk = desk_of(request)
    problem = await sync_to_thread(_send, desk, request.user.email)
    await note(request, "sent test", "mail, not taken" if problem else "mail")
    if problem:
        return await _page(request, problem=problem)
    return back("/channels", "written" if mail_server(desk.settings.mail) is None else "sent")


def _send(desk: Desk, to: str) -> str:
    """Try every channel that is set up; return what went wrong in words, or nothing."""
    settings = desk.settings
    if mail_server(settings.mail) is None:
        spool(desk.home.outbox / _FOLDER, {secrets.token_hex(8): _message(desk, to)})
    try:
        tried = try_channels(desk.home, settings, desk.clock, to)
    except BadSetting as error:
        return error.message
    failed = [f"{each.channel}: {each.answer}" for each in tried if not each.works]
    if failed:
        return " ".join(failed)
    marks.note(desk.home, desk.clock, "channel")
    return ""


def _message(desk: Desk, to: str) -> EmailMessage:
    settings = desk.settings
    local, _, domain = settings.sender.rpartition("@")
    mail = EmailMessage()
    mail["From"] = Address(settings.organisation, local, domain)
    mail["To"] = to
    mail["Subject"] = "A test message of Pulse"
    mail["Date"] = format_datetime(desk.clock.now())
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("This message reached you, so links will too. There is nothing to do.\n")
    return mail


async def _page(request: AnyRequest, *, done: str = "", problem: str = "") -> Response[Any]:
    desk = desk_of(request)
    return page(
        request, "channels.html", status=REFUSED if problem else 200, done=done, problem=problem,
        settings=desk.settings,
        spooled=mail_server(desk.settings.mail) is None, most=SHOWN,
        **await sync_to_thread(_found, desk),
    )  # fmt: skip


def _found(desk: Desk) -> dict[str, Any]:
    aside = posting.put_aside(desk)
    return {
        "files": [(name, words, has_secret(desk.home, name)) for name, words in _SECRETS.items()],
        "refused": [(to, item.reason) for to, item in aside if item.state == "refused"],
        "uncertain": sum(item.state == "uncertain" for _, item in aside),
    }
