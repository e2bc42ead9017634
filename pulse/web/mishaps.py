"""Errors as people meet them: a calm page in a browser, a problem document for programs."""

from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from pulse.http import problems
from pulse.web.answers import HTML
from pulse.web.page import static_folder
from pulse.web.rendering import render


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer with a page where a person opened an address, else with a problem document."""
    document = problems.answer(request, error)
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        page = render("problem.html", static=static_folder(), problem=problems.problem(error))
        return Response(
            page,
            status_code=document.status_code,
            media_type=HTML,
            headers={name: document.headers[name] for name in document.headers},
        )
    return document


HANDLERS: Final[ExceptionHandlersMap] = {Exception: answer, HTTPException: answer}
