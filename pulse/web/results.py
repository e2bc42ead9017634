"""`/results`: what the newest release tells staff, and what is being tried.

Statements and participation come from its `results.json`, which holds released cells and nothing
else; the four scales from the summary of all releases that the leaders' tiles are made of too
(`pulse/upkeep/telling.py`). The page is made once a release or change of either list.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from pulse.errors import BadRelease
from pulse.practices import published
from pulse.release import ledger
from pulse.settings import Home, Settings
from pulse.statistics import summary as summaries
from pulse.statistics.summary import Summary
from pulse.terms import week_name
from pulse.web import trying
from pulse.web.answers import HTML, Prepared, prepare, send_prepared
from pulse.web.page import static_folder
from pulse.web.rendering import render
from pulse.web.scales import Row, Scale, period, rows, scales_of
from pulse.web.told import Results, read

KEPT: Final = 2  # pages


class Page(msgspec.Struct, frozen=True):
    """What the page says.

    `drawn`: some line has begun, `alarms`: of some it is told that it is not where it used to be,
    `told`: the scales are worked out.
    """

    results: Results
    period: str
    scales: tuple[Scale, ...]
    rows: tuple[Row, ...]
    efforts: tuple[trying.Effort, ...]
    drawn: bool
    told: bool
    alarms: bool = False


_EXAMPLE: Final = tuple(
    Scale(label, value, value - 4.0, value + 4.0, direction, runs=runs)
    for label, value, direction, runs in (
        ("Safety", 74.0, "about the same", ("0,30 25,27 60,26 100,26",)),
        ("Energy", 61.0, "lower, likely real", ("0,25 30,28 60,34 100,39",)),
        ("Care", 70.0, "about the same", ("0,33 40,30 70,31 100,30",)),
        ("Work", 66.0, "cannot tell yet", ()),
    )
)


def newest(releases: Path) -> tuple[str, bytes]:
    """Return the newest wave of the ledger and its `results.json`; empty before the first."""
    try:
        wave = max((entry.wave for entry in ledger.read(releases)), default="")
        return (wave, (releases / wave / "results.json").read_bytes()) if wave else ("", b"")
    except (OSError, BadRelease):
        return "", b""


def results_page(
    released: bytes,
    organisation: str,
    summary: Summary | None = None,
    efforts: tuple[published.Tried, ...] = (),
    tree: Path | None = None,
) -> bytes:
    """Return the page, or one that teaches by an example.

    Args:
        released: `results.json` of the newest wave, empty before there is one.
        organisation: its name before there is a release.
        summary: what the releases say of the scales; without one the page has none of them.
        efforts: what is being tried.
        tree: the newest release's tree, which says where teams belong.
    """
    results = read(released)
    if results is None:
        return render(
            "waiting.html", static=static_folder(), organisation=organisation, example=_EXAMPLE
        )
    page = compose(results, summary, efforts, tree)
    title = f"{results.organisation}, {week_name(results.wave)}"
    return render("results.html", static=static_folder(), title=title, page=page)


def compose(
    now: Results,
    summary: Summary | None,
    efforts: tuple[published.Tried, ...] = (),
    tree: Path | None = None,
) -> Page:
    """Put together what the page says; a summary of another wave is not shown."""
    above = trying.departments(tree) if tree and efforts else {}
    tried = trying.efforts(now, efforts, above)
    if summary is None or summary.wave != now.wave:
        return Page(now, "", (), (), tried, drawn=False, told=False)
    scales = scales_of(summary.whole)
    departments = rows(summary, {unit.unit_id: unit.participation for unit in now.units})
    return Page(
        now,
        period(summary.whole),
        scales,
        departments,
        tried,
        drawn=any(scale.runs for scale in scales),
        told=True,
        alarms=any(
            scale.alarm for unit in (scales, *(row.scales for row in departments)) for scale in unit
        ),
    )


@lru_cache(maxsize=KEPT)
def _made(releases: Path, told: Path, practices: Path, organisation: str, mark: object) -> Prepared:
    del mark  # it is what the page was made from: with another one the page is made again
    wave, released = newest(releases)
    summary = summaries.read(told, ledger.head(releases))
    tree = releases / wave / "tree.json" if wave else None
    return prepare(
        results_page(released, organisation, summary, published.read(practices), tree), HTML
    )


def _mark(*files: Path) -> tuple[tuple[int, int, int], ...]:
    """Tell one state of some files from the next."""
    found = []
    for file in files:
        try:
            status = file.stat()
            found.append((status.st_ino, status.st_size, status.st_mtime_ns))
        except OSError:
            found.append((0, 0, 0))
    return tuple(found)


def results_route(home: Home, settings: Settings) -> HTTPRouteHandler:
    """Return the route of the results page."""

    @get("/results", sync_to_thread=True)
    def results(request: Request[Any, Any, Any]) -> Response[bytes]:
        mark = _mark(home.releases / ledger.NAME, home.summary, home.practices / published.NAME)
        page = _made(home.releases, home.summary, home.practices, settings.organisation, mark)
        return send_prepared(request, page)

    return results
