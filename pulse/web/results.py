"""`/results`: the newest released figures of the organisation and its shown departments."""

import math
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from pulse.errors import BadRelease
from pulse.release import ledger
from pulse.settings import Settings
from pulse.terms import week_name
from pulse.web.answers import HTML, prepare, send_prepared
from pulse.web.page import static_folder
from pulse.web.rendering import render

_BOUND: Final = {"at_least": " or more", "at_most": " or less"}


class Figure(msgspec.Struct, frozen=True):
    """A scale (0-100) or an item (1-5) as released; a coded `mean` is its bound."""

    mean: float
    mean_bound: str = "exact"
    scale: str = ""
    label: str = ""
    text: str = ""
    reverse: bool = False

    @property
    def words(self) -> str:
        """An item's mean as people read it, such as "3.0", "3.25" or "4.5 or more"."""
        return f"{self.mean:.2f}".removesuffix("0") + _BOUND.get(self.mean_bound, "")

    @property
    def whole(self) -> str:
        """A scale's mean in whole points; a bound is rounded away from where it would say more."""
        rounded = {"at_least": math.floor, "at_most": math.ceil}.get(self.mean_bound, round)
        return f"{rounded(self.mean)}{_BOUND.get(self.mean_bound, '')}"

    @property
    def percent(self) -> float:
        """Where a 0-100 mean stands on a line, kept on the line."""
        return min(100.0, max(0.0, self.mean))


class Department(msgspec.Struct, frozen=True):
    """One shown department."""

    name: str
    participation: str = ""
    scales: tuple[Figure, ...] = ()

    def shown(self, scale: str) -> str:
        """Return one scale in words; where its items stand at opposite ends it has no value."""
        return next((figure.whole for figure in self.scales if figure.scale == scale), "not told")


class Results(msgspec.Struct, frozen=True):
    """The fields of `results.json` that the page shows; others may be added."""

    wave: str
    organisation: str
    participation: str = ""
    scales: tuple[Figure, ...] = ()
    items: tuple[Figure, ...] = ()
    units: tuple[Department, ...] = ()
    hidden: str = ""


_EXAMPLE: Final = (
    Figure(label="Safety", mean=74.0),
    Figure(label="Energy", mean=61.0),
    Figure(label="Care", mean=70.0),
    Figure(label="Work", mean=66.0),
)


def newest(releases: Path) -> bytes | None:
    """Return `results.json` of the newest wave in the ledger; None before the first release."""
    try:
        waves = [entry.wave for entry in ledger.read(releases)]
        return (releases / max(waves) / "results.json").read_bytes() if waves else None
    except (OSError, BadRelease):
        return None


@lru_cache(maxsize=4)
def results_page(released: bytes | None, organisation: str) -> bytes:
    """Return the page for the bytes of a `results.json`, or one that teaches by an example."""
    try:
        results = msgspec.json.decode(released or b"", type=Results)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return render(
            "waiting.html", static=static_folder(), organisation=organisation, example=_EXAMPLE
        )
    title = f"{results.organisation}, {week_name(results.wave)}"
    return render("results.html", static=static_folder(), title=title, results=results)


def results_route(releases: Path, settings: Settings) -> HTTPRouteHandler:
    """Return the route of the results page."""

    @get("/results", sync_to_thread=True)
    def results(request: Request[Any, Any, Any]) -> Response[bytes]:
        page = results_page(newest(releases), settings.organisation)
        return send_prepared(request, prepare(page, HTML))

    return results
