"""`pulse survey`: check a survey file, see what each week asks, switch a pack on and off."""

from collections.abc import Sequence
from pathlib import Path

import click

from pulse.cli import languages
from pulse.cli.frame import Command, Group, Run, pass_run
from pulse.cli.roster import next_tree
from pulse.errors import BadInstrument
from pulse.instrument import Instrument, external, load, own, record
from pulse.instrument import packs as packfile
from pulse.instrument import practices as cards
from pulse.instrument.faults import Fault, tables_of
from pulse.practices import packs
from pulse.release import surveys
from pulse.roster import headcounts

Looked = tuple[list[Fault], dict[str, object]]  # what is wrong, and what it says if nothing is


@click.group(cls=Group)
def survey() -> None:
    """Survey files: check one, see what is asked when."""


@survey.command(cls=Command, epilog="Example: pulse survey check surveys/shifts.toml")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_run
def check(run: Run, file: Path) -> None:
    """Check FILE as a wave would; tells everything that is wrong, with its line.

    FILE is a survey, packs of statements, practices, a translation, or a scoring manifest of
    somebody else's instrument, of which it says what must be filled in before it can be asked. Ids
    that releases of this home use keep their meaning. Exits 1 when anything is wrong.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadInstrument("There is no such survey file.", where=str(file)) from error
    if "locale" in tables_of(data)[0]:
        languages.check(run, file)
        return
    found, sound = _looked_at(run, data, file.name)
    count = f"{len(found)} place{'s' * (len(found) > 1)} to put right"
    words = "\n".join(f"- {fault.words()}" for fault in found)
    told = [{"line": f.line or None, "path": f.path, "name": f.name, "text": f.text} for f in found]
    if found:
        run.say({"ok": False, "faults": told}, f"{file.name}: not ok, {count}\n{words}")
        raise click.exceptions.Exit(1)
    run.say({"ok": True, **sound})


def _looked_at(run: Run, data: bytes, name: str) -> Looked:
    """Return the faults of a file, and what it says where there are none."""
    tables = tables_of(data)[0]
    if "practices" in tables:
        return _practices(data, name)
    if external.is_manifest(tables):
        return _manifest(data, name, _before(run))
    if "packs" in tables:
        return _packfile(data, name)
    before = _before(run)
    if found := own.either(data, before):
        return found, {}
    instrument = own.read_either(data, name, before)
    return [], {
        "survey": instrument.id,
        "version": instrument.version,
        "items": len(instrument.core),
        "scales": list(instrument.scales),
        "weeks": len(instrument.blocks),
    }


def _practices(data: bytes, name: str) -> Looked:
    if found := cards.faults(data, name, load()):
        return found, {}
    cards.shipped()  # a new file among them must not repeat an id
    return [], {"practices": [each.id for each in cards.read(data, name, load())]}


def _packfile(data: bytes, name: str) -> Looked:
    if found := packfile.faults(data, name, record()):
        return found, {}
    shelved, items = packfile.read(data, name, record())
    return [], {"packs": [each.id for each in shelved], "items": len(items)}


def _manifest(data: bytes, name: str, before: tuple[Instrument, ...]) -> Looked:
    """Return the faults of a manifest; else what keeps it from being asked, or the survey it is."""
    if found := external.faults(data):
        return found, {}
    given = external.read(data, name)
    missing, never = external.wanting(given), external.hindrances(given)
    if not missing and not never:
        own.read(data, name, before)
    return [], {
        "manifest": given.manifest.id,
        "version": given.manifest.version,
        "items": len(given.items),
        "scales": [scale.id for scale in given.scales],
        "missing": [fault.words() for fault in missing],
        "cannot": [fault.words() for fault in never],
    }


def _before(run: Run) -> tuple[Instrument, ...]:
    """Return the surveys that were released in this home; none where there is no home."""
    if not run.home.settings_file.is_file():
        return ()
    return tuple(surveys.ever(run.home.releases))


@survey.command(
    cls=Command,
    epilog="Example: pulse survey preview\nExample: pulse survey preview surveys/shifts.toml "
    "--weeks 4",
)
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--weeks", metavar="N", type=click.IntRange(1, 520), help="Only the first N weeks.")
@pass_run
def preview(run: Run, file: Path | None, weeks: int | None) -> None:
    """Show what each week asks, in asking order: of FILE, else of the home's survey."""
    if file is None:
        instrument = languages.asked(run)
    else:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise BadInstrument("There is no such survey file.", where=str(file)) from error
        instrument = own.read_either(data, file.name, _before(run))
    turns = len(instrument.blocks)
    forms = [week % turns for week in range(weeks or turns)]
    rows = [
        {
            "form": form,
            "items": [
                {"id": item, "text": instrument.items[item].text} for item in instrument.form(form)
            ],
        }
        for form in forms
    ]
    run.say(
        {"survey": instrument.id, "title": instrument.title, "weeks": rows},
        _words(instrument, forms),
    )


def _words(instrument: Instrument, forms: Sequence[int]) -> str:
    lines = [instrument.title, instrument.frame]
    for week, form in enumerate(forms, 1):
        lines += ["", "Every week" if len(instrument.blocks) == 1 else f"Week {week}"]
        lines += [f"  {item:<3} {instrument.items[item].text}" for item in instrument.form(form)]
        if len(instrument.blocks) == 1:
            break
    answers = ", ".join(f"{at} {label}" for at, label in enumerate(instrument.labels, 1))
    return "\n".join([*lines, "", f"Answers: {answers}; or {instrument.prefer_not}"])


@survey.group(cls=Group)
def pack() -> None:
    """Statements that take a seventh place while a practice is tried: one pack at a time."""


@pack.command(name="list", cls=Command, epilog="Example: pulse survey pack list")
@pass_run
def list_(run: Run) -> None:
    """Show every pack, and which one is on."""
    instrument, now = languages.asked(run), packs.running(run.state)
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
    instrument = languages.asked(run)
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
