"""Errors as people and programs read them: a calm page, or a problem document (RFC 9457).

A unit outside one's subtree and one that does not exist give the same 404, byte for byte, at every
address that takes a unit; no 404 repeats what was asked.
"""

from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException, NotFoundException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from pulse.errors import Busy
from pulse.http import problems
from pulse.signin.access import MustChangePassword, MustSetUpFactor, NotYourPlace
from pulse.signin.layout import page

AnyRequest = Request[Any, Any, Any]
_WORDS: Final = {
    400: ("This cannot be read", "Something in the address or the form is not as it should be."),
    401: ("Please sign in", "Your session has ended, or you have not signed in yet."),
    403: ("This is not for your role", "If you think it should be, ask your administrator."),
    404: ("Nothing here", "There is no page at this address, or it is not yours to see."),
    405: ("Not possible here", "This address does not take such a request."),
    413: ("Too large", "What was sent is larger than anything this page takes."),
    429: (
        "Please wait a while",
        "There were many tries just now. Nothing is lost; please try again in a minute.",
    ),
    500: ("Something broke on our side", "Nothing was changed. Please try again in a moment."),
    503: ("Very busy", "Please try again in a moment."),
}
_CSRF: Final = ("This page was open too long", "Please go back, load it again and repeat the step.")


def http_failure(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Answer one of Litestar's own exceptions."""
    if _for_programs(request):
        return problems.answer(request, error)
    onward = _onward(request, error)
    if onward is not None:
        return onward
    status = error.status_code
    if status == 403 and "CSRF" in error.detail:  # noqa: PLR2004 - the middleware has no own class
        return _page(request, error, status, _CSRF)
    return _page(request, error, status, _WORDS.get(status, _WORDS[400]))


def _onward(request: AnyRequest, error: HTTPException) -> Response[Any] | None:
    """Lead on whoever has a next step, or tell whose pages these are."""
    if isinstance(error, MustChangePassword):
        return Redirect("/account", status_code=303)
    if isinstance(error, MustSetUpFactor):
        return Redirect("/account/second-factor", status_code=303)
    if isinstance(error, NotYourPlace):
        others = request.app.state.desk.place.others
        return page(request, "not_your_place.html", status=403, others=others)
    if isinstance(error, NotAuthorizedException) and request.method == "GET":
        return Redirect("/login", status_code=303)
    return None


def any_failure(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer one of ours or what nobody expected, which the operator reads in full."""
    document = problems.problem(error)
    if document.status >= 500 and not isinstance(error, Busy):  # noqa: PLR2004 - HTTP's own line
        request.app.state.desk.report(error)
    if _for_programs(request):
        return problems.answer(request, error)
    words = _WORDS.get(document.status, _WORDS[400])
    return _page(request, error, document.status, words)


HANDLERS: Final[ExceptionHandlersMap] = {HTTPException: http_failure, Exception: any_failure}


class NotHere(NotFoundException):
    """What was asked for does not exist, or not for this account."""


def _for_programs(request: AnyRequest) -> bool:
    return request.url.path.startswith(("/api/", "/figures/", "/tables/", "/metrics", "/health"))


def _page(
    request: AnyRequest, error: Exception, status: int, words: tuple[str, str]
) -> Response[Any]:
    headers = problems.problem_headers(error)  # when to come again, what may be asked
    return page(
        request, "failure.html", status=status, headers=headers, title=words[0], detail=words[1]
    )
