"""`pulse export`: released cells as a file."""

from pathlib import Path

import click

from pulse.cli.frame import Command, Run, pass_run
from pulse.export import FORMATS, Selection, export_file


@click.command(
    cls=Command,
    epilog="Example: pulse export --format csv --out q.csv --from 2026-W09 --to 2026-W22",
)
@click.option("--format", "fmt", type=click.Choice(list(FORMATS)), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--unit", default="", metavar="U", help="This unit and all below it.")
@click.option("--from", "first", default="", metavar="W", help="First week.")
@click.option("--to", "last", default="", metavar="W", help="Last week.")
@pass_run
def export(run: Run, fmt: str, out: Path, unit: str, first: str, last: str) -> None:
    """Write released figures to a file; nothing else can be exported."""
    selection = Selection(unit=unit, first=first, last=last)
    _ = run.settings
    rows = export_file(run.home.releases, out, fmt, selection)
    if not rows:
        run.note("Nothing that is released fits: the file holds its head alone.")
    run.say({"format": fmt, "out": str(out), "rows": rows})
