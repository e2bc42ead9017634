"""`pulse survey`: check a survey file, and see what each week asks."""

from pathlib import Path

import click

from pulse.cli.frame import Command, Group, Run, pass_run
from pulse.instrument import Instrument, load


@click.group(cls=Group)
def survey() -> None:
    """Survey files: check one, see what is asked when."""


@survey.command(cls=Command, epilog="Example: pulse survey check surveys/weekly.toml")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_run
def check(run: Run, file: Path) -> None:
    """Check FILE as a wave would; refuses with the place of the first thing wrong."""
    instrument = load(file)
    run.say(
        {
            "ok": True,
            "survey": instrument.id,
            "version": instrument.version,
            "items": len(instrument.items),
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
