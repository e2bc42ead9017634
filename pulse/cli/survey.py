"""`pulse survey`: check a survey file, see what each week asks, switch a pack on and off."""

from pathlib import Path

import click

from pulse.cli import languages
from pulse.cli.frame import Command, Group, Run, pass_run
from pulse.cli.roster import next_tree
from pulse.errors import BadInstrument
from pulse.instrument import Instrument, load, record
from pulse.instrument import packs as packfile
from pulse.instrument import practices as cards
from pulse.instrument.tomlfile import parse
from pulse.practices import packs
from pulse.roster import headcounts


@click.group(cls=Group)
def survey() -> None:
    """Survey files: check one, see what is asked when."""


@survey.command(cls=Command, epilog="Example: pulse survey check surveys/practices/kindness.toml")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_run
def check(run: Run, file: Path) -> None:
    """Check FILE as a wave would; refuses with the place of the first thing wrong.

    FILE is a survey, packs of statements, practices, or a translation, of which everything that
    is wrong is told.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadInstrument("There is no such survey file.", where=str(file)) from error
    tables = parse(data, file.name)
    if "locale" in tables:
        languages.check(run, file)
        return
    if "practices" in tables:
        found = cards.read(data, file.name, load())
        cards.shipped()  # a new file among them must not repeat an id
        run.say({"ok": True, "practices": [practice.id for practice in found]})
        return
    if "packs" in tables:
        shelved, items = packfile.read(data, file.name, record())
        run.say({"ok": True, "packs": [each.id for each in shelved], "items": len(items)})
        return
    instrument = load(file)
    run.say(
        {
            "ok": True,
            "survey": instrument.id,
            "version": instrument.version,
            "items": len(instrument.core),
            "scales": list(instrument.scales),
            "weeks": len(instrument.blocks),
        }
    )


@survey.command(cls=Command, epilog="Example: pulse survey preview")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@pass_run
def preview(run: Run, file: Path | None) -> None:
    """Show what each week of the rotation asks, in asking order."""
    instrument = load() if file is None else load(file)
    weeks = [
        {
            "form": form,
            "items": [
                {"id": item, "text": instrument.items[item].text} for item in instrument.form(form)
            ],
        }
        for form in range(len(instrument.blocks))
    ]
    run.say(
        {"survey": instrument.id, "title": instrument.title, "weeks": weeks}, _words(instrument)
    )


def _words(instrument: Instrument) -> str:
    lines = [instrument.title, instrument.frame]
    for form in range(len(instrument.blocks)):
        lines += ["", f"Week {form + 1}"]
        lines += [f"  {item:<3} {instrument.items[item].text}" for item in instrument.form(form)]
    return "\n".join(lines)


@survey.group(cls=Group)
def pack() -> None:
    """Statements that take a seventh place while a practice is tried: one pack at a time."""


@pack.command(name="list", cls=Command, epilog="Example: pulse survey pack list")
@pass_run
def list_(run: Run) -> None:
    """Show every pack, and which one is on."""
    instrument, now = load(), packs.running(run.state)
    rows = [
        {
            "pack": each.id,
            "title": each.title,
            "items": [{"id": item, "text": instrument.items[item].text} for item in each.items],
            "about_leaders": each.leader,
            "asked": each.asked,
            "on": now is not None and now.pack == each.id,
        }
        for each in instrument.packs.values()
    ]
    run.say({"running": now, "packs": rows}, _packs(instrument, now))


@pack.command(cls=Command, epilog="Example: pulse survey pack on spin-down --waves 4")
@click.argument("pack")
@click.option(
    "--waves",
    metavar="N",
    type=int,
    default=packs.LONGEST,
    show_default=True,
    help="For how many weeks, at most six.",
)
@click.option("--agreed", is_flag=True, help="The leaders whom the pack is about have agreed.")
@pass_run
def on(run: Run, pack: str, waves: int, *, agreed: bool) -> None:  # fmt: skip
    """Ask one statement of PACK in each of the next weeks, of the whole organisation."""
    instrument = load()
    begun = packs.switch_on(
        run.state, instrument, pack, waves, agreed=agreed, leaders=_led(run)
    )  # fmt: skip
    run.say(begun)
    run.note("It begins with the next week that opens; an open week stays as it is.")
    if instrument.packs[pack].leader:
        run.note(
            "These statements are shown where at least 10 people stand behind them, to that "
            "leader alone; HR and staff never see them."
        )


@pack.command(cls=Command, epilog="Example: pulse survey pack off")
@pass_run
def off(run: Run) -> None:
    """Stop asking the pack that is on; an open week stays as it is."""
    run.say(packs.switch_off(run.state))


def _led(run: Run) -> bool:
    """Tell whether the next wave has a group made of leaders, as the roster is now."""
    units = headcounts(run.state)
    tree = next_tree(run, units) if units else None
    return tree is not None and packs.led(tree)


def _packs(instrument: Instrument, now: packs.Run | None) -> str:
    lines = []
    for each in instrument.packs.values():
        state = ""
        if now is not None and now.pack == each.id:
            state = f"  on, asked in {now.asked} of {now.waves} weeks"
        lines.append(f"{each.id:<12}{each.title}{state}")
        lines += [f"  {item:<4}{instrument.items[item].text}" for item in each.items]
    return "\n".join(lines)
