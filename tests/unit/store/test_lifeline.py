"""Child processes end with the command that started them, so no key outlives it in a memory."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from pulse.store.lifeline import undisturbed

# Each tells as soon as its workers work, and is killed then.
PROGRAMS = {
    "keys": """
from pulse.token.keypool import pool_keys
pool_keys(1_000, lambda _, done, total: done and print(done, flush=True))
""",
    "records": """
from itertools import repeat
from operator import itemgetter
from pulse.ballotbox.shares import ALONE, shared
for share in shared(repeat(b"a record"), ALONE + 1, itemgetter, 0):
    print(share, flush=True)
""",
    "pipe": """
import os, subprocess, sys
reading, writing = os.pipe()
child = "import os, time; from pulse.store.lifeline import end_with; "
child += f"end_with({reading}); print(1, flush=True); time.sleep(60)"
subprocess.run([sys.executable, "-c", child], pass_fds=(reading,))
""",
    "careless": """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
with ProcessPoolExecutor(1, get_context("spawn")) as pool:
    for each in pool.map(abs, range(10)):
        print(each, flush=True)
    input()
""",
}


def ends_with_its_parent(program: str, patience: float) -> bool:
    """Kill a program at work; its children share its standard output, which ends with the last."""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.kill()
    try:
        process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        return False
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    return True


@pytest.mark.parametrize("name", ["keys", "records", "pipe"])
def test_no_child_outlives_a_command_that_was_killed(name: str) -> None:
    """Workers that hold keys, and a process on a pipe, end when their parent is killed."""
    assert ends_with_its_parent(PROGRAMS[name], 20)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_until_a_child_is_started(number: signal.Signals) -> None:
    """Inside the block nothing happens; right after it the signal is handled as ever."""
    seen: list[str] = []
    before = signal.signal(number, lambda *_: seen.append("handled"))
    try:
        with undisturbed():
            signal.raise_signal(number)
            seen.append("started")
        assert seen == ["started", "handled"]
        signal.raise_signal(number)
        assert seen == ["started", "handled", "handled"]
    finally:
        signal.signal(number, before)


@pytest.mark.slow
def test_a_pool_without_the_lifeline_is_caught() -> None:
    """Workers of a plain pool go on waiting for work after their parent was killed."""
    assert not ends_with_its_parent(PROGRAMS["careless"], 1)
