"""Figures as plotly.js reads them, and the same numbers as CSV: made once a release, sent as bytes.

A figure of a unit is named by its scale (the weekly line), `months` (four weeks at a time) or
`item:A1` (one statement).
"""

import hashlib
from typing import Annotated

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, QueryParameter

from dashboards.desk import Book
from dashboards.pages import trying
from dashboards.pages.sheet import Sheet, as_csv
from dashboards.pages.statement import statement_json, statement_sheet
from dashboards.pages.trends import months_json, months_sheet, trend_json, trend_sheet
from dashboards.sight import AnyRequest, Sight, note, sight
from pulse.charts.trend import Mark
from pulse.signin.access import Allowed
from pulse.signin.failures import NotHere

MONTHS = "months"
ITEM = "item:"
To = Annotated[str, QueryParameter(name="to", description="The wave to end with.", max_length=8)]


@get(
    "/figures/{unit_id:str}/{figure:str}",
    include_in_schema=False,
    guards=[Allowed("see_results")],
    opt={"exclude_from_csrf": True},
)
async def figure(
    request: AnyRequest, unit_id: FromPath[str], figure: FromPath[str], to: To = ""
) -> Response[bytes]:
    """Send a figure as Plotly's JSON, 304 where the browser has it."""
    seen = await sight(request)
    name, until = _known(seen, unit_id, figure), seen.until(to, unit_id)
    body, tag = await sync_to_thread(_newest, seen, unit_id, name, until)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in [known.strip() for known in request.headers.get("if-none-match", "").split(",")]:
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@get(
    "/tables/{unit_id:str}/{figure:str}",
    include_in_schema=False,
    guards=[Allowed("see_results")],
    opt={"exclude_from_csrf": True},
)
async def table(
    request: AnyRequest, unit_id: FromPath[str], figure: FromPath[str], to: To = ""
) -> Response[bytes]:
    """Send the numbers of a figure as CSV."""
    seen = await sight(request)
    name, until = _known(seen, unit_id, figure), seen.until(to, unit_id)
    body = as_csv(await sync_to_thread(sheet, seen.book, unit_id, name, until))
    await note(request, "exported", f"{unit_id} {name} {until}".rstrip())
    file = f"pulse-{unit_id}-{name}-{until}".rstrip("-").replace(":", "-")
    headers = {"Content-Disposition": f'attachment; filename="{file}.csv"'}
    return Response(body, media_type="text/csv; charset=utf-8; header=present", headers=headers)


def _newest(seen: Sight, unit_id: str, name: str, to: str) -> tuple[bytes, str]:
    """Return a figure with the practices of this moment; only weekly lines are marked."""
    line = name in seen.book.history.instrument.scales
    marks = trying.marks(seen.desk.engine, unit_id, to) if line else ()
    return figure_bytes(seen.book, unit_id, name, to, marks)


def figure_bytes(
    book: Book, unit_id: str, name: str, to: str = "", marks: tuple[Mark, ...] = ()
) -> tuple[bytes, str]:
    """Return the bytes of a figure and their ETag; built once a release and list of marks."""

    def build() -> tuple[bytes, str]:
        body = _json(book, unit_id, name, to, marks)
        return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    return book.once(f"figure {name} {unit_id} {to} {marks}", build)


def sheet(book: Book, unit_id: str, name: str, to: str = "") -> Sheet:
    """Return the numbers of a figure."""
    if name == MONTHS:
        return months_sheet(book, unit_id, to)
    if name.startswith(ITEM):
        item = book.history.instrument.items[name.removeprefix(ITEM)]
        return statement_sheet(book, unit_id, item, to)
    return trend_sheet(book, unit_id, name, to)


def _json(book: Book, unit_id: str, name: str, to: str, marks: tuple[Mark, ...]) -> bytes:
    if name == MONTHS:
        return months_json(book, unit_id, to)
    if name.startswith(ITEM):
        item = book.history.instrument.items[name.removeprefix(ITEM)]
        return statement_json(book, unit_id, item, to)
    return trend_json(book, unit_id, name, to, marks)


def _known(seen: Sight, unit_id: str, name: str) -> str:
    """Return `name`; NotHere unless it is a figure of a unit in sight."""
    seen.unit(unit_id)
    if name.startswith(ITEM):
        seen.item(unit_id, name.removeprefix(ITEM))
    elif name != MONTHS and name not in seen.book.history.instrument.scales:
        raise NotHere
    return name
