"""`pulse invite` and `pulse remind`: send the links of a week."""

import click

from pulse.cli.frame import Command, Run, pass_run, progress
from pulse.cli.mail import hand_over_at_once
from pulse.invitation import preview as preview_mail
from pulse.invitation import send

_WAVE = click.option("--wave", metavar="W", help="The week (else the open one).")


@click.command(
    cls=Command,
    epilog="Example: pulse invite --preview\nExample: pulse invite --resend ada@example.org",
)
@_WAVE
@click.option("--preview", is_flag=True, help="Show the mail, with a link that opens nothing.")
@click.option("--resend", metavar="EMAIL", help="Write one person's link again.")
@pass_run
def invite(run: Run, wave: str | None, resend: str | None, *, preview: bool) -> None:
    """Write everybody's link into the outbox.

    Run again, it writes only what is missing.
    """
    if preview:
        text = preview_mail(run.home, run.settings, run.clock, run.state, wave=wave)
        run.say({"preview": text}, text)
        return
    with progress() as bar:
        sent = send(
            run.home, run.settings, run.clock, run.state, wave=wave, resend=resend, progress=bar
        )
    hand_over_at_once(run)
    run.say(sent)


@click.command(cls=Command)
@_WAVE
@pass_run
def remind(run: Run, wave: str | None) -> None:
    """Write one reminder to everybody; nobody knows who answered."""
    with progress() as bar:
        sent = send(
            run.home, run.settings, run.clock, run.state, wave=wave, kind="reminder", progress=bar
        )
    hand_over_at_once(run)
    run.say(sent)
