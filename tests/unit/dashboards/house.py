"""A home with a small organisation, real releases and one account a role.

The releases go through the real disclosure control and the real press; the answers behind them
are a fixed function of unit, item and week.
"""

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import structs
from sqlalchemy import Engine, insert

import pulse.practices.tables  # noqa: F401 - its table is made with those of the accounts
from dashboards.app import create_app
from pulse.accounts import directory
from pulse.clock import FixedClock
from pulse.closing.results import compose
from pulse.disclosure.groups import form_groups
from pulse.disclosure.policy import policy_for
from pulse.disclosure.protect import protect
from pulse.instrument import Instrument, load
from pulse.release import press
from pulse.release.manifest import About, Tallies
from pulse.settings import Home
from pulse.signin.tries import Limits
from pulse.store import schema
from pulse.store.engine import sqlite_engine
from pulse.store.metadata import accounts as metadata
from pulse.terms import Counts, RosterUnit, Tree

CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD: Final = "correct horse battery"  # noqa: S105 - of accounts that live for one test
CLOCK: Final = FixedClock(dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC))
WAVES: Final = tuple(f"2026-W{week:02d}" for week in range(38, 48))
NONE_IN_REACH: Final = Limits(1_000, 1_000, 1_000)
LEADER, TEAM, HR, AUDITOR, ADMIN, NEW = (
    f"{name}@x.org" for name in ("lea", "tim", "hr", "aud", "adm", "new")
)
ROSTER: Final = (
    RosterUnit("org", None, "Northwind", 0),
    RosterUnit("eng", "org", "Engineering", 0),
    RosterUnit("web", "eng", "Web & <Mobile>", 24),
    RosterUnit("data", "eng", "Data", 12),
    RosterUnit("tiny", "eng", "Tiny", 9),
    RosterUnit("ops", "org", "Operations", 0),
    RosterUnit("desk", "ops", "Desk", 16),
    RosterUnit("night", "ops", "Night" + 195 * "t", 14),
)


def a_tree() -> Tree:
    """Return the frozen tree of the organisation."""
    tree = form_groups(ROSTER, 8, None, 5)
    units = tuple(structs.replace(unit, series=WAVES[0]) for unit in tree.units)
    return structs.replace(tree, units=units)


def answers(tree: Tree, instrument: Instrument, week: int, more: tuple[str, ...] = ()) -> Counts:
    """Return the counts of a week: two in three answer, but of Tiny only three people do."""
    items = (*instrument.form((4 + week) % 20), *more)
    table: dict[str, list[list[int]]] = {}
    for unit in tree.units:
        if unit.group:
            people = 3 if unit.unit_id == "tiny" else 2 * unit.invited // 3
            table[unit.unit_id] = [
                _spread(people, len(unit.unit_id) + 3 * place + week) for place in range(len(items))
            ]
    for unit in reversed(tree.units):
        if unit.parent_id is not None:
            total = table.setdefault(unit.parent_id, [[0] * 7 for _ in items])
            for own, above in zip(table[unit.unit_id], total, strict=True):
                for value in range(7):
                    above[value] += own[value]
    frozen = {unit_id: tuple(tuple(row) for row in rows) for unit_id, rows in table.items()}
    return Counts(WAVES[week], items, frozen)


def _spread(people: int, seed: int) -> list[int]:
    row = [0] * 7
    for person in range(people):
        row[1 + (person * 7 + seed + person * person) % 5] += 1
    return row


def make_tables(engine: Engine) -> None:
    """Make the tables of accounts as the migrations would, without the time that those take."""
    metadata.create_all(engine)
    schema.VERSION.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(schema.VERSION).values(version_num=schema.newest("accounts")))


def a_home(folder: Path, *, weeks: int = len(WAVES)) -> Home:
    """Make a home with the first `weeks` waves released and one account a role."""
    home = Home(folder / "home")
    home.make()
    engine = sqlite_engine(home.accounts / "accounts.db", journal="wal", create=True)
    make_tables(engine)
    people: Sequence[tuple[str, directory.Role, str | None]] = (
        (LEADER, "leader", "eng"), (TEAM, "leader", "data"), (HR, "hr", None),
        (AUDITOR, "auditor", None), (ADMIN, "admin", None),
    )  # fmt: skip
    for email, role, unit in people:
        directory.create(
            engine, CLOCK, CHEAP.hash, email=email, role=role, unit_id=unit, password=PASSWORD
        )
    engine.dispose()
    for week in range(weeks):
        release(home, week)
    return home


def release(home: Home, week: int, tree: Tree | None = None, more: tuple[str, ...] = ()) -> None:
    """Release one more wave, in the tree of the organisation or in another; `more` is asked too."""
    tree, instrument = tree or a_tree(), load()
    protected = protect(tree, answers(tree, instrument, week, more), policy_for(5), instrument)
    about = About("0", "weekly", "1.0.0", (4 + week) % 20, "0" * 32, "", Tallies(75, 50, 50, 50, 0))
    staff = compose(protected, tree, instrument, "Northwind", "")
    press.press(home.releases, protected, tree, about, staff, check=lambda _: [])


def an_app(home: Home, **changes: Any) -> Litestar:
    """Return the app of `home` with cheap passwords, a clock that stands and no limit in reach."""
    settings: dict[str, Any] = {"clock": CLOCK, "hasher": CHEAP, "limits": NONE_IN_REACH}
    return create_app(home, **{**settings, **changes})


def form_token(page: str) -> str:
    """Return the form token of a page."""
    found = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def sign_in(client: TestClient[Litestar], email: str, password: str = PASSWORD) -> int:
    """Sign in through the form and return the status of the answer."""
    token = form_token(client.get("/login").text)
    fields = {"_csrf_token": token, "email": email, "password": password}
    return client.post("/login", data=fields, follow_redirects=False).status_code


def visitor(app: Litestar, email: str | None = None) -> TestClient[Litestar]:
    """Return a client that follows no redirect, signed in as `email` if one is given."""
    client = TestClient(app, base_url="http://127.0.0.1:8001")
    client.follow_redirects = False
    if email is not None:
        assert sign_in(client, email) == 303
    return client
