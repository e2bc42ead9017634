"""Lost links: a person's mail of the open week again, and what to say to everybody else."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread

from pulse.admin import posting
from pulse.admin.access import INSIDE, REFUSED, AnyRequest, back, desk_of, note, said
from pulse.admin.desk import Desk
from pulse.admin.thisweek import this_week
from pulse.errors import Refused
from pulse.invitation import sending
from pulse.roster import headcounts
from pulse.signin.forms import fields
from pulse.signin.layout import page

_DONE: Final = {"sent": "The mail is on its way once more, with the same link as before."}


@get("/links", include_in_schema=False, guards=INSIDE)
async def show(request: AnyRequest) -> Response[Any]:
    """Show what can be done for somebody without a link."""
    return await _page(request, done=said(request, _DONE))


@post("/links", include_in_schema=False, guards=INSIDE)
async def resend(request: AnyRequest) -> Response[Any]:
    """Send one person's mail of the open week once more."""
    desk = desk_of(request)
    (email,) = await fields(request, "email")
    try:
        again = await sync_to_thread(_send, desk, email.strip())
    except Refused as error:
        words = error.message.replace("wave", "week")  # a wave is called a week on these pages
        return await _page(request, problem=words, email=email)
    # Whose link it was is nobody's business later: the log says that one was sent again.
    await note(request, "resent", again.wave)
    posting.post(desk)
    return back("/links", "sent")


def _send(desk: Desk, email: str) -> sending.Sent:
    return sending.send(desk.home, desk.settings, desk.clock, desk.state, resend=email)


async def _page(
    request: AnyRequest, *, problem: str = "", done: str = "", email: str = ""
) -> Response[Any]:
    desk = desk_of(request)
    return page(
        request,
        "links.html",
        status=REFUSED if problem else 200,
        problem=problem,
        done=done,
        email=email,
        week=await sync_to_thread(this_week, desk.home, desk.state),
        units=await sync_to_thread(headcounts, desk.state),
    )
