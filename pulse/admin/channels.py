"""How messages leave: what is set, and one test message to whoever is signed in."""

import secrets
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread

from pulse.admin.access import INSIDE, AnyRequest, back, desk_of, note, said
from pulse.admin.desk import Desk
from pulse.mail.spool import spool
from pulse.signin.layout import page
from pulse.store import marks

_FOLDER: Final = "test"
_DONE: Final = {"sent": "The test message has left. Look into your mail."}


@get("/channels", include_in_schema=False, guards=INSIDE)
async def show(request: AnyRequest) -> Response[Any]:
    """Show how messages leave."""
    return await _page(request, done=said(request, _DONE))


@post("/channels/test", include_in_schema=False, guards=INSIDE)
async def test(request: AnyRequest) -> Response[Any]:
    """Send a message without any link to whoever is signed in."""
    desk = desk_of(request)
    await sync_to_thread(_send, desk, request.user.email)
    await note(request, "sent test", "mail")
    return back("/channels", "sent")


test.__test__ = False  # type: ignore[attr-defined] # its name is no test's


def _send(desk: Desk, to: str) -> None:
    settings = desk.settings
    local, _, domain = settings.sender.rpartition("@")
    mail = EmailMessage()
    mail["From"] = Address(settings.organisation, local, domain)
    mail["To"] = to
    mail["Subject"] = "A test message of Pulse"
    mail["Date"] = format_datetime(desk.clock.now())
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@{domain}>"
    mail.set_content("This message reached you, so links will too. There is nothing to do.\n")
    spool(desk.home.outbox / _FOLDER, {secrets.token_hex(8): mail})
    marks.note(desk.home, desk.clock, "channel")


async def _page(request: AnyRequest, *, done: str = "") -> Response[Any]:
    desk = desk_of(request)
    settings = desk.settings
    return page(
        request, "channels.html", done=done, settings=settings,
        outbox=str(desk.home.outbox), spooled=settings.mail.startswith("spool:"),
    )  # fmt: skip
