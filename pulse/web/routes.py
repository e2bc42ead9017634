"""The staff pages' routes: the survey page with its files, and what else people may read."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from pulse.http.headers import content_security_policy
from pulse.settings import Current, Home
from pulse.web.answers import HTML, prepare, send_prepared
from pulse.web.page import (
    MEDIA_TYPES,
    staff_page,
    staff_sources,
    static_files,
    static_folder,
)
from pulse.web.privacy import privacy_route
from pulse.web.published import published_routes
from pulse.web.results import results_route
from pulse.web.standing import card_routes


def page_routes(home: Home, current: Current) -> Sequence[BaseRouteHandler]:
    """Return every route that shows something; none of them changes with one more ballot.

    Name, contacts, languages and policy read as the settings in force at each request.
    """
    return [
        front_page,
        _survey_route(),
        *card_routes(),
        _static_route(),
        _icon_route(),
        *published_routes(home.published),
        results_route(home, current),
        privacy_route(home.releases, home.published, current),
    ]


@get("/", sync_to_thread=False)
def front_page() -> Redirect:
    """Send whoever comes without a link to the results."""
    return Redirect("/results", status_code=303)


def _survey_route() -> HTTPRouteHandler:
    policy = content_security_policy(
        **staff_sources(), require_trusted_types_for="'script'", trusted_types="'none'"
    )

    @get("/s", sync_to_thread=False)
    def survey(request: Request[Any, Any, Any]) -> Response[bytes]:
        answer = send_prepared(request, prepare(staff_page(), HTML, tight=True))
        answer.headers["Content-Security-Policy"] = policy
        return answer

    return survey


def _icon_route() -> HTTPRouteHandler:
    icon = prepare(static_files()["icon.svg"], MEDIA_TYPES[".svg"])

    @get("/favicon.ico", sync_to_thread=False)
    def favicon(request: Request[Any, Any, Any]) -> Response[bytes]:
        return send_prepared(request, icon)  # browsers ask for it on every page

    return favicon


def _static_route() -> HTTPRouteHandler:
    files = {
        f"{static_folder()}/{name}": prepare(
            content, MEDIA_TYPES[PurePosixPath(name).suffix], lasting=True
        )
        for name, content in static_files().items()
    }

    @get("/static/{folder:str}/{name:str}", sync_to_thread=False)
    def static(
        request: Request[Any, Any, Any], folder: FromPath[str], name: FromPath[str]
    ) -> Response[bytes]:
        file = files.get(f"/static/{folder}/{name}")
        if file is None:
            raise NotFoundException
        return send_prepared(request, file)

    return static
