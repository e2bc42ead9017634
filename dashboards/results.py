"""The pages with figures: the overview and a unit's page, and the figures they fetch."""

import hashlib
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath
from litestar.response import Template
from markupsafe import Markup

from dashboards.access import Allowed
from dashboards.desk import Book, Desk
from dashboards.failures import NotHere
from dashboards.layout import page
from dashboards.pages import trying
from dashboards.pages.drawing import participation as draw_participation
from dashboards.pages.example import example_tiles
from dashboards.pages.heat import HeatTable, heat_table
from dashboards.pages.hidden import Hidden, hidden
from dashboards.pages.statements import Statement, statements
from dashboards.pages.tiles import Tile, tiles
from dashboards.pages.trends import MonthRow, TrendSection, months, sections, trend_json
from pulse.accounts import accesslog
from pulse.accounts.directory import Account
from pulse.accounts.scope import Scope, may
from pulse.charts.trend import Mark
from pulse.statistics.participation import Participation, participation
from pulse.statistics.sentence import week_sentence
from pulse.terms import Unit

AnyRequest = Request[Any, Any, Any]
_NEWEST: Final = 10  # rows of the access log on the auditor's first page


class Figures(msgspec.Struct, frozen=True):
    """Everything a page says about one unit."""

    unit: Unit
    path: tuple[Unit, ...]
    wave: str
    sentence: str
    tiles: tuple[Tile, ...]
    participation: Participation
    drawn_participation: Markup
    heat: HeatTable
    statements: tuple[Statement, ...]
    trends: tuple[TrendSection, ...]
    months: tuple[MonthRow, ...]
    hidden: Hidden
    reorganised: bool


@get("/", include_in_schema=False, guards=[Allowed()])
async def overview(request: AnyRequest) -> Template:
    """Show the first page: the account's own unit in ten seconds."""
    desk: Desk = request.app.state.desk
    account: Account = request.user
    if not may(account, "see_results"):
        return await _without_results(request, desk, account)
    book = await sync_to_thread(desk.shelf.book)
    scope = book.scope(account)
    if scope.top is None:
        return page(request, "empty.html", tiles=example_tiles(), released=bool(book.history.waves))
    return await _show(request, "overview.html", desk, book, scope, scope.top)


@get("/units/{unit_id:str}", include_in_schema=False, guards=[Allowed("see_results")])
async def unit_page(request: AnyRequest, unit_id: FromPath[str]) -> Template:
    """Show one unit: its lines, months, statements, and what is hidden."""
    desk: Desk = request.app.state.desk
    book = await sync_to_thread(desk.shelf.book)
    scope = book.scope(request.user)
    if not scope.sees(unit_id) or unit_id not in book.history.units:
        raise NotHere
    return await _show(request, "unit.html", desk, book, scope, unit_id)


@get(
    "/figures/{unit_id:str}/{scale:str}",
    include_in_schema=False,
    guards=[Allowed("see_results")],
    opt={"exclude_from_csrf": True},
)
async def figure(
    request: AnyRequest, unit_id: FromPath[str], scale: FromPath[str]
) -> Response[bytes]:
    """Send the line of one scale of a unit as Plotly's JSON, 304 where the browser has it."""
    desk: Desk = request.app.state.desk
    book = await sync_to_thread(desk.shelf.book)
    scope = book.scope(request.user)
    history = book.history
    if (
        not scope.sees(unit_id)
        or unit_id not in history.units
        or scale not in history.instrument.scales
    ):
        raise NotHere
    marks = await sync_to_thread(trying.marks, desk.engine, unit_id)
    body, tag = await sync_to_thread(figure_bytes, book, unit_id, scale, marks)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in [known.strip() for known in request.headers.get("if-none-match", "").split(",")]:
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def figure_bytes(
    book: Book, unit_id: str, scale: str, marks: tuple[Mark, ...] = ()
) -> tuple[bytes, str]:
    """Return the bytes of a figure and their ETag; built once a release and list of marks."""

    def build() -> tuple[bytes, str]:
        body = trend_json(book, unit_id, scale, marks)
        return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    return book.once(f"figure {scale} {unit_id} {marks}", build)


def figures(book: Book, scope: Scope, unit_id: str) -> Figures:
    """Return what the pages say about one unit of the newest tree."""
    history = book.history
    drawn = tiles(book.scales, unit_id)
    took_part = participation(history, unit_id)
    return Figures(
        unit=history.units[unit_id],
        path=_path(history.units, scope, unit_id),
        wave=history.waves[-1],
        sentence=week_sentence(book.scales, unit_id),
        tiles=drawn,
        participation=took_part,
        drawn_participation=Markup("")
        if took_part.at_least is None
        else draw_participation(took_part.at_least, took_part.invited),
        heat=heat_table(book.scales, scope, unit_id),
        statements=statements(history, scope, unit_id),
        trends=sections(
            book.scales, unit_id, drawn, tuple(f"/figures/{unit_id}/{t.scale}" for t in drawn)
        ),
        months=months(book.scales, unit_id),
        hidden=hidden(history, scope, unit_id),
        reorganised=history.reorganised(unit_id),
    )


def _path(units: dict[str, Unit], scope: Scope, unit_id: str) -> tuple[Unit, ...]:
    above: list[Unit] = []
    parent = units[unit_id].parent_id
    while parent is not None and scope.sees(parent):
        above.append(units[parent])
        parent = units[parent].parent_id
    return tuple(reversed(above))


async def _show(
    request: AnyRequest, template: str, desk: Desk, book: Book, scope: Scope, unit_id: str
) -> Template:
    shown = await sync_to_thread(
        book.once, f"figures {scope.key} {unit_id}", lambda: figures(book, scope, unit_id)
    )
    subject = f"{unit_id} {shown.wave}"
    await sync_to_thread(accesslog.note, desk.engine, desk.clock, request.user, "saw", subject)
    tried = await sync_to_thread(trying.tried_in, desk, book, scope, unit_id, shown.tiles)
    return page(
        request, template, draws=template == "unit.html", shown=shown, waves=book.history.waves,
        tried=tried,
    )  # fmt: skip


async def _without_results(request: AnyRequest, desk: Desk, account: Account) -> Template:
    rows: list[accesslog.AccessRow] = []
    waves: tuple[str, ...] = ()
    if may(account, "read_access_log"):
        rows = await sync_to_thread(accesslog.newest, desk.engine, _NEWEST)
        waves = (await sync_to_thread(desk.shelf.book)).history.waves
    return page(request, "without_results.html", rows=rows, waves=waves)
