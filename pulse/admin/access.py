"""The one guard of the administrator's pages, and how their changes are written down."""

from typing import Any, Final

from litestar import Request
from litestar.response import Redirect

from pulse.accounts import accesslog
from pulse.admin.desk import Desk
from pulse.signin.access import Allowed
from pulse.signin.forms import note as write

AnyRequest = Request[Any, Any, Any]
INSIDE: Final = [Allowed("administer")]
WIDE: Final = 40_000  # characters of a field that takes many lines
REFUSED: Final = 422  # the status of a form that comes back with what is wrong


def desk_of(request: AnyRequest) -> Desk:
    """Return the desk of the app that a request came to."""
    desk: Desk = request.app.state.desk
    return desk


async def note(request: AnyRequest, action: accesslog.Entry, subject: str) -> None:
    """Write into the access log who changed what, with no personal value in it."""
    await write(desk_of(request), request.user, action, subject)


def back(path: str, done: str) -> Redirect:
    """Lead to a page that says what was done: reloading it does nothing again."""
    return Redirect(f"{path}?done={done}", status_code=303)


def said(request: AnyRequest, words: dict[str, str]) -> str:
    """Return what the page says was done, by the key in its address."""
    return words.get(str(request.query_params.get("done", "")), "")
