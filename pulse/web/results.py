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
from msgspec import structs

from pulse.errors import BadRelease
from pulse.practices import published
from pulse.release import ledger
from pulse.settings import Current, Home, Settings
from pulse.statistics import summary as summaries
from pulse.statistics.summary import Summary
from pulse.web import preview, trying
from pulse.web.answers import HTML, Prepared, prepare, send_prepared
from pulse.web.choosing import reader_for
from pulse.web.frame import ALONE, Frame, frame_for
from pulse.web.page import static_folder
from pulse.web.reader import PLAIN, Phrase, Reader
from pulse.web.rendering import render
from pulse.web.scales import Row, Scale, period, rows, scales_of
from pulse.web.told import Figure, Results, read

KEPT: Final = 32  # pages: two states in each language


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
    hidden: Phrase
    participation: Phrase
    statements: tuple[tuple[Phrase, Figure], ...]
    drawn: bool
    told: bool
    alarms: bool = False


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
    *,
    reader: Reader = PLAIN,
    frame: Frame = ALONE,
) -> bytes:
    """Return the page, or one that teaches by an example.

    Args:
        released: `results.json` of the newest wave, empty before there is one.
        organisation: its name before there is a release.
        summary: what the releases say of the scales; without one the page has none of them.
        efforts: what is being tried.
        tree: the newest release's tree, which says where teams belong.
        reader: who reads it.
        frame: what stands around it.
    """
    results = read(released)
    around = {"static": static_folder(), "frame": frame, "here": "/results"}
    if results is None:
        example = preview.tiles(reader)
        return render("waiting.html", reader, organisation=organisation, example=example, **around)
    page = compose(results, summary, efforts, tree, reader)
    return render("results.html", reader, page=page, **around)


def compose(
    now: Results,
    summary: Summary | None,
    efforts: tuple[published.Tried, ...] = (),
    tree: Path | None = None,
    reader: Reader = PLAIN,
) -> Page:
    """Put together what the page says; a summary of another wave is not shown."""
    above = trying.departments(tree) if tree and efforts else {}
    page = Page(
        now,
        "",
        (),
        (),
        trying.efforts(now, efforts, above),
        hidden=reader.released(now.hidden),
        participation=reader.released(now.participation),
        statements=tuple((reader.statement(each.item, each.text), each) for each in now.items),
        drawn=False,
        told=False,
    )
    if summary is None or summary.wave != now.wave:
        return page
    scales = scales_of(summary.whole, reader)
    departments = rows(summary, {unit.unit_id: unit.participation for unit in now.units}, reader)
    return structs.replace(
        page,
        period=period(summary.whole, reader),
        scales=scales,
        rows=departments,
        drawn=any(scale.runs for scale in scales),
        told=True,
        alarms=any(
            scale.alarm for unit in (scales, *(row.scales for row in departments)) for scale in unit
        ),
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


def results_route(home: Home, current: Current) -> HTTPRouteHandler:
    """Return the route of the results page; `current` gives the settings in force."""

    @lru_cache(maxsize=KEPT)
    def made(reader: Reader, mark: object, settings: bytes) -> Prepared:
        del mark  # it is what the page was made from: with another one the page is made again
        running = msgspec.json.decode(settings, type=Settings)
        wave, released = newest(home.releases)
        page = results_page(
            released,
            running.organisation,
            summaries.read(home.summary, ledger.head(home.releases)),
            published.read(home.practices),
            home.releases / wave / "tree.json" if wave else None,
            reader=reader,
            frame=frame_for(running, reader),
        )
        return prepare(page, HTML)

    @get("/results", sync_to_thread=True)
    def results(request: Request[Any, Any, Any]) -> Response[bytes]:
        settings = current()
        mark = _mark(home.releases / ledger.NAME, home.summary, home.practices / published.NAME)
        page = made(reader_for(request, settings), mark, msgspec.json.encode(settings))
        return send_prepared(request, page, varies="Accept-Language")

    return results
