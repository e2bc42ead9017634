"""Single sign-on: to the organisation's provider and back."""

import hmac
import sys
from typing import Any, Final

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.response import Redirect

from pulse.accounts import directory
from pulse.accounts.provider import BACK, LIFETIME, Provider
from pulse.errors import NotKnown
from pulse.signin.desk import Desk
from pulse.signin.entering import welcome
from pulse.signin.failures import NotHere
from pulse.signin.forms import AnyRequest, note
from pulse.signin.layout import page

_LONGEST: Final = 4_000
_WORDS: Final = 300


@get("/login/provider", include_in_schema=False)
async def leave(request: AnyRequest) -> Response[Any]:
    """Send the browser to the provider, with a cookie that it must bring back."""
    desk: Desk = request.app.state.desk
    provider = _provider(desk)
    desk.sign_ins.take()
    try:
        begun = await sync_to_thread(provider.start, desk.engine, desk.clock)
    except NotKnown as error:
        _tell(error)
        return page(request, "provider_failed.html", status=503)
    return Redirect(begun.url, status_code=303, cookies=[_cookie(desk, begun.state)])


@get(BACK, include_in_schema=False)
async def come_back(
    request: AnyRequest,
) -> Response[Any]:
    """Sign in whoever the provider recognised and we know.

    The answer is a page that goes on by itself, not a redirect: the session's cookie is strict,
    and a browser that has just come from another site would not send it along.
    """
    desk: Desk = request.app.state.desk
    provider = _provider(desk)
    desk.sign_ins.take()
    state, code = (str(request.query_params.get(n, ""))[:_LONGEST] for n in ("state", "code"))
    brought = request.cookies.get(desk.place.cookie("provider"), "")
    if not state or not hmac.compare_digest(brought.encode(), state.encode()):
        await note(desk, None, "refused", "provider")
        return _refused(request, desk)
    try:
        known = await sync_to_thread(provider.finish, desk.engine, desk.clock, state, code)
    except NotKnown as error:
        _tell(error)
        await note(desk, None, "refused", "provider")
        return _refused(request, desk)
    found = await sync_to_thread(directory.find, desk.engine, known.email)
    if found is None:
        await note(desk, None, "refused", "provider")
        return _refused(request, desk)
    onward = await welcome(request, found[0], way="provider", second=known.second)
    answer = page(request, "onward.html", onward=onward.url)
    answer.set_cookie(_cookie(desk, "", ended=True))
    return answer


def _tell(error: NotKnown) -> None:
    """Tell the operator in one line; the words may be the provider's."""
    sys.stderr.write(f"pulse: single sign-on: {' '.join(str(error).split())[:_WORDS]}\n")


def _refused(request: AnyRequest, desk: Desk) -> Response[Any]:
    answer = page(request, "provider_refused.html", status=401)
    answer.set_cookie(_cookie(desk, "", ended=True))
    return answer


def _provider(desk: Desk) -> Provider:
    if desk.provider is None:
        raise NotHere
    return desk.provider


def _cookie(desk: Desk, value: str, *, ended: bool = False) -> Cookie:
    """Return the cookie that binds an attempt to its browser; lax, or it would not come back."""
    return Cookie(
        key=desk.place.cookie("provider"),
        value=value,
        max_age=0 if ended else int(LIFETIME.total_seconds()),
        path="/",
        secure=desk.place.https,
        httponly=True,
        samesite="lax",
    )
