"""`pulse pause`: days on which no week opens."""

import datetime as dt

import click
import msgspec

from pulse import pauses
from pulse.cli.frame import Command, Group, Run, pass_run
from pulse.errors import Refused
from pulse.rhythm.local import date_in


class _Pauses(Group):
    """`pulse pause FROM TO` makes one; `list` and `remove` are commands of their own."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take whatever is no command for the days of a new pause."""
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "add", add, args


@click.group(
    cls=_Pauses,
    subcommand_metavar="FROM TO | list | remove FROM",
    epilog="Example: pulse pause 2026-12-21 2027-01-03 --reason 'end of the year'",
)
def pause() -> None:
    """No new week between two days, both included.

    A week that is open when a pause is made stays as it is.
    """


@click.command(cls=Command, epilog="Example: pulse pause 2026-12-21 2027-01-03")
@click.argument("first", metavar="FROM")
@click.argument("last", metavar="TO")
@click.option("--reason", default="", help="Why, for whoever plans.")
@pass_run
def add(run: Run, first: str, last: str, reason: str) -> None:
    """Make a pause; dates are like 2026-12-21, by the organisation's calendar."""
    wanted = pauses.Pause(_date(first), _date(last), " ".join(reason.split()))
    today = date_in(run.settings.zone, run.clock.now())
    run.say(pauses.add(run.home, run.state, wanted, today))


@pause.command(name="list", cls=Command)
@pass_run
def list_(run: Run) -> None:
    """List all pauses, also those that are over."""
    found = pauses.every(run.state)
    lines = [f"{each.first} to {each.last}  {each.reason}".rstrip() for each in found]
    run.say({"pauses": msgspec.to_builtins(found)}, "\n".join(lines) or "There is no pause.")


@pause.command(cls=Command, epilog="Example: pulse pause remove 2026-12-21")
@click.argument("first", metavar="FROM")
@pass_run
def remove(run: Run, first: str) -> None:
    """Take a pause back, named by its first day."""
    run.say(pauses.remove(run.home, run.state, _date(first)))


def _date(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, no moment
    except ValueError as error:
        raise Refused(
            "A day is written like 2026-12-21; nothing was changed.", where=text
        ) from error
