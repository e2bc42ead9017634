"""Setting up is a list whose steps are done by doing them; then the page shows the week."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from litestar import Litestar
from sqlalchemy import Engine, insert, update

from pulse.accounts import directory
from pulse.accounts.tables import account
from pulse.admin.checklist import Step, checklist
from pulse.admin.thisweek import this_week
from pulse.clock import FixedClock
from pulse.invitation.tables import sent
from pulse.roster.tables import membership
from pulse.settings import Home
from pulse.store import marks
from pulse.wave import Wave, move, plan
from tests.unit.admin import house
from tests.unit.admin.house import Browser

# The event loop's own pair of sockets.
pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]

NOW = house.CLOCK.now()


def steps(app: Litestar) -> dict[str, Step]:
    """Return the steps by their titles."""
    return {step.title: step for step in checklist(app.state.desk)}


def set_up(admin: Browser, home: Home, accounts: Engine) -> None:
    """Do everything that the list asks for, each thing as people do it."""
    admin.send("/organisation", organisation="Northwind", text="T", contacts="Doctor: 1")
    admin.confirm(admin.upload().text)
    schedule = {"opens": "Monday 09:00", "closes": "Friday 17:00", "reminds": "Wednesday 10:00"}
    moments = {
        f"{name}_{part}": value
        for name, text in schedule.items()
        for part, value in zip(("day", "time"), text.split(), strict=True)
    }
    admin.send(
        "/schedule", cadence="weekly", timezone="Europe/Berlin", holidays="",
        hours_from="09:00", hours_to="16:00", **moments,
    )  # fmt: skip
    admin.send("/languages", first="en")
    admin.send("/channels/test", "/channels")
    directory.create(
        accounts,
        house.CLOCK,
        house.CHEAP.hash,
        email="two@x.org",
        role="admin",
        password=house.PASSWORD,
    )
    marks.note(home, house.CLOCK, "test week")
    marks.note(home, house.CLOCK, "backup")
    home.ticked.write_bytes(msgspec.json.encode({"well": NOW - dt.timedelta(minutes=1)}))


def open_week(state: Engine) -> None:
    """Put an open week of three people, one of them without an address, into the state."""
    row = Wave("2026-W47", "planned", NOW, NOW + dt.timedelta(days=4), 0, invited=3, groups=1)
    plan(state, row)
    move(state, row.wave, ("planned",), "open")
    people = [
        {"wave": row.wave, "person_id": str(n), "unit_id": "web", "email": n * "a", "locale": "",
         "timezone": "", "channel": "mail" if n else "card"}
        for n in range(3)
    ]  # fmt: skip
    with state.begin() as connection:
        connection.execute(insert(membership), people)
        connection.execute(insert(sent), {"wave": row.wave, "person_id": "1", "kind": "invitation"})


def test_nothing_is_done_at_first(app: Litestar, admin: Browser) -> None:
    """Ten steps, none done; the first is the next, and each says in a sentence what it is for."""
    found = steps(app)
    assert len(found) == 10
    assert not any(step.done for step in found.values())
    assert all(step.said and (step.way or step.command) for step in found.values())
    assert "0 of 10 steps are done. Next: name your organisation." in admin.see("/")


def test_doing_each_thing_ends_the_list(
    app: Litestar, admin: Browser, home: Home, accounts: Engine, state: Engine
) -> None:
    """When all is done the page shows the open week and what comes, with no list of steps."""
    set_up(admin, home, accounts)
    assert [step.title for step in steps(app).values() if not step.done] == []
    open_week(state)
    text = admin.see("/")
    assert "Everything runs by itself" in text
    assert "<dt>Invited</dt><dd>3</dd>" in text
    assert "The week closes" in text


def test_time_undoes_what_has_to_be_done_again(
    admin: Browser, home: Home, accounts: Engine
) -> None:
    """A backup of two months ago and a ticker that stopped are steps again."""
    set_up(admin, home, accounts)
    later = FixedClock(NOW + dt.timedelta(days=60))
    found = steps(house.an_app(home, clock=later))
    undone = {title for title, step in found.items() if not step.done}
    assert undone == {"Take a backup", "Let the weeks run by themselves"}


def test_an_administrator_who_never_signed_in_is_no_second_one(
    app: Litestar, admin: Browser, home: Home, accounts: Engine
) -> None:
    """An invitation that nobody followed does not count."""
    set_up(admin, home, accounts)
    with accounts.begin() as connection:
        connection.execute(
            update(account).where(account.c.email == "two@x.org").values(must_change=True)
        )
    assert not steps(app)["Have a second administrator"].done


def test_the_week_counts_mails_and_never_answers(state: Engine, home: Home) -> None:
    """Written, waiting and by card are told; the fields of the week hold nothing else."""
    open_week(state)
    week = this_week(home, state)
    assert week is not None
    assert (week.invited, week.written, week.waiting, week.without) == (3, 1, 1, 1)
    assert set(week.__struct_fields__) == {
        "wave", "opens", "closes", "invited", "written", "waiting", "reminded", "without",
        "leaving", "unreached",
    }  # fmt: skip
    assert not (home.ballotbox / "2026-W47").exists()


def test_damaged_marks_only_ask_again(app: Litestar, home: Home) -> None:
    """A file that cannot be read says that nothing was done; the page is there."""
    (home.state / marks.FILE).write_bytes(b"{")
    home.ticked.write_bytes(b"[]")
    assert not steps(app)["Take a backup"].done
    marks.note(home, house.CLOCK, "backup")
    assert steps(app)["Take a backup"].done
    assert (Path(home.state) / marks.FILE).stat().st_mode & 0o777 == 0o600
