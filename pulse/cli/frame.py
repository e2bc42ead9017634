"""What all commands share: `--home` and `--json` anywhere, refusals, progress, the running home."""

import contextlib
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from pulse.cli import text
from pulse.clock import Clock, FileClock, SystemClock
from pulse.errors import PulseError, Refused
from pulse.settings import Home, Settings, load
from pulse.store.databases import accounts_engine, state_engine
from pulse.store.failures import told
from pulse.store.schema import check_schema
from pulse.terms import Progress, silent

_HOME: Final = "pulse.home"
_JSON: Final = "pulse.json"


class Run:
    """One call of one command: where its home is and how it speaks."""

    def __init__(self, meta: dict[str, Any]) -> None:
        self._meta = meta

    @property
    def as_json(self) -> bool:
        """Whether standard output gets one JSON document."""
        return bool(self._meta.get(_JSON))

    @cached_property
    def home(self) -> Home:
        """The home named by `--home`, else `PULSE_HOME`, else `pulse-home` here."""
        named = self._meta.get(_HOME) or os.environ.get("PULSE_HOME") or "pulse-home"
        return Home(Path(named).absolute())

    @cached_property
    def settings(self) -> Settings:
        """The home's settings; refused when there is no home yet."""
        if not self.home.settings_file.is_file():
            raise Refused("There is no home here; `pulse init` makes one.", where=self._home_name)
        return load(self.home)

    @cached_property
    def clock(self) -> Clock:
        """The machine's clock, or the file that stands in for it in trials."""
        return clock_of(self.settings)

    @cached_property
    def state(self) -> Engine:
        """The database of roster and waves; refused unless it has the newest schema."""
        engine = state_engine(self.home, self.settings)
        check_schema(engine, "state")
        return engine

    @cached_property
    def accounts(self) -> Engine:
        """The database of accounts; refused unless it has the newest schema."""
        engine = accounts_engine(self.home, self.settings)
        check_schema(engine, "accounts")
        return engine

    def say(self, document: object, words: str | None = None) -> None:
        """Print what came of the command: the JSON document, or words for a person."""
        if self.as_json:
            click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
        else:
            click.echo(text.facts(document) if words is None else words)

    def note(self, words: str) -> None:
        """Tell a person something beside the result."""
        click.echo(words, err=True)

    @property
    def _home_name(self) -> str:
        return str(self._meta.get(_HOME) or os.environ.get("PULSE_HOME") or "pulse-home")


pass_run = click.make_pass_decorator(Run)


def clock_of(settings: Settings) -> Clock:
    """Return the clock that the settings ask for."""
    return FileClock(Path(settings.test_clock)) if settings.test_clock else SystemClock()


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    """Show a bar on standard error while inside, if that is a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(label: str, done: int, total: int) -> None:
            if label not in tasks:
                tasks[label] = bars.add_task(label, total=total)
            bars.update(tasks[label], completed=done, total=total)

        yield show


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def callback(context: click.Context, parameter: click.Parameter, value: Any) -> Any:  # noqa: ANN401 - click's own signature
        del parameter
        if value:
            context.meta[name] = value
        return value

    return callback


def _shared() -> list[click.Parameter]:
    return [
        click.Option(
            ["--home"],
            metavar="DIR",
            type=click.Path(file_okay=False),
            expose_value=False,
            is_eager=True,
            callback=_keep(_HOME),
            help="The home to work on (else PULSE_HOME, else ./pulse-home).",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_keep(_JSON),
            help="Print one JSON document.",
        ),
    ]


class Command(click.Command):
    """A command that takes the shared options too; its epilog is printed as it stands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's own signature
        super().__init__(*args, **kwargs)
        self.params.extend(_shared())

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, line by line."""
        del ctx
        if self.epilog:
            formatter.write_paragraph()
            for line in self.epilog.splitlines():
                formatter.write(f"  {line}\n")


class Group(click.Group):
    """A group of commands; it lists them in the order in which they were added."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's own signature
        super().__init__(*args, **kwargs)
        self.params.extend(_shared())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in their order."""
        del ctx
        return list(self.commands)


class Root(Group):
    """The whole program: turns everything that goes wrong into one line or one document."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run a command; exit 1 with its reason when it is refused or fails."""
        ctx.obj = Run(ctx.meta)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if sys.flags.dev_mode:  # python -X dev -m pulse …: for whoever mends Pulse
                raise
            reason = worded(error)
        if ctx.obj.as_json:
            document = {"type": reason.type, "message": reason.message, "where": reason.where}
            click.echo(msgspec.json.encode({"error": document}))
        else:
            click.echo(f"pulse: {' '.join(str(reason).split())}", err=True)
        raise click.exceptions.Exit(1)


def worded(error: Exception) -> PulseError:
    """Put any failure into the words of this program."""
    if isinstance(error, PulseError):
        return error
    if isinstance(error, OSError | SQLAlchemyError | sqlite3.Error):
        return told(error)
    return Refused(
        f"This should not have happened ({type(error).__name__}: {error}). "
        "Run it again as `python -X dev -m pulse …` and report what it prints."
    )
