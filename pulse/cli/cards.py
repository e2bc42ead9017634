"""`pulse cards`: print the cards of people without an address."""

from pathlib import Path

import click

from pulse.cli.frame import Command, Run, pass_run, progress
from pulse.invitation.printing import print_cards
from pulse.language import LANGUAGES, closest


@click.command(cls=Command, epilog="Example: pulse cards --unit north --pdf /tmp/north.pdf")
@click.option("--unit", required=True, metavar="U", help="This unit and all below it.")
@click.option(
    "--pdf",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, outside the home.",
)
@click.option(
    "--language", metavar="L", help="Of the words on the cards (else the organisation's)."
)
@pass_run
def cards(run: Run, unit: str, pdf: Path, language: str | None) -> None:
    """Print one-time codes for people without an address.

    Shuffled anew at each print, so that nobody knows who holds which.
    """
    language = language or run.settings.languages[0]
    with progress() as bar:
        printed = print_cards(
            run.home, run.settings, run.clock, run.state, unit, pdf,
            language=language, progress=bar,
        )  # fmt: skip
    if printed.language != closest(language, LANGUAGES):
        run.note(f"No font here shows {language}: the words on the cards are English.")
    run.note("Printing again prints the same codes in another order; each works once.")
    run.say(printed)
