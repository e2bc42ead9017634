"""`pulse invite`: send the links of a week."""

import click

from pulse.cli.frame import Command, Run, pass_run


@click.command(
    cls=Command,
    epilog="Example: pulse invite --preview\nExample: pulse invite --resend ada@example.org",
)
@click.option("--wave", metavar="W", help="The week (else the open one).")
@click.option("--preview", is_flag=True, help="Show the message, with a link that opens nothing.")
@click.option("--resend", metavar="EMAIL", help="Send one person's link again.")
@pass_run
def invite(run: Run, wave: str | None, resend: str | None, *, preview: bool) -> None:
    """Send everybody their link; nobody gets it twice."""
