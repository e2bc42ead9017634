"""The access log for the auditor: by period and account, page by page, and as CSV."""

import csv
import datetime as dt
import io
from typing import Annotated, Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.params import FromQuery, QueryParameter
from litestar.response import Template

from dashboards.desk import Desk
from dashboards.layout import page
from pulse.accounts import accesslog
from pulse.accounts.accesslog import Wanted
from pulse.errors import InvalidValue
from pulse.signin.access import Allowed
from pulse.signin.forms import LARGEST_ID, AnyRequest, note

ROWS: Final = 100
_EARLIEST: Final = "1970-01-01"
_LATEST: Final = "9998-12-31"
_COLUMNS: Final = ("moment", "email", "role", "action", "subject")
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would carry out
_First = Annotated[str, QueryParameter(name="from", max_length=10)]
_Last = Annotated[str, QueryParameter(name="to", max_length=10)]
_Email = Annotated[str, QueryParameter(name="account", max_length=254)]


@get("/access", include_in_schema=False, guards=[Allowed("read_access_log")])
async def access(
    request: AnyRequest,
    first: _First = "",
    last: _Last = "",
    email: _Email = "",
    before: FromQuery[int] = 0,
) -> Template:
    """Show who saw and exported what, newest first."""
    desk: Desk = request.app.state.desk
    problem = ""
    try:
        wanted = _wanted(first, last, email, before)
    except InvalidValue as error:
        problem, wanted = error.message, Wanted()
    rows = await sync_to_thread(accesslog.newest, desk.engine, ROWS + 1, wanted)
    chosen = {"from": wanted.first, "to": wanted.last, "account": wanted.email}
    chosen = {name: value for name, value in chosen.items() if value}
    older = ""
    if len(rows) > ROWS:
        older = "/access?" + urlencode({**chosen, "before": rows[ROWS - 1].entry_id})
    return page(
        request,
        "access.html",
        status=422 if problem else 200,
        problem=problem,
        rows=rows[:ROWS],
        older=older,
        table="/access.csv" + ("?" + urlencode(chosen) if chosen else ""),
        people=await sync_to_thread(accesslog.people, desk.engine),
        wanted=wanted,
        days=desk.settings.access_log_days,
    )


@get("/access.csv", include_in_schema=False, guards=[Allowed("read_access_log")])
async def access_csv(
    request: AnyRequest, first: _First = "", last: _Last = "", email: _Email = ""
) -> Response[bytes]:
    """Send the rows of the log as CSV (RFC 4180); taking it is noted in the log too."""
    desk: Desk = request.app.state.desk
    wanted = _wanted(first, last, email, 0)
    rows = await sync_to_thread(accesslog.newest, desk.engine, None, wanted)
    span = f"{wanted.first or 'first'}..{wanted.last or 'last'}"
    await note(desk, request.user, "exported", f"access log {span}")
    headers = {"Content-Disposition": 'attachment; filename="pulse-access-log.csv"'}
    media_type = "text/csv; charset=utf-8; header=present"
    return Response(as_csv(rows), media_type=media_type, headers=headers)


def as_csv(rows: list[accesslog.AccessRow]) -> bytes:
    """Return rows as CSV; what a spreadsheet would take for a formula gets a ' in front."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows([_plain(str(getattr(row, name))) for name in _COLUMNS] for row in rows)
    return out.getvalue().encode()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _wanted(first: str, last: str, email: str, before: int) -> Wanted:
    for day, name in ((first, "from"), (last, "to")):
        if day:
            _check_day(day, name)
    if first and last and last < first:
        raise InvalidValue("The last day comes before the first.", where="to")
    if not 0 <= before <= LARGEST_ID:
        raise InvalidValue("There is no such entry.", where="before")
    return Wanted(first, last, email.strip().casefold(), before or None)


def _check_day(day: str, name: str) -> None:
    try:
        plain = dt.date.fromisoformat(day).isoformat() == day
    except ValueError:
        plain = False
    if not plain or not _EARLIEST <= day <= _LATEST:
        raise InvalidValue("Please write a day like 2026-11-20.", where=name)
