"""Starts and ends a test week: `pulse rehearse` as a child process with a home of its own.

This app never opens that home: it passes on what the child tells of itself in one small file.
The child ends with this process, whatever ends it: its standard input is a pipe from here.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import msgspec

from pulse.settings import Home

State = Literal["none", "making", "open", "closing", "shown", "ended", "failed"]
ENDS_WITHIN: Final = 15.0  # seconds


class Login(msgspec.Struct, frozen=True):
    """An account of the test week; it opens nothing else."""

    email: str
    password: str
    sees: str


class Told(msgspec.Struct, frozen=True):
    """What the child tells of its week; `why` is of a failed one."""

    state: State = "none"
    links: tuple[str, ...] = ()
    to: str = ""
    staff: str = ""
    dashboards: str = ""
    logins: tuple[Login, ...] = ()
    people: int = 0
    counted: int = 0
    why: str = ""


def command(home: Home, to: str, told: Path) -> list[str]:
    """Return the command of the child."""
    here = [sys.executable, "-m", "pulse", "rehearse", "--home", str(home.path)]
    return [*here, "--to", to, "--tell", str(told)]


class TestWeek:
    """At most one test week of this process.

    Args:
        home: the real home, whose settings the child reads and in which it notes that it was done.
        command: gives the child's command from home, address and the file to tell in.
    """

    __test__ = False  # its name is no test's

    def __init__(self, home: Home, command: Callable[[Home, str, Path], list[str]]) -> None:
        self._home, self._command = home, command
        self._child: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._asked_to_close = False
        self._lock = threading.Lock()

    def begin(self, to: str) -> bool:
        """Start one whose mail goes to `to`; False if one runs already."""
        with self._lock:
            if self._child is not None and self._child.poll() is None:
                return False
            self._forget()
            self._folder = Path(tempfile.mkdtemp(prefix="pulse-test-week-"))
            with (self._folder / "said").open("wb") as out:
                self._child = subprocess.Popen(  # noqa: S603 - our own command
                    self._command(self._home, to, self._folder / "told"),
                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=out,
                    env={**os.environ, "PULSE_HOME": str(self._home.path)}, process_group=0,
                )  # fmt: skip
        return True

    def told(self) -> Told:
        """Return how far it is."""
        child, folder = self._child, self._folder
        if child is None or folder is None:
            return Told()
        ended = child.poll()
        try:
            told = msgspec.json.decode((folder / "told").read_bytes(), type=Told)
        except (OSError, msgspec.DecodeError):
            told = Told("making")
        if told.state == "open" and self._asked_to_close:
            told = msgspec.structs.replace(
                told, state="closing"
            )  # the child says so a little later
        if ended is None or told.state == "ended":
            return told
        return Told("failed", why=self._said(folder))

    def close(self) -> None:
        """Let the invented people answer, and close the week."""
        self._asked_to_close = True
        self._say("close")

    def end(self) -> None:
        """End it: its home is destroyed."""
        with self._lock:
            child = self._child
            if child is None:
                return
            self._say("end")
            with contextlib.suppress(OSError):
                if child.stdin is not None:
                    child.stdin.close()
            try:
                child.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                child.terminate()  # it removes its home on this signal too
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(ENDS_WITHIN)
            self._forget()

    def _say(self, word: str) -> None:
        child = self._child
        if child is not None and child.stdin is not None and not child.stdin.closed:
            with contextlib.suppress(OSError):
                child.stdin.write(f"{word}\n".encode())
                child.stdin.flush()

    def _forget(self) -> None:
        if self._child is not None and self._child.stdin is not None:
            with contextlib.suppress(OSError):
                self._child.stdin.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._child = self._folder = None
        self._asked_to_close = False

    @staticmethod
    def _said(folder: Path) -> str:
        lines = (folder / "said").read_text("utf-8", errors="replace").splitlines()
        reasons = [line.removeprefix("pulse: ") for line in lines if line.startswith("pulse: ")]
        return reasons[-1] if reasons else "It ended before it was ready."
