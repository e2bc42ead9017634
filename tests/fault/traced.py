"""Programs under strace, which makes their n-th call to the system fail or kills them there."""

import os
import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

import msgspec

ROOT: Final = Path(__file__).parents[2]
# Every call by which a command changes a disk.
CHANGING: Final = (
    "write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "unlinkat", "ftruncate",
    "mkdir", "rmdir",
)  # fmt: skip
SYNCS: Final = ("fsync", "fdatasync")
WRITES: Final = ("write", "pwrite64", "ftruncate", "mkdir")
_CALL: Final = re.compile(r"^(\d+) +(\w+)\(.*\) += (-?\d+)")


class Point(msgspec.Struct, frozen=True):
    """The n-th call of one kind, and what happens there: "kill", or the name of an error."""

    call: str
    n: int
    fate: str

    @property
    def inject(self) -> str:
        """The option of strace that brings it about."""
        what = "signal=KILL" if self.fate == "kill" else f"error={self.fate}"
        return f"--inject={self.call}:{what}:when={self.n}"


def points(home: Path, *words: str) -> list[Point]:
    """Run a command undisturbed and return every point at which it can be disturbed.

    A call that fails anyway or that touches nothing in the home or beside it, where a restore
    makes one, leaves the disk as it was, so it counts no point.
    """
    log = home.parent / "calls"
    done = traced(home, words, "-y", "-o", str(log), f"--trace={','.join(CHANGING)}")
    assert done.returncode == 0, done.stdout + done.stderr
    matched = [m for line in log.read_text().splitlines() if (m := _CALL.match(line))]
    counted = dict.fromkeys(CHANGING, 0)
    found: list[Point] = []
    for match in matched:
        process, call, result = match.groups()
        if process != matched[0][1]:
            continue
        counted[call] += 1
        if int(result) >= 0 and str(home.parent) in match[0]:
            found.append(Point(call, counted[call], "kill"))
            found += [Point(call, counted[call], "EIO")] * (call in SYNCS)
            found += [Point(call, counted[call], "ENOSPC")] * (call in WRITES)
    return found


def disturbed(home: Path, point: Point, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command that meets its fate at `point`."""
    return traced(home, words, "-o", os.devnull, f"--trace={point.call}", point.inject)


def traced(home: Path, words: tuple[str, ...], *options: str) -> "subprocess.CompletedProcess[str]":
    """Run `pulse` on a home under strace, which follows its children."""
    return subprocess.run(
        ["strace", "-f", *options, *pulse(home, *words)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def pulse(home: Path, *words: str) -> tuple[str, ...]:
    """Return the command line of a command."""
    return (sys.executable, "-m", "pulse", "--home", str(home), "--json", *words)


@contextmanager
def injected(pids: Sequence[int], *options: str) -> Iterator[None]:
    """Trace processes that run already, with all their threads and children, while inside."""
    which = [word for pid in pids for word in ("-p", str(pid))]
    with subprocess.Popen(
        ["strace", "-f", "-o", os.devnull, *options, *which],
        stderr=subprocess.PIPE, text=True, pipesize=4096,  # soon full, should nobody read it
    ) as strace:  # fmt: skip
        assert strace.stderr
        # It tells of every child: unheard it would stop one day, and with it all that it traces.
        hearing = Thread(target=deque, args=(strace.stderr, 0))
        try:
            # Of one that has just ended it says so.
            said = [strace.stderr.readline() for _ in pids]
            assert "attached" in said[0], said
            hearing.start()
            yield
        finally:
            strace.send_signal(signal.SIGTERM)
            strace.wait(30)
            if hearing.ident:
                hearing.join()
