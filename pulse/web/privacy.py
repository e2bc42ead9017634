"""`/privacy`: what is kept, what a leader sees, and what risk remains, as it runs here."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from pulse.disclosure.policy import policy_for
from pulse.settings import Settings
from pulse.web.answers import HTML, prepare, send_prepared
from pulse.web.page import static_folder
from pulse.web.rendering import render

# What can be claimed depends on who holds the second opening key.
HOLDERS: Final = {
    "same-user": (
        "Here both opening keys lie on one computer under one user. That protects against leaks, "
        "curious colleagues and everything that happens after the keys are gone; it does not "
        "protect against the operator opening boxes before the close."
    ),
    "same-host": (
        "Here both opening keys lie on one computer, in folders meant for two of its users. Both "
        "are made there by one command, and whoever administers that computer could reach both "
        "before the close."
    ),
    "council": (
        "Here the second opening key is held by others, on a machine of their own. The operator "
        "alone can open no box, at no time; both together could before the close."
    ),
}


def privacy_page(settings: Settings) -> bytes:
    """Return the page for the running settings."""
    return render(
        "privacy.html",
        static=static_folder(),
        organisation=settings.organisation,
        policy=policy_for(settings.k),
        smallest_group=settings.smallest_group,
        holder=HOLDERS[settings.holder],
        support=settings.support,
    )


def privacy_route(settings: Settings) -> HTTPRouteHandler:
    """Return the route of the privacy page; the page is made once."""
    page = prepare(privacy_page(settings), HTML)

    @get("/privacy", sync_to_thread=False)
    def privacy(request: Request[Any, Any, Any]) -> Response[bytes]:
        return send_prepared(request, page)

    return privacy
