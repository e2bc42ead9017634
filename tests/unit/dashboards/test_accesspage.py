"""The auditor's access log: by period and account, page by page, as CSV; nobody of the staff."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from dashboards.accesspage import as_csv
from pulse.accounts import accesslog, directory
from pulse.accounts.accesslog import AccessRow
from pulse.clock import FixedClock
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from tests.unit.dashboards import house

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]  # the event loop's own pair of sockets


@pytest.fixture
def engine(fresh: Home) -> Iterator[Engine]:
    """Open the accounts of the home, with a log of 250 rows over ten days."""
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    people = {each.email: each for each in directory.everyone(engine)}
    for number in range(250):
        at = FixedClock(house.CLOCK.now() - dt.timedelta(days=10) + dt.timedelta(hours=number))
        who = people[house.HR if number % 2 else house.LEADER]
        accesslog.note(engine, at, who, "saw", f"eng row-{number}")
    yield engine
    engine.dispose()


@pytest.mark.usefixtures("engine")
def test_the_log_is_paged_and_filtered(fresh: Home) -> None:
    """Following "Older entries" shows each chosen row once."""
    client = house.visitor(house.an_app(fresh), house.AUDITOR)
    path, seen = f"/access?account={house.HR}&from=2026-11-11&to=2026-11-30", []
    while path:
        page = client.get(path)
        assert page.status_code == 200
        assert house.LEADER not in re.sub(r"<option.*", "", page.text)
        seen += re.findall(r"row-(\d+)", page.text)
        older = re.search(r'href="(/access\?[^"]+)">Older', page.text)
        path = older[1].replace("&amp;", "&") if older else ""
    first = next(n for n in range(1, 250, 2) if n >= 8)
    assert [int(number) for number in seen] == list(range(249, first - 1, -2))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("query", [
        "from=yesterday", "from=2026-11-20&to=2026-11-01", "to=x", "from=20261120", "to=2026-W47-5",
        "to=9999-12-31",
    ],
)  # fmt: skip
def test_a_day_that_is_none_is_said(fresh: Home, query: str) -> None:
    """The page tells what a day looks like; the file is refused."""
    client = house.visitor(house.an_app(fresh), house.AUDITOR)
    page = client.get(f"/access?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert client.get(f"/access.csv?{query}").status_code == 422


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("before", ["-1", "9" * 23])
def test_an_entry_that_cannot_be_is_said(fresh: Home, before: str) -> None:
    """A page before no possible entry is refused, and nothing breaks."""
    client = house.visitor(house.an_app(fresh), house.AUDITOR)
    assert client.get(f"/access?before={before}").status_code == 422


def test_the_file_holds_what_was_chosen(fresh: Home, engine: Engine) -> None:
    """As CSV the same rows, and taking it stands in the log."""
    client = house.visitor(house.an_app(fresh), house.AUDITOR)
    answer = client.get(f"/access.csv?account={house.LEADER}")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert len(rows) == 125
    assert rows[0]["subject"] == "eng row-248"
    assert answer.headers["content-disposition"].startswith("attachment")
    newest = accesslog.newest(engine)[0]
    assert (newest.email, newest.action) == (house.AUDITOR, "exported")
    assert newest.subject == "access log first..last"


def test_no_field_becomes_a_formula() -> None:
    """What a spreadsheet would carry out gets an apostrophe in front."""
    row = AccessRow(1, "2026-11-20T16:00:00+00:00", "=cmd@x.org", "hr", "saw", "+1")
    fields = as_csv([row]).decode().splitlines()[1].split(",")
    assert fields == [row.moment, "'=cmd@x.org", "hr", "saw", "'+1"]


def test_nobody_of_the_staff_stands_in_it(fresh: Home) -> None:
    """Whatever a person types where it is asked, nothing of it is kept unless it is known."""
    house.release(fresh, 0)
    app = house.an_app(fresh)
    staff = "p17-staff-person@x.org"
    for who in (None, house.HR, house.AUDITOR):
        client = house.visitor(app, who)
        house.sign_in(house.visitor(app), staff, staff)
        token = house.form_token(client.get("/login", follow_redirects=True).text)
        client.post("/forgotten", data={"_csrf_token": token, "email": staff})
        for path in (
            f"/units/{staff}", f"/figures/{staff}/{staff}", f"/welcome/{staff}",
            f"/api/v1/units/{staff}/cells?wave={staff}", f"/api/v1/units/eng/cells?after={staff}",
            f"/api/v1/export.csv?unit={staff}", f"/api/v1/export.csv?from={staff}",
            f"/access?account={staff}", f"/access.csv?account={staff}",
            f"/access.csv?from={staff}", f"/login/provider/back?state={staff}&code={staff}",
            f"/account?done={staff}",
        ):  # fmt: skip
            assert client.get(path).status_code < 500
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    rows = accesslog.newest(engine, None)
    engine.dispose()
    assert len(rows) > 10
    assert not [row for row in rows if "p17" in repr(row)]


def test_rows_go_when_their_time_is_over(fresh: Home, engine: Engine) -> None:
    """With access_log_days = 30, a sign-in 35 days later leaves only its own row."""
    fresh.settings_file.write_text("access_log_days = 30\n")
    later = FixedClock(house.CLOCK.now() + dt.timedelta(days=35))
    house.visitor(house.an_app(fresh, clock=later), house.HR)
    assert [row.action for row in accesslog.newest(engine)] == ["signed in"]
