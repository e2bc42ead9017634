"""`/privacy`: what is kept, what a leader sees, and what risk remains, as it runs here."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from pulse.disclosure.policy import policy_for
from pulse.disclosure.statement import Statement, policy_history, policy_statement
from pulse.errors import BadRelease
from pulse.release import ledger, reading
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


UNREADABLE: Final = "The releases cannot be read just now, so what was in force is not told here."


def privacy_page(settings: Settings, statement: Statement | None = None) -> bytes:
    """Return the page for the running settings, and for the policies of the releases so far."""
    policy = policy_for(settings.k, settings.prefer)
    return render(
        "privacy.html",
        static=static_folder(),
        organisation=settings.organisation,
        policy=policy,
        statement=statement or policy_statement((), policy),
        smallest_group=settings.smallest_group,
        holder=HOLDERS[settings.holder],
        support=settings.support,
    )


def privacy_route(releases: Path, settings: Settings) -> HTTPRouteHandler:
    """Return the route of the privacy page; the page is made once for each release."""
    policy = policy_for(settings.k, settings.prefer)

    @lru_cache(maxsize=1)
    def page(head: str) -> bytes:
        del head  # one page for each state of the ledger
        eras = policy_history(reading.manifests(releases))
        return privacy_page(settings, policy_statement(eras, policy))

    @get("/privacy", sync_to_thread=True)
    def privacy(request: Request[Any, Any, Any]) -> Response[bytes]:
        try:
            told = page(ledger.head(releases))
        except (OSError, BadRelease):
            told = privacy_page(settings, Statement(UNREADABLE, (), (), policy.k))
        return send_prepared(request, prepare(told, HTML))

    return privacy
