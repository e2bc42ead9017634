"""`pulse demo`: an organisation with a past and an open week, gone when it ends."""

import os
import shutil
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from pulse.cli import processes
from pulse.cli.frame import Command, Run, pass_run, progress
from pulse.cli.processes import Listener
from pulse.cli.serve import APPS, LOOPBACK
from pulse.clock import SystemClock
from pulse.settings import Home

SAYS: Final = """\
{people} people, {past_weeks} past weeks, this week open until {closes:%A %H:%M} UTC.

Answer as staff (each link works once):
{links}

Look as a leader or as HR at {dashboards}, look after it at {admin}
{logins}

The past is invented: its answers were sealed to real keys and went through the
real closing, but nobody cast them. This week is real all the way.
Ctrl-C ends the demo and removes {home}."""


@click.command(cls=Command, epilog="Example: pulse demo --people 120 --weeks 12")
@click.option(
    "--port",
    type=click.IntRange(0, 65533),
    default=8000,
    show_default=True,
    help="Port of the staff pages; leaders and administrators take the next two (0: any three).",
)
@click.option("--people", type=click.IntRange(20, 20_000), default=400, show_default=True)
@click.option("--weeks", type=click.IntRange(0, 104), default=52, show_default=True)
@click.option("--no-browser", is_flag=True, help="Open no browser.")
@pass_run
def demo(run: Run, port: int, people: int, weeks: int, *, no_browser: bool) -> None:
    """Try everything with an invented organisation.

    Its home is a temporary folder, which is removed at the end.
    """
    from pulse.demo.build import build

    ports = [port and port + each for each in range(3)]
    ports = processes.free_ports(_listeners(ports))  # before anything is made
    base_url, dashboards_url, admin_url = (f"http://{LOOPBACK}:{each}" for each in ports)
    begun = time.monotonic()
    with processes.until_stopped(), _throw_away() as folder:
        home = Home(folder / "home")
        run.note(f"Making an organisation of {people} people and {weeks} past weeks …")
        with progress() as bar:
            made = build(
                home, SystemClock(), base_url=base_url, dashboards_url=dashboards_url,
                admin_url=admin_url, people=people, weeks=weeks, progress=bar,
            )  # fmt: skip
        run.note(f"Made in {time.monotonic() - begun:.0f} s.")
        environ = {name: value for name, value in os.environ.items() if name[:6] != "PULSE_"}
        environ["PULSE_HOME"] = str(home.path)
        with processes.serving(_listeners(ports), environ) as served:
            addresses = {one.name: one.address for one in served}
            logins = (f"  {one.email}  {one.password}   sees {one.sees}" for one in made.logins)
            words = SAYS.format(
                people=made.people, past_weeks=made.past_weeks, closes=made.closes,
                links="\n".join(f"  {link}" for link in made.links),
                dashboards=addresses["dashboards"], admin=addresses["admin"],
                logins="\n".join(logins), home=home.path,
            )  # fmt: skip
            run.say({"home": str(home.path), "addresses": addresses, "demo": made}, words)
            if not no_browser and _has_screen():
                webbrowser.open(made.links[0])
            processes.watch(served)
    run.note("The demo has ended; its home is removed.")


@contextmanager
def _throw_away() -> Iterator[Path]:
    """Give a folder that is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pulse-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _listeners(ports: Sequence[int]) -> list[Listener]:
    names = ("staff", "dashboards", "admin")
    return [
        Listener(name, APPS[name], LOOPBACK, port) for name, port in zip(names, ports, strict=True)
    ]


def _has_screen() -> bool:
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in screens)
