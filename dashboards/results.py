"""The pages with figures: the overview and a unit's page."""

from typing import Annotated, Final

import msgspec
from litestar import get
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, QueryParameter
from litestar.response import Template
from markupsafe import Markup

from dashboards.desk import Book, Desk
from dashboards.figures import MONTHS, To
from dashboards.layout import page
from dashboards.pages import trying
from dashboards.pages.against import Against, against
from dashboards.pages.drawing import participation as draw_participation
from dashboards.pages.exact import Exact, exact
from dashboards.pages.example import example_rows, example_tiles
from dashboards.pages.heat import heat_table
from dashboards.pages.hidden import Hidden, hidden
from dashboards.pages.statements import Statement, statements
from dashboards.pages.tiles import Tile, tiles
from dashboards.pages.trends import MonthRow, TrendSection, address, months, sections
from dashboards.pages.view import View, view
from dashboards.pages.whole import Whole, whole
from dashboards.sight import AnyRequest, Sight, note, sight
from pulse.accounts import accesslog
from pulse.accounts.directory import Account
from pulse.accounts.scope import Scope, may
from pulse.charts import figure
from pulse.instrument import Instrument
from pulse.signin.access import Allowed
from pulse.statistics.history import History
from pulse.statistics.participation import Participation, participation, participation_trend
from pulse.statistics.sentence import week_sentence
from pulse.terms import Unit

Opened = Annotated[str | None, QueryParameter(name="open", max_length=16_000)]
Sort = Annotated[str, QueryParameter(name="sort", max_length=64)]
Find = Annotated[str, QueryParameter(name="find", max_length=400)]
_NEWEST: Final = 10  # rows of the access log on the auditor's first page


class Figures(msgspec.Struct, frozen=True):
    """Everything a page says about one unit, but for the table of units below it.

    `wave` is the newest shown, or the one of the past that was asked for (`past`). `outside`: there
    is no unit above that the reader sees.
    """

    unit: Unit
    path: tuple[Unit, ...]
    wave: str
    past: bool
    waves: tuple[str, ...]
    sentence: str
    asked: Instrument
    tiles: tuple[Tile, ...]
    participation: Participation
    drawn_participation: Markup
    turnout: str
    statements: tuple[Statement, ...]
    trends: tuple[TrendSection, ...]
    months: tuple[MonthRow, ...]
    months_figure: str
    months_sheet: str
    against: Against
    exact: Exact
    hidden: Hidden
    whole: Whole
    reorganised: bool
    pauses: bool
    outside: bool


@get("/", include_in_schema=False, guards=[Allowed()])
async def overview(
    request: AnyRequest, opened: Opened = None, sort: Sort = "", find: Find = ""
) -> Template:
    """Show the first page: the account's own unit in ten seconds."""
    desk: Desk = request.app.state.desk
    account: Account = request.user
    if not may(account, "see_results"):
        return await _without_results(request, desk, account)
    seen = await sight(request)
    if seen.scope.top is None:
        released = bool(seen.book.history.waves)
        return page(
            request, "empty.html", tiles=example_tiles(), rows=example_rows(), released=released
        )
    looked = view("/", opened=opened, sort=sort, find=find)
    return await _show(request, "overview.html", seen, seen.scope.top, looked)


@get("/units/{unit_id:str}", include_in_schema=False, guards=[Allowed("see_results")])
async def unit_page(
    request: AnyRequest,
    unit_id: FromPath[str],
    opened: Opened = None,
    sort: Sort = "",
    find: Find = "",
    to: To = "",
) -> Template:
    """Show one unit: its lines, months, statements, and what is hidden."""
    seen = await sight(request)
    until = seen.until(to, unit_id)
    looked = view(f"/units/{seen.unit(unit_id)}", opened=opened, sort=sort, find=find, to=until)
    return await _show(request, "unit.html", seen, unit_id, looked)


def figures(book: Book, scope: Scope, unit_id: str, to: str = "") -> Figures:
    """Return what the pages say about one unit of the newest tree, as of the wave `to`."""
    history = book.history
    drawn = tiles(book.scales, unit_id, to)
    took_part = participation(history, unit_id, to or None)
    shown_waves = history.series_waves(unit_id)
    path = _path(history.units, scope, unit_id)
    return Figures(
        unit=history.units[unit_id],
        path=path,
        wave=to or history.waves[-1],
        past=bool(to),
        waves=shown_waves,
        asked=history.instrument,
        sentence="" if to else week_sentence(book.scales, unit_id, outside=not path),
        tiles=drawn,
        participation=took_part,
        drawn_participation=Markup("")
        if took_part.at_least is None
        else draw_participation(took_part.at_least, took_part.invited),
        turnout="" if to else _turnout(history, unit_id),
        statements=statements(history, scope, unit_id, to or None),
        trends=sections(book.scales, unit_id, drawn, to),
        months=months(book.scales, unit_id, to),
        months_figure=address("figures", unit_id, MONTHS, to),
        months_sheet=address("tables", unit_id, MONTHS, to),
        against=Against("", "", ()) if to else against(book, unit_id),
        exact=Exact() if to else exact(book.scales, unit_id),
        hidden=hidden(history, scope, unit_id),
        whole=Whole() if to else whole(history, unit_id),
        reorganised=history.reorganised(unit_id),
        pauses=bool(figure.pauses(shown_waves)),
        outside=not path,
    )


def _turnout(history: History, unit_id: str) -> str:
    """Return where participation leads, where the bands leave no doubt about it."""
    trend = participation_trend(history, unit_id)
    return trend.words if trend.key in {"more", "fewer"} else ""


def _path(units: dict[str, Unit], scope: Scope, unit_id: str) -> tuple[Unit, ...]:
    above: list[Unit] = []
    parent = units[unit_id].parent_id
    while parent is not None and scope.sees(parent):
        above.append(units[parent])
        parent = units[parent].parent_id
    return tuple(reversed(above))


async def _show(
    request: AnyRequest, template: str, seen: Sight, unit_id: str, looked: View
) -> Template:
    book, scope = seen.book, seen.scope
    shown = await sync_to_thread(
        book.once,
        f"figures {scope.key} {unit_id} {looked.to}",
        lambda: figures(book, scope, unit_id, looked.to),
    )
    heat = None
    if not looked.to:
        heat = await sync_to_thread(heat_table, book, scope, unit_id, looked)
    await note(request, "saw", f"{unit_id} {shown.wave}")
    tried = await sync_to_thread(
        trying.tried_in, seen.desk, book, scope, unit_id, shown.tiles, looked.to
    )
    return page(
        request, template, draws=template == "unit.html", shown=shown, heat=heat, tried=tried,
        waves=book.history.waves,
    )  # fmt: skip


async def _without_results(request: AnyRequest, desk: Desk, account: Account) -> Template:
    rows: list[accesslog.AccessRow] = []
    waves: tuple[str, ...] = ()
    if may(account, "read_access_log"):
        rows = await sync_to_thread(accesslog.newest, desk.engine, _NEWEST)
        waves = (await sync_to_thread(desk.shelf.book)).history.waves
    return page(request, "without_results.html", rows=rows, waves=waves)
