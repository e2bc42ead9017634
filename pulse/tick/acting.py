"""Takes one step that is due, by the functions that the commands call too."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from sqlalchemy.engine import Engine

from pulse import wave as waves
from pulse.clock import Clock
from pulse.closing import Closed, close_wave, shut_issuing
from pulse.errors import WrongState
from pulse.invitation import send
from pulse.invitation.mails import Kind
from pulse.invitation.sending import Sent
from pulse.opening import Opened, cancel, open_wave
from pulse.rhythm import Step, schedule_of
from pulse.rhythm.sending import APART, reminder
from pulse.settings import Home, Settings
from pulse.terms import Progress, silent
from pulse.tick.people import Turn, whose_turn
from pulse.web.page import staff_page

TellStaff = Callable[[Home], str]  # brings /results up to date; why it could not, or ""


class Parts(NamedTuple):
    """The functions that a tick calls; a deliberately broken twin replaces one of them."""

    open: Callable[..., Opened] = open_wave
    send: Callable[..., Sent] = send
    shut: Callable[[Home, Settings, str], None] = shut_issuing
    close: Callable[..., Closed] = close_wave


_PARTS: Final = Parts()


class Work:
    """Where a tick acts, and with what.

    Args:
        home: the installation.
        settings: its running configuration.
        clock: the present.
        engine: the state database.
        tell_staff: brings what staff read of the scales up to date after a release.
        progress: told of long steps.
        parts: the functions to act by.

    Attributes:
        schedule: the settings' rhythm.
        late: when invitations last left much too late, or None.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        clock: Clock,
        engine: Engine,
        tell_staff: TellStaff,
        progress: Progress = silent,
        parts: Parts = _PARTS,
    ) -> None:
        self.home, self.settings, self.clock, self.engine = home, settings, clock, engine
        self.tell_staff, self.progress = tell_staff, progress
        self.parts, self.schedule = parts, schedule_of(settings)
        self.late: dt.datetime | None = None


def take(work: Work, step: Step) -> str:
    """Take a step and return what came of it in words; empty if there was nothing to do.

    Raises:
        PulseError, OSError, SQLAlchemyError: as the step's own function does.
    """
    return _ACTIONS[step.kind](work, step)


def _open(work: Work, step: Step) -> str:
    opened = work.parts.open(
        work.home, work.settings, work.clock, work.engine,
        page=staff_page(), wave=step.wave, closes=step.closes, progress=work.progress,
    )  # fmt: skip
    return f"Opened: {opened.invited} people in {opened.groups} groups, until {opened.closes}."


def _give_up(work: Work, step: Step) -> str:
    cancel(work.home, work.settings, work.engine, step.wave, unopened=True)
    return "Taken back; it had never opened."


def _invite(work: Work, step: Step) -> str:
    row, now = _still_open(work, step), work.clock.now()
    turn = whose_turn(work.home, work.schedule, work.engine, row, "invitation", now)
    if turn.late:
        work.late = now
    return _send(work, step, "invitation", turn)


def _remind(work: Work, step: Step) -> str:
    """Remind, but nobody who may have been invited just now, after the machine had been off."""
    row, now = _still_open(work, step), work.clock.now()
    first = reminder(work.schedule, row.opens, row.closes)
    if first is None or now < first or (work.late and work.late <= now < work.late + APART):
        return ""
    turn = whose_turn(work.home, work.schedule, work.engine, row, "reminder", now)
    return _send(work, step, "reminder", turn)


def _still_open(work: Work, step: Step) -> waves.Wave:
    row = waves.get(work.engine, step.wave)
    if row is None or row.state != "open":
        raise WrongState("The wave is not open any more; nothing was sent.", where=step.wave)
    return row


def _send(work: Work, step: Step, kind: Kind, turn: Turn) -> str:
    if not turn.people:
        return ""
    done = work.parts.send(
        work.home, work.settings, work.clock, work.engine,
        wave=step.wave, kind=kind, only=turn.people, progress=work.progress,
    )  # fmt: skip
    return f"{kind.capitalize()}s written: {done.written}." if done.written else ""


def _shut(work: Work, step: Step) -> str:
    work.parts.shut(work.home, work.settings, step.wave)
    return "The issuer is shut; ballots are taken for 15 minutes more."


def _close(work: Work, step: Step) -> str:
    closed = work.parts.close(
        work.home, work.settings, work.clock, work.engine, step.wave, progress=work.progress
    )
    if closed.box:
        return f"Closed; give {closed.box} and {closed.groups} to the council."
    if closed.state == "released" and (why := work.tell_staff(work.home)):
        return f"Released; staff see no figures of the four scales yet: {why}."
    return f"{closed.state.capitalize()}: {closed.counted} answers, {closed.published} units shown."


_ACTIONS: Final[Mapping[str, Callable[[Work, Step], str]]] = {
    "open": _open,
    "give_up": _give_up,
    "invite": _invite,
    "remind": _remind,
    "shut": _shut,
    "close": _close,
}
