"""The page of the test week: begin, answer, close, see what others would see, end."""

from typing import Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect

from pulse.admin.access import INSIDE, AnyRequest, desk_of, note
from pulse.signin.layout import page

_HERE = "/test-week"
_WORKING = "2"  # seconds until the page looks again


@get(_HERE, include_in_schema=False, guards=INSIDE)
async def show(request: AnyRequest) -> Response[Any]:
    """Show how far the test week is; while it works, look again by itself."""
    told = await sync_to_thread(desk_of(request).week.told)
    headers = {"Refresh": _WORKING} if told.state in {"making", "closing"} else {}
    return page(request, "test_week.html", headers=headers, told=told)


@post(f"{_HERE}/begin", include_in_schema=False, guards=INSIDE)
async def begin(request: AnyRequest) -> Response[Any]:
    """Begin one; its mail goes to whoever is signed in."""
    if await sync_to_thread(desk_of(request).week.begin, request.user.email):
        await note(request, "test week", "begun")
    return Redirect(_HERE, status_code=303)


@post(f"{_HERE}/close", include_in_schema=False, guards=INSIDE)
async def close(request: AnyRequest) -> Response[Any]:
    """Let the invented people answer and close it."""
    await sync_to_thread(desk_of(request).week.close)
    await note(request, "test week", "closed")
    return Redirect(_HERE, status_code=303)


@post(f"{_HERE}/end", include_in_schema=False, guards=INSIDE)
async def end(request: AnyRequest) -> Response[Any]:
    """End it; nothing of it is kept."""
    await sync_to_thread(desk_of(request).week.end)
    await note(request, "test week", "ended")
    return Redirect(_HERE, status_code=303)
