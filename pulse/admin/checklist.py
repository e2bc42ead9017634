"""Setting up as a list of steps: what is done, what is next, and the one thing to do for it."""

import datetime as dt
from typing import Final

import msgspec

from pulse.accounts import keeping
from pulse.admin.desk import Desk
from pulse.admin.languages import beginning
from pulse.admin.words import many
from pulse.roster import headcounts
from pulse.settings import DEFAULT_SUPPORT, Settings, mail_server
from pulse.settings.writing import written
from pulse.store import marks
from pulse.store.ticked import read_note

ADMINS: Final = 2
LATE: Final = dt.timedelta(minutes=15)  # without a tick
FRESH: Final = dt.timedelta(days=35)  # a backup older than this is worth another
_NAMELESS: Final = Settings().organisation


class Step(msgspec.Struct, frozen=True):
    """One step: `said` tells how it stands, `way` and `action` lead on; a `command` is typed."""

    title: str
    done: bool
    said: str
    way: str = ""
    action: str = ""
    command: str = ""


def checklist(desk: Desk) -> tuple[Step, ...]:
    """Return all steps in the order in which they are best done."""
    settings, given = desk.settings, written(desk.home)
    return (
        _organisation(settings),
        _support(settings),
        _people(desk),
        _schedule(settings, given),
        _languages(settings, given),
        _channel(desk, settings),
        _admins(desk),
        _test_week(desk),
        _tick(desk),
        _backup(desk),
    )


def _organisation(settings: Settings) -> Step:
    named = settings.organisation != _NAMELESS
    said = (
        settings.organisation if named else "Staff read this name in every mail and on each page."
    )
    return Step("Name your organisation", named, said, "/organisation", "Give it a name")


def _support(settings: Settings) -> Step:
    own = bool(settings.support.contacts) or settings.support.text != DEFAULT_SUPPORT
    said = (
        many(len(settings.support.contacts), "contact") + " on every page that staff see."
        if own
        else "Whom can people turn to? The same words for everyone, never set off by an answer."
    )
    return Step("Say where people find help", own, said, "/organisation#support", "Add contacts")


def _people(desk: Desk) -> Step:
    units = headcounts(desk.state)
    people = sum(unit.people for unit in units)
    said = (
        f"{many(people, 'person', 'people')} in {many(len(units), 'unit')}."
        if people
        else "Two files: units and people. You see what would change before anything does."
    )
    return Step("Import your people", people > 0, said, "/roster", "Import people")


def _schedule(settings: Settings, given: frozenset[str]) -> Step:
    known = bool({"timezone", "closes", "opens"} & given)
    said = (
        f"From {settings.opens} to {settings.closes}, {settings.timezone}."
        if known
        else "When a week opens and closes, in which time zone. Set once, it runs by itself."
    )
    return Step("Set the schedule", known, said, "/schedule", "Set the schedule")


def _languages(settings: Settings, given: frozenset[str]) -> Step:
    chosen = "languages" in given
    said = (
        f"{many(len(settings.languages), 'language')}, {beginning(settings)} first."
        if chosen
        else "Which languages people can answer in. English to begin with."
    )
    return Step("Choose languages", chosen, said, "/languages", "Choose languages")


def _channel(desk: Desk, settings: Settings) -> Step:
    tested = marks.when(desk.home, "channel")
    said = (
        f"A test message went out on {_day(tested)}."
        if tested
        else "Mails stay in a folder of this machine so far; say how they leave, and try it."
        if mail_server(settings.mail) is None
        else "Send yourself one message, before hundreds go out."
    )
    return Step("Test how messages leave", tested is not None, said, "/channels", "Send a test")


def _admins(desk: Desk) -> Step:
    usable = len(keeping.usable_admins(desk.engine))
    said = (
        f"{many(usable, 'administrator')} can sign in."
        if usable >= ADMINS
        else "If you are ill or lose your phone, somebody else can go on. Invited is not enough: "
        "they count once they have signed in."
    )
    return Step(
        "Have a second administrator", usable >= ADMINS, said, "/accounts", "Invite somebody"
    )


def _test_week(desk: Desk) -> Step:
    tested = marks.when(desk.home, "test week")
    said = (
        f"Lived through on {_day(tested)}."
        if tested
        else "An invented organisation, real links, all of them to you. Nothing of it is kept."
    )
    return Step(
        "Send yourself a test week", tested is not None, said, "/test-week", "Begin a test week"
    )


def _tick(desk: Desk) -> Step:
    well = read_note(desk.home).well
    runs = well is not None and desk.clock.now() - well < LATE
    said = (
        "Something looks once a minute what is due."
        if runs
        else f"Nobody has looked what is due since {_day(well)}."
        if well
        else "Something has to look once a minute what is due: it opens, invites, reminds, closes."
    )
    return Step("Let the weeks run by themselves", runs, said, command="pulse tick --every 60")


def _backup(desk: Desk) -> Step:
    taken = marks.when(desk.home, "backup")
    fresh = taken is not None and desk.clock.now() - taken < FRESH
    said = (
        f"The last one is of {_day(taken)}."
        if taken
        else "It holds names: keep it as safe as you keep the home."
    )
    return Step("Take a backup", fresh, said, command="pulse backup FILE.tar.gz")


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
