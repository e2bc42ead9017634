"""The organisation's name, its help contacts, and the addresses that links begin with."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread

from pulse.admin import saving
from pulse.admin.access import INSIDE, REFUSED, WIDE, AnyRequest, back, desk_of, said
from pulse.errors import BadSetting, Refused
from pulse.settings.writing import fixed
from pulse.signin.forms import fields
from pulse.signin.layout import page

NAMES: Final = ("organisation", "support.text", "support.contacts")
_DONE: Final = {"saved": "Saved. The next mails and pages say it so."}


@get("/organisation", include_in_schema=False, guards=INSIDE)
async def show(request: AnyRequest) -> Response[Any]:
    """Show name, contacts and addresses."""
    return await _page(request, done=said(request, _DONE))


@post("/organisation", include_in_schema=False, guards=INSIDE)
async def save(request: AnyRequest) -> Response[Any]:
    """Save name and contacts."""
    seen, name, text, contacts = await fields(
        request, "seen", "organisation", "text", "contacts", longest=WIDE
    )
    typed: dict[str, saving.Value] = {
        "organisation": " ".join(name.split()),
        "support.text": " ".join(text.split()),
        "support.contacts": saving.lines(contacts),
    }
    try:
        _check(typed)
        await saving.save(request, typed, seen)
    except Refused as error:
        return await _page(request, problem=saving.words(error), typed=typed)
    return back("/organisation", "saved")


def _check(typed: dict[str, saving.Value]) -> None:
    if not typed["support.text"] and not typed["support.contacts"]:
        raise BadSetting("Say at least one thing about getting help.", where="support.text")


async def _page(
    request: AnyRequest,
    *,
    problem: str = "",
    done: str = "",
    typed: dict[str, saving.Value] | None = None,
) -> Response[Any]:
    desk = desk_of(request)
    seen = await sync_to_thread(saving.look, desk.home)
    settings = seen.settings
    shown: dict[str, saving.Value] = {
        "organisation": settings.organisation,
        "support.text": settings.support.text,
        "support.contacts": settings.support.contacts,
    }
    return page(
        request,
        "organisation.html",
        status=REFUSED if problem else 200,
        problem=problem,
        done=done,
        value={**shown, **(typed or {})},
        fixed={name: fixed(name) for name in NAMES},
        seen=seen.digest,
        settings=settings,
    )
