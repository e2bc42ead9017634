"""`pulse mail`: whether channels work, what is held back, and trying that again."""

import click

from pulse.cli.frame import Command, Group, Run, pass_run, progress
from pulse.errors import Refused
from pulse.mail.courier import Delivered, deliver
from pulse.mail.listing import listed, send_again
from pulse.mail.trying import try_channels
from pulse.settings import mail_server


@click.group(cls=Group)
def mail() -> None:
    """Channels: test them, see what waits, deliver, send again."""


@mail.command(cls=Command, epilog="Example: pulse mail test --to you@example.org")
@click.option("--to", metavar="ADDRESS", help="Who gets the test message.")
@pass_run
def test(run: Run, to: str | None) -> None:
    """Send a test message over every channel that is set up.

    Shows each server's own answer; exit code 1 where one failed.
    """
    tried = try_channels(run.home, run.settings, run.clock, to)
    run.say({"channels": tried})
    if not all(each.works for each in tried):
        raise click.exceptions.Exit(1)


@mail.command(name="list", cls=Command, epilog="Example: pulse mail list --json")
@pass_run
def list_(run: Run) -> None:
    """List what waits, may have left, or was refused, week by week."""
    run.say(listed(run.home, run.state))


@mail.command(name="deliver", cls=Command, epilog="Example: pulse mail deliver")
@pass_run
def deliver_(run: Run) -> None:
    """Hand over what waits; run as often as you like, nobody gets two."""
    run.say(handed_over(run))


@mail.command(cls=Command, epilog="Example: pulse mail resend ada@example.org")
@click.argument("address", required=False)
@click.option(
    "--refused", is_flag=True, help="All that servers refused, when the reason is mended."
)
@pass_run
def resend(run: Run, address: str | None, *, refused: bool) -> None:
    """Send again what is held back for ADDRESS, though it may have left."""
    if (address is None) is not refused:
        raise Refused("Name one address, or give --refused.")
    send_again(run.home, address)
    run.say(handed_over(run))


def handed_over(run: Run) -> Delivered:
    """Let the courier go, with a bar, and tell a person what was in its way."""
    with progress() as bar:
        done = deliver(run.home, run.settings, run.clock, run.state, progress=bar)
    for each in done.trouble:
        run.note(f"Not everything was delivered, and the rest waits: {each}")
    return done


def hand_over_at_once(run: Run) -> None:
    """Let the courier go where one is set up; a spool waits for its mail server."""
    if mail_server(run.settings.mail) is not None or run.settings.people == "slack":
        handed_over(run)
