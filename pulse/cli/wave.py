"""`pulse wave`: open, look at, close, release or cancel a week."""

import datetime as dt
from pathlib import Path

import click
import msgspec

from pulse import wave as waves
from pulse.cli.frame import Command, Group, Run, pass_run, progress
from pulse.errors import Refused, WrongState

_WAVE = click.option("--wave", metavar="W", help="The week, like 2026-W09.")

_LOST = click.option(
    "--without-store", is_flag=True, help="A store of the week is lost for good: go on without it."
)


@click.group(cls=Group)
def wave() -> None:
    """One survey week: open it, look at it, close it."""


@wave.command(
    name="open",
    cls=Command,
    epilog="Example: pulse wave open --closes 2026-03-06T17:00+01:00",
)
@_WAVE
@click.option("--closes", metavar="ISO", help="Closing time with offset (else by the settings).")
@pass_run
def open_(run: Run, wave: str | None, closes: str | None) -> None:
    """Open a week: freeze the roster, make keys, prepare invitations.

    Without --wave it is the current ISO week of the organisation's time zone.
    """
    from pulse.council import FEW
    from pulse.opening import open_wave
    from pulse.web.page import staff_page

    until = None if closes is None else moment(closes)
    with progress() as bar:
        opened = open_wave(
            run.home, run.settings, run.clock, run.state,
            page=staff_page(), wave=wave, closes=until, progress=bar,
        )  # fmt: skip
    run.say(opened)
    if opened.covered is not None:
        run.note(f"The council can check that {opened.keys} carries its key: pulse council check.")
        if opened.covered < FEW:
            run.note(f"Council keys left: {opened.covered}, each for one week; ask for new ones.")


@wave.command(cls=Command)
@_WAVE
@pass_run
def status(run: Run, wave: str | None) -> None:
    """Say where a week stands; without --wave the one under way, else the last.

    How many have answered is not known to anybody before the week is released.
    """
    from pulse.closing.council import lasting, waits_for

    if wave is not None:
        row = waves.get(run.state, wave)
        if row is None:
            raise Refused("There is no such wave.", where=wave)
    else:
        every = waves.every(run.state)
        row = next(reversed(waves.unfinished(run.state) or every), None)
    if row is None:
        run.say({"wave": None, "state": None})
        return
    told = msgspec.to_builtins(row)
    if waits := waits_for(run.home, row.wave):
        told |= {"box": str(waits.box), "groups": str(waits.groups)}
        if waits.since is not None:
            told["waits_since"] = waits.since.astimezone(run.settings.zone).isoformat()
            told["waits_for"] = lasting(run.clock.now() - waits.since)
    run.say(told)


@wave.command(cls=Command, epilog="Example: pulse wave close")
@_WAVE
@click.option(
    "--peeled",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="P file from the second holder.",
)
@click.option("--abandon", is_flag=True, help="Give the week up: its answers are destroyed.")
@_LOST
@pass_run
def close(
    run: Run, wave: str | None, peeled: Path | None, *, abandon: bool, without_store: bool
) -> None:
    """Close a week now and release what is safe; run it again after any interruption.

    Once closed, the last week gives its report again.
    """
    from pulse.closing import close_wave

    last = None if abandon or waves.unfinished(run.state) else waves.last_asked(run.state)
    week = under_way(run, wave or (last.wave if last else None))
    with progress() as bar:
        closed = close_wave(
            run.home, run.settings, run.clock, run.state, week,
            peeled=peeled, abandon=abandon, without_store=without_store, progress=bar,
        )  # fmt: skip
    _tell_staff(run)
    run.say(closed)
    if closed.box:
        run.note(
            f"Give {closed.box} and {closed.groups} to the council, which runs `pulse council "
            "peel`; with what comes back: pulse wave close --peeled P"
        )
    elif closed.peeled:
        run.note(f"Tell the council: pulse council forget --confirm {closed.peeled}")


@wave.command(cls=Command)
@_WAVE
@click.option("--accept-spoiled", is_flag=True, help="Release although ballots were spoiled.")
@_LOST
@pass_run
def release(run: Run, wave: str | None, *, accept_spoiled: bool, without_store: bool) -> None:
    """Release a week that was held, once its reason is settled."""
    from pulse.closing import release_wave

    with progress() as bar:
        released = release_wave(
            run.home, run.settings, run.clock, run.state, under_way(run, wave),
            accept_spoiled=accept_spoiled, without_store=without_store, progress=bar,
        )  # fmt: skip
    _tell_staff(run)
    run.say(released)


def _tell_staff(run: Run) -> None:
    """Work out what staff read of the scales; the release stands whether or not that succeeds."""
    from pulse.upkeep.telling import tell_apart

    if why := tell_apart(run.home):
        run.note(
            f"Staff see no figures of the four scales yet: {why}. `pulse upgrade` and "
            "`pulse serve` try again."
        )


@wave.command(cls=Command)
@_WAVE
@_LOST
@pass_run
def cancel(run: Run, wave: str | None, *, without_store: bool) -> None:
    """End a week that was opened by mistake; its answers and keys are destroyed unread."""
    from pulse.opening import cancel as cancel_wave

    week = under_way(run, wave)
    cancelled = cancel_wave(run.home, run.settings, run.state, week, without_store=without_store)
    run.say(cancelled)
    if run.settings.holder == "council":
        run.note(f"Tell the council: pulse council forget --wave {week}")


def under_way(run: Run, wave: str | None) -> str:
    """Return the week that was named, else the only one that has begun and not ended."""
    if wave is not None:
        return waves.check_week(wave)
    rows = waves.unfinished(run.state)
    if not rows:
        raise WrongState("No wave is under way; `pulse wave open` opens one.")
    if len(rows) > 1:
        names = ", ".join(row.wave for row in rows)
        raise WrongState(f"Several waves are under way ({names}); say which with --wave.")
    return rows[0].wave


def moment(text: str) -> dt.datetime:
    """Read a time with offset.

    Raises:
        click.UsageError: it is none.
    """
    try:
        time = dt.datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise click.UsageError("A time is written like 2026-03-06T17:00+01:00.")
    return time.astimezone(dt.UTC)
