"""`pulse tick`: do what is due now, once or from now on."""

import datetime as dt
import time
from typing import TYPE_CHECKING, Final

import click
import msgspec

from pulse.cli.frame import Command, Run, pass_run, progress, worded
from pulse.cli.processes import until_stopped
from pulse.settings import Settings, load
from pulse.store.databases import state_engine
from pulse.store.lifeline import end_with
from pulse.store.schema import check_schema

if TYPE_CHECKING:
    from pulse.tick import Ahead, Ticked

EVERY: Final = click.IntRange(1, 3600)


@click.command(cls=Command, epilog="Example: pulse tick --every 60\nExample: pulse tick --dry-run")
@click.option("--every", type=EVERY, metavar="SECONDS", help="Go on until Ctrl-C or SIGTERM.")
@click.option("--dry-run", is_flag=True, help="Only say what is due and what comes next.")
@click.option("--lifeline", type=int, hidden=True, help="A pipe to end with (pulse serve).")
@pass_run
def tick(run: Run, every: int | None, lifeline: int | None, *, dry_run: bool) -> None:
    """Do what is due now: open, invite, remind, close, release.

    Safe any number of times and from any number of machines at once. A step that fails does not
    stop the others; it is said, the command exits 1, and the next tick tries again. With --every
    and --json it prints a document for each round in which something was done or said.
    """
    if dry_run:
        from pulse.tick import ahead

        found = ahead(run.home, run.settings, run.clock, run.state)
        run.say(found, _ahead(found, run.settings))
        return
    if every is None:
        ticked = _once(run)
        words = _words(ticked) or ("" if ticked.failed else "Nothing is due.")
        if run.as_json or words:
            run.say(ticked, words)
        _note_failures(run, ticked)
        if ticked.failed:
            raise click.exceptions.Exit(1)
        return
    if lifeline is not None:
        end_with(lifeline)
    with until_stopped():
        _go_on(run, every)


def _once(run: Run) -> "Ticked":
    """Tick with settings and database as they are now: both may have changed since the last."""
    from pulse.cli.frame import clock_of
    from pulse.tick import tick as tick_once
    from pulse.upkeep.telling import tell_apart

    _ = run.settings  # refused where there is no home
    settings = load(run.home)
    engine = state_engine(run.home, settings)
    try:
        check_schema(engine, "state")
        with progress() as bar:
            return tick_once(
                run.home, settings, clock_of(settings), engine, tell_staff=tell_apart, progress=bar
            )
    finally:
        engine.dispose()


def _go_on(run: Run, every: int) -> None:
    """Tick for ever; what is said twice in a row is said once."""
    said: object = None
    while True:
        began = time.monotonic()
        says: object
        try:
            ticked = _once(run)
        except Exception as error:  # noqa: BLE001 - a ticker outlives whatever one round meets
            says = str(worded(error))
            if says != said:
                run.note(f"pulse: {says}")
        else:
            says = (ticked.done, ticked.told, ticked.failed)
            if says != said:
                _show(run, ticked)
        said = says
        time.sleep(max(0.0, every - (time.monotonic() - began)))


def _show(run: Run, ticked: "Ticked") -> None:
    if run.as_json and (ticked.done or ticked.told or ticked.failed):
        click.echo(msgspec.json.encode(ticked))
    elif words := _words(ticked):
        click.echo(words)
    _note_failures(run, ticked)


def _note_failures(run: Run, ticked: "Ticked") -> None:
    for each in ticked.failed:
        run.note(f"pulse: {each.words}")


def _words(ticked: "Ticked") -> str:
    return "\n".join(f"{each.wave}  {each.words}" for each in (*ticked.done, *ticked.told))


def _ahead(found: "Ahead", settings: Settings) -> str:
    lines = [found.cadence, ""]
    lines += [f"now               {each.wave}  {each.words}" for each in found.due]
    lines += [f"{_local(each.at, settings)}  {each.wave}  {each.words}" for each in found.coming]
    return "\n".join(lines)


def _local(at: dt.datetime, settings: Settings) -> str:
    return f"{at.astimezone(settings.zone):%a %d %b %H:%M}"
