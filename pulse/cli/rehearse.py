"""`pulse rehearse`: a test week with an invented organisation, all its mail to one address."""

import os
import queue
import shutil
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from pulse.accounts.directory import check_address
from pulse.cli import processes
from pulse.cli.frame import Command, Run, pass_run, progress
from pulse.cli.processes import Listener, Served
from pulse.cli.serve import APPS, LOOPBACK
from pulse.clock import SystemClock
from pulse.errors import Refused
from pulse.settings import Home
from pulse.store import marks
from pulse.store.files import write_atomically

PREFIX: Final = "pulse-rehearsal-"
LONGEST: Final = 24 * 60 * 60  # seconds, then it is destroyed whatever happens
_TURN: Final = 0.1  # seconds
SAYS: Final = """\
A test week of {people} invented people is open. Answer as staff (each link works once):
{links}
{mailed}
{how}"""
SHOWN: Final = """\
The week is closed: {counted} answers counted, of which up to {handful} were yours.

What staff read:    {staff}/results
What leaders see:   {dashboards}
{logins}

Ctrl-C ends it; nothing of it is kept."""


@click.command(cls=Command, epilog="Example: pulse rehearse --to you@example.org")
@click.option("--to", default="", metavar="EMAIL", help="Send the links to this address too.")
@click.option(
    "--people", type=click.IntRange(20, 400), default=40, show_default=True,
    help="How many people are invented.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(0, 65534), default=0, show_default=True,
    help="Port of its staff pages; the leaders' pages take the next one (0: any two).",
)  # fmt: skip
@click.option("--tell", type=click.Path(path_type=Path), hidden=True)
@pass_run
def rehearse(run: Run, to: str, people: int, port: int, tell: Path | None) -> None:
    """Live through a test week in a throw-away home.

    Its organisation is invented, nothing of the real roster goes in, and all its mail goes to
    one address. Answer a few links, then close it to see what staff and leaders would see. It is
    destroyed at the end, and after a day at the latest.
    """
    from pulse.testweek import HANDFUL, TestWeek, settings_text

    real = run.settings
    if to:
        check_address(to)
    listeners = _listeners(port, port and port + 1)
    staff, leaders = processes.free_ports(listeners)
    base_url, dashboards_url = f"http://{LOOPBACK}:{staff}", f"http://{LOOPBACK}:{leaders}"
    told = _Telling(tell)
    with processes.until_stopped(), throw_away() as folder:
        home = Home(folder / "home")
        week = TestWeek(home, SystemClock(), people)
        told(state="making")
        run.note(f"Making an organisation of {people} people …")
        with progress() as bar:
            text = settings_text(real, base_url, dashboards_url)
            made = week.make(text, base_url, run.home, to=to, progress=bar)
        environ = {name: value for name, value in os.environ.items() if name[:6] != "PULSE_"}
        environ["PULSE_HOME"] = str(home.path)
        with processes.serving(_listeners(staff, leaders), environ) as served:
            facts: dict[str, Any] = {
                "links": made.links, "to": to, "staff": base_url, "dashboards": dashboards_url,
                "logins": made.logins, "people": made.people,
            }  # fmt: skip
            told(state="open", **facts)
            asking = _asked_by()
            run.say({"state": "open", **msgspec.to_builtins(facts)}, _open_words(facts, asking))
            if _wait(served, asking, "close"):
                told(state="closing", **facts)
                with progress() as bar:
                    closed = week.close(base_url, made.wave, bar)
                marks.note(run.home, run.clock, "test week")
                told(state="shown", counted=closed.counted, **facts)
                logins = "\n".join(
                    f"  {one.email}  {one.password}   sees {one.sees}" for one in made.logins
                )
                run.note(
                    SHOWN.format(
                        counted=closed.counted, handful=HANDFUL, staff=base_url,
                        dashboards=dashboards_url, logins=logins,
                    )
                )  # fmt: skip
                _wait(served, asking, "end")
    told(state="ended")
    run.note("The test week has ended; its home is removed.")


class _Telling:
    """Writes how far the week is for the administrator's app, which started it."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def __call__(self, **facts: object) -> None:
        if self._file is not None:
            write_atomically(self._file, msgspec.json.encode(facts))


@contextmanager
def throw_away() -> Iterator[Path]:
    """Give a folder that is removed at the end; one left by a crash goes after a day."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with_owner = left.stat()
        if with_owner.st_uid == os.getuid() and time.time() - with_owner.st_mtime > LONGEST:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asked_by() -> "queue.Queue[str] | None":
    """Return the lines of a terminal or of the app that started this; None where nobody writes."""
    try:
        piped = stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode)
        terminal = sys.stdin.isatty()
    except (OSError, ValueError):
        return None
    if not piped and not terminal:
        return None
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line.strip() or "close")
        lines.put("end")

    threading.Thread(target=read, daemon=True).start()
    return lines


def _wait(served: list[Served], asking: "queue.Queue[str] | None", wanted: str) -> bool:
    """Wait for a word; True if it is the wanted one, False if the end was asked for first.

    Raises:
        Refused: an app ended by itself, or the day is over.
    """
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        if any(one.process.poll() is not None for one in served):
            raise Refused("An app of the test week ended by itself; it was destroyed.")
        word = ""
        if asking is None:
            time.sleep(_TURN)
        else:
            with suppress(queue.Empty):
                word = asking.get(timeout=_TURN)
        if word == wanted:
            return wanted != "end"
        if word == "end":
            return False
    raise Refused("The test week is a day old and was destroyed.")


def _open_words(facts: Mapping[str, Any], asking: object) -> str:
    mailed = f"\nThe same links are in your mail ({facts['to']}).\n" if facts["to"] else ""
    how = (
        "Enter lets the invented people answer and closes the week; Ctrl-C ends it."
        if asking
        else "Run it in a terminal to close the week; a signal ends it."
    )
    links = "\n".join(f"  {each}" for each in facts["links"])
    return SAYS.format(people=facts["people"], links=links, mailed=mailed, how=how)


def _listeners(staff: int, leaders: int) -> list[Listener]:
    return [
        Listener("staff", APPS["staff"], LOOPBACK, staff),
        Listener("dashboards", APPS["dashboards"], LOOPBACK, leaders),
    ]
