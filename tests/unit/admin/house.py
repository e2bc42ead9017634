"""A home with accounts and no people yet, and administrators' browsers."""

import datetime as dt
import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any, Final

from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import TestClient

from pulse.accounts import directory
from pulse.admin.app import create_app
from pulse.clock import FixedClock
from pulse.settings import Home, load
from pulse.signin.tries import Limits
from pulse.store.databases import accounts_engine
from pulse.store.home import make_home

CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD: Final = "correct horse battery"  # noqa: S105 - of accounts that live for one test
CLOCK: Final = FixedClock(dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC))
NONE_IN_REACH: Final = Limits(1_000, 1_000, 1_000)
ADMIN, HR, LEADER = "adm@x.org", "hr@x.org", "lea@x.org"
UNITS: Final = "unit_id,parent_id,name\norg,,Northwind\nweb,org,Web\ndata,org,Data\nops,org,Ops\n"
HEADER: Final = "person_id,email,unit_id,locale,timezone\n"
TEAMS: Final = {"web": 12, "data": 4, "ops": 12}


def people_csv(teams: dict[str, int] | None = None) -> str:
    """Return people of teams; the first of each has no address."""
    lines = [
        f"{unit}{i},{f'{unit}{i}@x.org' if i else ''},{unit},,\n"
        for unit, count in (teams or TEAMS).items()
        for i in range(count)
    ]
    return HEADER + "".join(lines)


def a_home(folder: Path) -> Home:
    """Make a home with an administrator, HR and a leader."""
    home = Home(folder)
    make_home(home, "# Settings of Northwind\n")
    engine = accounts_engine(home, load(home, {}))
    people: Sequence[tuple[str, directory.Role, str | None]] = (
        (ADMIN, "admin", None), (HR, "hr", None), (LEADER, "leader", "web"),
    )  # fmt: skip
    for email, role, unit in people:
        directory.create(
            engine, CLOCK, CHEAP.hash, email=email, role=role, unit_id=unit, password=PASSWORD
        )
    engine.dispose()
    return home


def an_app(home: Home, **changes: Any) -> Litestar:
    """Return the app with cheap passwords, a clock that stands and no limit in reach."""
    settings: dict[str, Any] = {"clock": CLOCK, "hasher": CHEAP, "limits": NONE_IN_REACH}
    return create_app(home, **{**settings, **changes})


class Browser:
    """Somebody's browser: it follows no redirect and fills in the hidden fields of a form."""

    def __init__(self, app: Litestar, email: str | None = ADMIN) -> None:
        self.app = app
        self.client = TestClient(app, base_url="http://127.0.0.1:8002")
        self.client.follow_redirects = False
        if email is not None:
            answer = self.send("/login", "/login", email=email, password=PASSWORD)
            assert answer.status_code in {303, 403}

    def see(self, path: str) -> str:
        """Return the text of a page that must be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def send(self, path: str, page: str = "", files: Any = None, **fields: Any) -> Any:
        """Post a form of a page, with its token and the digest of the settings it shows."""
        text = self.client.get(page or path).text
        hidden = dict(re.findall(r'name="(_csrf_token|seen)" value="([0-9a-f]+)"', text))
        return self.client.post(path, data={**hidden, **fields}, files=files)

    def upload(self, units: str | bytes = UNITS, people: str | bytes = "") -> Any:
        """Post two roster files."""
        people = people or people_csv()
        named = {
            "units": ("UNITS.csv", units.encode() if isinstance(units, str) else units),
            "people": ("PEOPLE.csv", people.encode() if isinstance(people, str) else people),
        }
        return self.send("/roster", files=named)

    def confirm(self, preview: str) -> Any:
        """Confirm a preview."""
        return self.send("/roster/confirm", "/roster", key=key_of(preview))


def key_of(preview: str) -> str:
    """Return the key of a preview."""
    found = re.search(r'name="key" value="([^"]+)"', preview)
    assert found is not None, preview
    return found[1]


def problem(answer: Any) -> str:
    """Return what a refused form says."""
    assert answer.status_code == 422, (answer.status_code, answer.headers.get("location"))
    found = re.search(r'role="alert"[^>]*>(?:\s*<p>)?(.*?)</p>', answer.text, re.DOTALL)
    assert found is not None
    return unescape(found[1])
