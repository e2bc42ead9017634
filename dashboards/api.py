"""The data behind the pages, for programs: lists are {items, next}, rows as in cells.parquet."""

import io
from collections.abc import Sequence
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec
import polars as pl
from litestar import Request, Response, get
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, FromQuery, QueryParameter

from dashboards.desk import Book, Desk
from pulse.accounts import accesslog
from pulse.accounts.scope import POOL, Scope
from pulse.errors import InvalidValue, Refused
from pulse.export import csv, dictionary
from pulse.export.selection import Selection, frames
from pulse.release import cells, ledger
from pulse.release.cell import Cell
from pulse.release.hidden import ADVICE, REASON
from pulse.signin.access import Allowed
from pulse.signin.failures import NotHere
from pulse.terms import Member

T = TypeVar("T")
PAGE: Final = 1_000
_NO_FORM: Final = {"exclude_from_csrf": True}  # reads only, so no form token and no cookie for it
AnyRequest = Request[Any, Any, Any]
After = Annotated[
    str,
    QueryParameter(name="after", description="The `next` of the page before.", max_length=4_000),
]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list; `next` is what `after` takes for the next one, null at the end."""

    items: tuple[T, ...]
    next: str | None


class ReleaseRow(msgspec.Struct, frozen=True):
    """One release of the ledger."""

    wave: str
    manifest: str
    previous: str


class UnitRow(msgspec.Struct, frozen=True):
    """One unit of the newest tree."""

    unit_id: str
    parent_id: str | None
    name: str
    invited: int
    group: bool
    members: tuple[Member, ...]
    series: str
    changed: bool


class SeriesRow(msgspec.Struct, frozen=True):
    """One week of one scale of a unit, 0-100; `low` and `high` are the 80 % band of the line."""

    wave: str
    unit_id: str
    measure: str
    status: str
    at_least: int | None
    raw: float | None
    value: float | None
    low: float | None
    high: float | None


@get("/api/v1/releases", guards=[Allowed("list_releases")], sync_to_thread=True, opt=_NO_FORM)
def releases(request: AnyRequest, after: After = "") -> Page[ReleaseRow]:
    """List the releases in the ledger, oldest first."""
    desk: Desk = request.app.state.desk
    entries = ledger.read(desk.home.releases)
    rows = [ReleaseRow(e.wave, e.manifest, e.previous) for e in entries]
    return _page(rows, [row.wave for row in rows], after)


@get("/api/v1/units", guards=[Allowed("see_results")], sync_to_thread=True, opt=_NO_FORM)
def units(request: AnyRequest, after: After = "") -> Page[UnitRow]:
    """List the units of the newest tree that the account sees, parents before children."""
    book, scope = _book(request)
    rows = [
        UnitRow(u.unit_id, u.parent_id, u.name, u.invited, u.group, u.members, u.series, u.changed)
        for u in book.history.units.values()
        if scope.sees(u.unit_id)
    ]
    _note(request, "saw", "units")
    return _page(rows, [row.unit_id for row in rows], after)


@get(
    "/api/v1/units/{unit_id:str}/series",
    description=f"List the weekly lines of a unit, by scale and week. A hidden week: {REASON}.",
    guards=[Allowed("see_results")],
    sync_to_thread=True,
    opt=_NO_FORM,
)
def series(request: AnyRequest, unit_id: FromPath[str], after: After = "") -> Page[SeriesRow]:
    """List the weekly lines of a unit, by scale and week."""
    book, scope = _book(request)
    if not scope.sees(unit_id) or unit_id not in book.history.units:
        raise NotHere
    rows = [
        SeriesRow(
            p.wave,
            unit_id,
            f"scale:{scale}",
            p.status,
            p.at_least,
            *(None if x is None else round(x, 2) for x in (p.raw, p.value, p.low, p.high)),
        )
        for scale in book.history.instrument.scales
        for p in book.scales.weekly(unit_id, scale)
    ]
    _note(request, "saw", f"{unit_id} series")
    return _page(rows, [f"{row.measure}@{row.wave}" for row in rows], after)


@get(
    "/api/v1/units/{unit_id:str}/cells",
    description="List the released cells of a unit and its pool in one wave. Of a suppressed row "
    f"every figure is null: {REASON}. {ADVICE}",
    guards=[Allowed("see_results")],
    sync_to_thread=True,
    opt=_NO_FORM,
)
def unit_cells(
    request: AnyRequest,
    unit_id: FromPath[str],
    wave: Annotated[str, QueryParameter(description="An ISO week; default: the newest.")] = "",
    after: After = "",
) -> Page[Cell]:
    """List the released cells of a unit and its pool in one wave."""
    book, scope = _book(request)
    chosen = wave or book.history.latest
    if not scope.sees(unit_id) or chosen not in book.history.waves:
        raise NotHere
    known = {unit.unit_id for unit in book.history.tree(chosen).units}
    if unit_id.removesuffix(POOL) not in known:
        raise NotHere
    mine = pl.col("unit_id").is_in([unit_id, unit_id + POOL])
    table = book.history.cells.filter((pl.col("wave") == chosen) & mine)
    rows = [row for row in cells.rows(table) if scope.sees_measure(row.unit_id, row.measure)]
    if not rows and unit_id.endswith(POOL):
        raise NotHere
    _note(request, "saw", f"{unit_id} {chosen}")
    return _page(rows, [f"{row.unit_id}@{row.kind}@{row.measure}" for row in rows], after)


@get("/api/v1/export.csv", guards=[Allowed("export")], media_type="text/csv", opt=_NO_FORM)
async def export_csv(
    request: AnyRequest,
    unit: FromQuery[str] = "",
    first: Annotated[str, QueryParameter(name="from")] = "",
    last: Annotated[str, QueryParameter(name="to")] = "",
    bom: Annotated[bool, QueryParameter(description="Put a byte order mark in front.")] = False,  # noqa: FBT002 - a query parameter has a default
) -> Response[bytes]:
    """Export released cells as CSV: a unit with all below it, from one week to another."""
    desk: Desk = request.app.state.desk
    book = await sync_to_thread(desk.shelf.book)
    scope = book.scope(request.user)
    if unit and not scope.sees(unit):
        raise NotHere
    selection = Selection(unit=unit, first=first, last=last, without=tuple(scope.leader_items))
    try:
        body = await sync_to_thread(_csv, desk, selection, bom=bom)
    except Refused as error:
        raise NotHere from error
    await sync_to_thread(
        accesslog.note, desk.engine, desk.clock, request.user, "exported",
        f"csv {unit or 'all'} {first or 'first'}..{last or 'last'}",
    )  # fmt: skip
    name = "-".join(part for part in ("pulse", first, last) if part)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(body, media_type="text/csv; charset=utf-8; header=present", headers=headers)


@get(
    "/api/v1/columns.csv",
    guards=[Allowed("export")],
    media_type="text/csv",
    sync_to_thread=False,
    opt=_NO_FORM,
)
def columns_csv() -> Response[bytes]:
    """Describe each column of the export: type, values, meaning."""
    headers = {"Content-Disposition": 'attachment; filename="pulse-columns.csv"'}
    media_type = "text/csv; charset=utf-8; header=present"
    return Response(dictionary.as_csv(), media_type=media_type, headers=headers)


def _csv(desk: Desk, selection: Selection, *, bom: bool) -> bytes:
    out = io.BytesIO()
    csv.write(frames(desk.home.releases, selection), out, bom=bom)
    return out.getvalue()


def _book(request: AnyRequest) -> tuple[Book, Scope]:
    book = request.app.state.desk.shelf.book()
    return book, book.scope(request.user)


def _note(request: AnyRequest, action: accesslog.Entry, subject: str) -> None:
    desk: Desk = request.app.state.desk
    accesslog.note(desk.engine, desk.clock, request.user, action, subject)


def _page(rows: Sequence[T], keys: Sequence[str], after: str) -> Page[T]:
    start = 0
    if after:
        if after not in keys:
            raise InvalidValue("This is no page of this list.", where="after")
        start = keys.index(after) + 1
    end = start + PAGE
    following = keys[end - 1] if end < len(rows) else None
    return Page(tuple(rows[start:end]), following)
