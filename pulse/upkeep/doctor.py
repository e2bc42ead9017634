"""Looks a home over and says what is right, what to think about, and what must be mended.

Nothing is changed. What one look cannot tell, because it meets an error, is a failure of that
look and hinders no other.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from pulse import wave as waves
from pulse.clock import Clock
from pulse.errors import PulseError, Refused
from pulse.instrument.locales import asked_in
from pulse.instrument.texts import is_helped
from pulse.release import surveys
from pulse.settings import DEFAULT_SUPPORT, Home, Settings, is_loopback
from pulse.store.databases import accounts_engine, shelves, state_engine
from pulse.store.ticked import read_note
from pulse.upkeep import databases_look, files_look, keys_look, mail_look, telling, waves_look
from pulse.upkeep.finding import Check

SILENT: Final = dt.timedelta(hours=1)  # longer than any ticker should need
HOLDERS: Final = {
    "same-user": Check(
        "holder", "warn",
        "Both opening keys are with one user, who could open ballots before the close: "
        "fit for a trial only.", "holder",
    ),
    "same-host": Check(
        "holder", "ok",
        "The second key is with another user of this machine; its administrator reaches both.",
        "holder",
    ),
    "council": Check("holder", "ok", "The second key is on another machine.", "holder"),
}  # fmt: skip


def examine(home: Home, settings: Settings, clock: Clock) -> tuple[Check, ...]:
    """Return everything that there is to say, good and bad."""
    return (
        *_careful("files", lambda: files_look.look(home)),
        *_careful("databases", lambda: _databases(home, settings, clock)),
        *_careful("results", lambda: (telling.look(home),)),
        *_careful("settings", lambda: _settings(home, settings)),
        *_careful("schedule", lambda: (_schedule(home, settings, _now(clock)),)),
        *_careful("mail", lambda: mail_look.look(home, settings, clock)),
    )


def healthy(checks: Iterable[Check]) -> bool:
    """Tell whether nothing has to be mended."""
    return all(check.status != "fail" for check in checks)


def _careful(what: str, look: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    try:
        yield from look()
    except PulseError as error:
        yield Check(what, "fail", error.message, error.where)
    except (OSError, SQLAlchemyError) as error:
        told = getattr(error, "strerror", None) or type(error).__name__
        yield Check(what, "fail", f"This look could not end: {told}.")


def _databases(home: Home, settings: Settings, clock: Clock) -> Iterator[Check]:
    state, accounts = state_engine(home, settings), accounts_engine(home, settings)
    try:
        yield from databases_look.look(home, settings, state, accounts)
        if not databases_look.schemas_fit(state, accounts):
            return
        rows = waves.every(state)
        yield from files_look.leftovers(home, {row.wave: row.state for row in rows})
        yield from keys_look.look(home, rows)
        rooms = shelves(home, settings)
        yield from waves_look.look(home, rooms, state, rows, _now(clock))
        for shelf in rooms:
            shelf.close()
    finally:
        state.dispose()
        accounts.dispose()


def _now(clock: Clock) -> dt.datetime:
    return clock.now().astimezone(dt.UTC)


def _settings(home: Home, settings: Settings) -> Iterator[Check]:
    yield HOLDERS[settings.holder]
    yield _support(settings)
    yield _languages(home, settings)
    if settings.env == "test":
        yield Check("settings", "warn", "env = test is for trials: time can be set.", "env")
    if is_loopback(urlsplit(settings.base_url).hostname or ""):
        told = "Links lead to this machine only; set the address that staff reach."
        yield Check("settings", "warn", told, "base_url")


def _schedule(home: Home, settings: Settings, now: dt.datetime) -> Check:
    """Say whether anything looks what is due."""
    if settings.cadence == "off":
        return Check("schedule", "ok", "Weeks open by hand: cadence is off.", "cadence")
    well = read_note(home).well
    if well is not None and now - well < SILENT:
        return Check("schedule", "ok", f"A tick last went well at {well:%Y-%m-%d %H:%M} UTC.")
    since = f"since {well:%Y-%m-%d %H:%M} UTC" if well else "so far"
    told = f"Nothing has looked what is due {since}: run `pulse tick --every 60`, or set it off."
    return Check("schedule", "warn", told, "cadence")


def _support(settings: Settings) -> Check:
    support = settings.support
    if not support.text.strip() and not any(support.contacts):
        return Check(
            "support", "fail", "Nobody is told where to find help; say so here.", "support.text"
        )
    if support.text == DEFAULT_SUPPORT and not any(support.contacts):
        told = "Staff read the text that came with Pulse; name a person or a number of yours."
        return Check("support", "warn", told, "support.text")
    return Check("support", "ok", "Staff are told where to find help.")


def _languages(home: Home, settings: Settings) -> Check:
    try:
        survey = surveys.chosen(home, settings.survey)
        folder = surveys.translations(home, survey)
        wordings = asked_in(survey, settings.languages, settings.draft_languages, folder)
    except Refused as error:
        return Check("languages", "fail", f"No week opens: {error.message}", error.where)
    first, support = settings.languages[0], settings.support
    foreign = [each.name for each in wordings if not is_helped(each, support, first)]
    if foreign:
        told = f"The help text is not written in {', '.join(foreign)}; write one for each."
        return Check("languages", "warn", told, "support.locales")
    return Check(
        "languages", "ok", f"A week is asked in {', '.join(each.name for each in wordings)}."
    )
