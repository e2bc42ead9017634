"""Errors as people meet them: a calm page in a browser, a problem document for programs."""

from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from pulse.http import problems
from pulse.settings import Current
from pulse.web.answers import HTML
from pulse.web.choosing import reader_for
from pulse.web.frame import frame_for
from pulse.web.page import static_folder
from pulse.web.rendering import render


def handlers(current: Current) -> ExceptionHandlersMap:
    """Return what answers the errors of an app whose pages read as the settings in force say."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        """Answer with a page where a person opened an address, else with a problem document."""
        document = problems.answer(request, error)
        if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
            return document
        settings = current()
        reader = reader_for(request, settings)
        page = render(
            "problem.html",
            reader,
            static=static_folder(),
            frame=frame_for(settings, reader),
            here="/results",
            problem=problems.problem(error),
        )
        headers = {name: document.headers[name] for name in document.headers}
        return Response(
            page,
            status_code=document.status_code,
            media_type=HTML,
            headers={**headers, "Vary": "Accept-Language"},
        )

    return {Exception: answer, HTTPException: answer}
