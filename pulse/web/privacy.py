"""`/privacy`: what is kept, what a leader sees, and what risk remains, as it runs here."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from pulse.disclosure.policy import BAND, policy_for
from pulse.disclosure.rounding import steps_per_point
from pulse.disclosure.statement import Statement, policy_history, policy_statement
from pulse.errors import BadRelease
from pulse.release import ledger, reading
from pulse.settings import Current, Settings
from pulse.terms import N_
from pulse.web.answers import HTML, prepare, send_prepared
from pulse.web.choosing import reader_for
from pulse.web.frame import frame_for
from pulse.web.page import static_folder
from pulse.web.preview import preview
from pulse.web.published import read_current
from pulse.web.reader import PLAIN, Reader
from pulse.web.rendering import render

KEPT: Final = 32  # pages: two states in each language
ENOUGH: Final = 1000  # people; more are rounded no finer

# What can be claimed depends on who holds the second opening key.
HOLDERS: Final = {
    "same-user": N_(
        "Here both opening keys lie on one computer under one user. That protects against leaks, "
        "curious colleagues and everything that happens after the keys are gone; it does not "
        "protect against the operator opening boxes before the close."
    ),
    "same-host": N_(
        "Here both opening keys lie on one computer, in folders meant for two of its users. Both "
        "are made there by one command, and whoever administers that computer could reach both "
        "before the close."
    ),
    "council": N_(
        "Here the second opening key is held by others, on a machine of their own. The operator "
        "alone can open no box, at no time; both together could before the close."
    ),
}


UNTOLD: Final = N_(
    "Who holds the second opening key of the week that is open cannot be read just now: take it "
    "that both lie on one computer, where the operator could open boxes before the close."
)
CHANGES: Final = N_("From the next week on this changes.")
UNREADABLE: Final = N_(
    "The releases cannot be read just now, so what was in force is not told here."
)


class _Terms(msgspec.Struct, frozen=True):
    holder: str


def privacy_page(
    settings: Settings,
    statement: Statement | None = None,
    *,
    holder: str = "",
    reader: Reader = PLAIN,
) -> bytes:
    """Return the page for the running settings, and for the policies of the releases so far.

    `holder` is who people of the open week were told holds the second key; empty without one.
    """
    policy = policy_for(settings.k, settings.prefer)
    return render(
        "privacy.html",
        reader,
        static=static_folder(),
        frame=frame_for(settings, reader),
        here="/privacy",
        organisation=settings.organisation,
        policy=policy,
        steps=_steps(reader),
        band=BAND,
        example=preview(policy, settings.smallest_group, reader),
        statement=statement or policy_statement((), policy, reader.words),
        smallest_group=settings.smallest_group,
        holder=_words(holder or settings.holder, settings.holder, reader),
    )


def _words(holder: str, coming: str, reader: Reader) -> str:
    """Word what holds now, and what a changed setting makes of the weeks to come."""
    now = HOLDERS.get(holder, UNTOLD)
    told = (now,) if holder == coming else (now, CHANGES, HOLDERS[coming])
    return " ".join(reader.gettext(each) for each in told)


def _steps(reader: Reader) -> tuple[str, ...]:
    """Return the steps that means are rounded to, from few people to many: "0.5", "0.25", "0.1"."""
    per_point = {steps_per_point(b, changed=False): None for b in range(BAND, ENOUGH, BAND)}
    return tuple(reader.mean(1 / each) for each in per_point)


def holder_now(published: Path) -> str:
    """Return the holder that the open week's key list names: as it was opened, so it ends.

    Returns:
        Empty where no week is open; "untold" where its list cannot be read.
    """
    keys = read_current(published).keys
    if not isinstance(keys, str):
        return ""
    try:
        _, wave, name = keys.strip("/").split("/")
        return msgspec.json.decode((published / wave / name).read_bytes(), type=_Terms).holder
    except (OSError, ValueError, msgspec.DecodeError):
        return "untold"


def privacy_route(releases: Path, published: Path, current: Current) -> HTTPRouteHandler:
    """Return the route of the privacy page; it is made once for each release and opening.

    `current` gives the settings in force: with others the page is made again too.
    """

    @lru_cache(maxsize=KEPT)
    def page(head: str, holder: str, reader: Reader, settings: bytes) -> bytes:
        del head  # one page for each state of the ledger
        running = msgspec.json.decode(settings, type=Settings)
        policy = policy_for(running.k, running.prefer)
        eras = policy_history(reading.manifests(releases))
        statement = policy_statement(eras, policy, reader.words)
        return privacy_page(running, statement, holder=holder, reader=reader)

    @get("/privacy", sync_to_thread=True)
    def privacy(request: Request[Any, Any, Any]) -> Response[bytes]:
        settings = current()
        holder, reader = holder_now(published), reader_for(request, settings)
        try:
            told = page(ledger.head(releases), holder, reader, msgspec.json.encode(settings))
        except (OSError, BadRelease):
            least = policy_for(settings.k, settings.prefer).k
            unread = Statement(reader.gettext(UNREADABLE), (), (), least)
            told = privacy_page(settings, unread, holder=holder, reader=reader)
        return send_prepared(request, prepare(told, HTML), varies="Accept-Language")

    return privacy
