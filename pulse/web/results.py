"""`/results`: what the releases of the last twelve weeks tell staff, and what is being tried.

Everything on the page is worked out here from `results.json` files, which hold released cells
and nothing else, and from the list of practices. It is made once a release or change of the list.
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
from pulse.terms import week_name
from pulse.web import lines, trying
from pulse.web.answers import HTML, Prepared, prepare, send_prepared
from pulse.web.page import static_folder
from pulse.web.rendering import render
from pulse.web.told import Department, Figure, Results, read

KEPT: Final = 2  # pages


class Scale(msgspec.Struct, frozen=True):
    """One scale of one unit, ready to be drawn: places are percent of a line of 0-100."""

    label: str
    whole: str = "not told"
    mean: float | None = None
    interval: lines.Interval | None = None
    direction: str = ""
    runs: tuple[str, ...] = ()

    @property
    def percent(self) -> float:
        """Where the mean stands, kept on the line."""
        return min(100.0, max(0.0, self.mean or 0.0))


class Row(msgspec.Struct, frozen=True):
    """One shown department with its scales, in the order of the organisation's."""

    name: str
    participation: str
    scales: tuple[Scale, ...]


class Page(msgspec.Struct, frozen=True):
    """What the page says beside its statements; `drawn`: some line has begun."""

    results: Results
    scales: tuple[Scale, ...]
    rows: tuple[Row, ...]
    efforts: tuple[trying.Effort, ...]
    weeks: int
    drawn: bool


_EXAMPLE: Final = tuple(
    Scale(label, str(mean), float(mean), lines.Interval(mean - 4.0, mean + 4.0), direction, runs)
    for label, mean, direction, runs in (
        ("Safety", 74, "about the same as in the four weeks before", ("0,30 25,27 60,26 100,26",)),
        ("Energy", 61, "lower than in the four weeks before", ("0,25 30,28 60,34 100,39",)),
        ("Care", 70, "about the same as in the four weeks before", ("0,33 40,30 70,31 100,30",)),
        ("Work", 66, lines.TOO_EARLY, ()),
    )
)


def newest(releases: Path, number: int = lines.WEEKS) -> tuple[bytes, ...]:
    """Return `results.json` of the last waves in the ledger, oldest first; none before the first.

    One that is missing makes the line shorter, and the newest one missing shows nothing.
    """
    try:
        waves = sorted(entry.wave for entry in ledger.read(releases))[-number:]
    except (OSError, BadRelease):
        return ()
    found = []
    for wave in waves:
        try:
            found.append((releases / wave / "results.json").read_bytes())
        except OSError:
            found.append(b"")
    return tuple(found) if found and found[-1] else ()


def results_page(
    released: tuple[bytes, ...],
    organisation: str,
    efforts: tuple[published.Tried, ...] = (),
    tree: Path | None = None,
) -> bytes:
    """Return the page, or one that teaches by an example.

    Args:
        released: `results.json` of some waves, oldest first.
        organisation: its name before there is a release.
        efforts: what is being tried.
        tree: the newest release's tree, which says where teams belong.
    """
    weeks = [read(data) for data in released]
    if not weeks or weeks[-1] is None:
        return render(
            "waiting.html", static=static_folder(), organisation=organisation, example=_EXAMPLE
        )
    page = compose([week for week in weeks if week is not None], efforts, tree)
    title = f"{page.results.organisation}, {week_name(page.results.wave)}"
    return render("results.html", static=static_folder(), title=title, page=page)


def compose(
    weeks: list[Results], efforts: tuple[published.Tried, ...] = (), tree: Path | None = None
) -> Page:
    """Work out what the page says of the last of `weeks`."""
    now = weeks[-1]
    whole = {
        figure.scale: lines.organisation_line(weeks, figure.scale) for figure in now.scales
    }  # fmt: skip
    scales = tuple(
        _scale(now.whole, figure, whole[figure.scale], lines.direction(weeks, line, scale))
        for figure in now.scales
        for scale, line in [(figure.scale, whole[figure.scale])]
    )
    above = trying.departments(tree) if tree and efforts else {}
    return Page(
        results=now,
        scales=scales,
        rows=tuple(_row(weeks, whole, unit) for unit in now.units),
        efforts=trying.efforts(now, efforts, above),
        weeks=len(weeks),
        drawn=any(scale.runs for scale in scales),
    )


def _scale(unit: Department, figure: Figure, line: lines.Line, direction: str = "") -> Scale:
    return Scale(
        figure.label, figure.whole, figure.mean, lines.interval(unit, figure), direction,
        lines.polylines(line),
    )  # fmt: skip


def _row(weeks: list[Results], whole: dict[str, lines.Line], unit: Department) -> Row:
    """Return a department; where a scale's items stand at opposite ends it has no value."""
    own = {figure.scale: figure for figure in unit.scales}
    scales = []
    for above in weeks[-1].scales:
        figure = own.get(above.scale)
        if figure is None:
            scales.append(Scale(above.label))
            continue
        line = lines.department_line(weeks, whole[above.scale], unit, above.scale)
        scales.append(_scale(unit, figure, line))
    return Row(unit.name, unit.participation, tuple(scales))


@lru_cache(maxsize=KEPT)
def _made(releases: Path, practices: Path, organisation: str, mark: object) -> Prepared:
    del mark  # it is what the page was made from: with another one the page is made again
    released = newest(releases)
    last = read(released[-1]) if released else None
    tree = releases / last.wave / "tree.json" if last else None
    page = results_page(released, organisation, published.read(practices), tree)
    return prepare(page, HTML)


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
        mark = _mark(home.releases / ledger.NAME, home.practices / published.NAME)
        page = _made(home.releases, home.practices, settings.organisation, mark)
        return send_prepared(request, page)

    return results
