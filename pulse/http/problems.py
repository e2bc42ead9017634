"""Every error as a problem document (RFC 9457): a stable `type`, one sentence, no traceback."""

from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from pulse.errors import BodyTooLarge, Busy, PulseError, RequestError
from pulse.terms import N_

PROBLEM_JSON: Final = "application/problem+json"
RETRY_AFTER: Final = 2  # seconds; the clients add a random part of their own

_FRAMEWORK: Final = {
    400: ("bad_request", N_("This request cannot be read.")),
    401: ("not_signed_in", "Please sign in first."),
    403: ("forbidden", "This is not open to you."),
    404: ("not_found", N_("There is nothing at this address.")),
    405: ("method_not_allowed", N_("This address does not take this method.")),
    413: (BodyTooLarge.type, "The body is larger than any that is expected here."),
    429: ("too_many_requests", "Too many tries. Please wait a minute."),
}
_OTHER: Final = ("bad_request", N_("This request cannot be answered."))
_FAILURE: Final = ("failure", N_("Something failed on our side. Nothing was stored."))


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem document; `type` is stable and meant for programs, `detail` for people."""

    type: str
    status: int
    title: str
    detail: str = ""
    where: str = ""


def problem(error: Exception) -> Problem:
    """Describe any error without telling more than its own sentence."""
    if isinstance(error, RequestError):
        return Problem(error.type, error.status, error.message, where=error.where)
    if isinstance(error, PulseError):
        return Problem(error.type, 500, _FAILURE[1])
    if isinstance(error, HTTPException) and error.status_code < 500:  # noqa: PLR2004 - HTTP's own line
        name, title = _FRAMEWORK.get(error.status_code, _OTHER)
        return Problem(name, error.status_code, title)
    return Problem(_FAILURE[0], 500, _FAILURE[1])


def answer(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a request that ended in `error` with its problem document."""
    document = problem(error)
    return Response(
        msgspec.json.encode(document),
        status_code=document.status,
        media_type=PROBLEM_JSON,
        headers=problem_headers(error),
    )


HANDLERS: Final[ExceptionHandlersMap] = {Exception: answer, HTTPException: answer}


def problem_headers(error: Exception) -> dict[str, str]:
    """Return what the answer to `error` says beside its document."""
    if isinstance(error, Busy):
        return {"Retry-After": str(RETRY_AFTER)}
    if isinstance(error, HTTPException) and error.headers:
        given = {name.lower(): value for name, value in error.headers.items()}
        if "allow" in given:
            return {"Allow": given["allow"].replace("GET", "GET, HEAD")}  # the guard answers HEAD
        if "retry-after" in given:
            return {"Retry-After": given["retry-after"]}
    return {}
