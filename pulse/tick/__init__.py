"""Does what the rhythm says is due: any number of times, from any number of machines at once.

Every step is taken by the function that its command calls, whose locks and conditional writes
decide between two at the same work. Whoever finds work taken leaves it and goes on. A step that
fails hinders no other; the next tick tries it again.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from pulse.clock import Clock
from pulse.errors import PulseError, Taken, WrongState
from pulse.rhythm import Event, Step, coming, due, pace
from pulse.settings import Home, Settings
from pulse.store.failures import told
from pulse.store.ticked import Note, read_note, write_note
from pulse.terms import Progress, silent
from pulse.tick.acting import Parts, TellStaff, Work, take
from pulse.tick.looking import look
from pulse.tick.telling import errands

__all__ = ["Ahead", "Done", "Parts", "Ticked", "ahead", "tick"]

_BUSY: Final = "Another process is at it; left to that one."


class Done(msgspec.Struct, frozen=True):
    """What came of one step, or what a person has to do about a week."""

    wave: str
    step: str
    words: str


class Ticked(msgspec.Struct, frozen=True):
    """What one tick did: `at` is an ISO time in UTC; `told` waits for a person."""

    at: str
    done: tuple[Done, ...] = ()
    told: tuple[Done, ...] = ()
    failed: tuple[Done, ...] = ()


class Ahead(msgspec.Struct, frozen=True):
    """What is due now, what comes next, and how often weeks are asked, in words."""

    due: tuple[Step, ...]
    coming: tuple[Event, ...]
    cadence: str


def tick(
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    *,
    tell_staff: TellStaff,
    progress: Progress = silent,
    parts: Parts = Parts(),  # noqa: B008 - a tuple of functions, the same for ever
) -> Ticked:
    """Take every step that is due, each once; a step may make another one due.

    Args:
        home: the installation.
        settings: its running configuration.
        clock: the present.
        engine: the state database, of the newest schema.
        tell_staff: brings what staff read of the scales up to date after a release.
        progress: told of long steps.
        parts: the functions to act by.
    """
    work = Work(home, settings, clock, engine, tell_staff, progress, parts)
    before = read_note(home)
    work.late = before.late
    now = clock.now().astimezone(dt.UTC)
    done: dict[str, list[Done]] = {"done": [], "told": [], "failed": []}
    for step in _due_again_and_again(work):
        how, words = _taken(work, step)
        if work.late != before.late:
            before = Note(late=work.late)
            write_note(home, engine, before)
        if words:
            done[how].append(Done(step.wave, step.kind, words))
    for errand in errands(work):
        how, words = _tried(errand.run)
        if words:
            done[how].append(Done(errand.wave, errand.kind, words))
    if not done["failed"]:
        write_note(home, engine, Note(well=now))
    found = {how: tuple(each) for how, each in done.items()}
    return Ticked(now.isoformat(timespec="seconds"), **found)


def ahead(home: Home, settings: Settings, clock: Clock, engine: Engine) -> Ahead:
    """Return what a tick would begin with and what comes next; nothing is changed."""
    work, now = Work(home, settings, clock, engine, lambda _: ""), clock.now()
    facts = look(home, settings, engine, now, ahead=True)
    return Ahead(
        due(work.schedule, facts, now),
        coming(work.schedule, facts, now),
        pace(settings.cadence, facts.asked).why,
    )


def _due(work: Work) -> tuple[Step, ...]:
    now = work.clock.now()
    return due(work.schedule, look(work.home, work.settings, work.engine, now), now)


def _due_again_and_again(work: Work) -> Iterator[Step]:
    """Yield what is due, looking again after each step, and no step twice."""
    tried: set[tuple[str, str]] = set()
    while step := next((s for s in _due(work) if (s.kind, s.wave) not in tried), None):
        tried.add((step.kind, step.wave))
        yield step


def _taken(work: Work, step: Step) -> tuple[str, str]:
    """Take one step; return under which heading it is told, and the words."""
    if step.kind == "tell":
        return "told", step.words

    def still_due() -> bool:
        return any((s.kind, s.wave) == (step.kind, step.wave) for s in _due(work))

    return _tried(lambda: take(work, step), still_due)


def _tried(
    run: Callable[[], str], still_due: Callable[[], bool] = lambda: False
) -> tuple[str, str]:
    try:
        return "done", run()
    except Taken:
        return "done", _BUSY
    except WrongState as error:
        # Somebody was quicker between our look and our step: then it is due no longer.
        return ("failed", str(error)) if still_due() else ("done", "")
    except PulseError as error:
        return "failed", str(error)
    except (OSError, SQLAlchemyError) as error:
        return "failed", str(told(error))
