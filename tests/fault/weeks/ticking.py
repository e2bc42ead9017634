"""Real `pulse tick` processes: one, two at once, or one that is killed and one after it."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from typing import Final

import msgspec

from pulse.tick import Ticked
from tests.fault.weeks.mails import Wrong
from tests.installation import ROOT

FATES: Final = ("plainly", "plainly", "plainly", "plainly", "twice", "killed")
PATIENCE: Final = 600.0  # seconds for one tick, which may open or close a week


class Ticker:
    """Starts the processes and listens to what they say.

    Args:
        environment: the home and its clock.
        dice: where chance comes from.
        twin: a broken twin of `pulse tick` to run instead, by name.
    """

    def __init__(self, environment: Mapping[str, str], dice: random.Random, twin: str = "") -> None:
        self._environment, self._dice = dict(environment), dice
        program = ["tests.fault.weeks.twins", twin] if twin else ["pulse", "tick", "--json"]
        self._command = [sys.executable, "-m", *program]
        self.tally = Counter[str]()
        self.slowest = 2.0

    def tick(self) -> list[Ticked]:
        """Tick as chance has it; at the end one has run to its end. Return what was said."""
        fate = self._dice.choice(FATES)
        self.tally[f"ticks, {fate}"] += 1
        if fate == "killed":
            self._kill()
        running = [self._start() for _ in range(2 if fate == "twice" else 1)]
        began = time.monotonic()
        said = [self._hear(process) for process in running]
        self.slowest = max(1.0, time.monotonic() - began)
        return said

    def _kill(self) -> None:
        process = self._start()
        try:
            # As long as the last one took at most: openings and closes follow one another.
            process.wait(self._dice.uniform(0.3, max(1.2, 1.2 * self.slowest)))
        except subprocess.TimeoutExpired:
            process.kill()
            self.tally["killed while at work"] += 1
        process.communicate()

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def _hear(self, process: "subprocess.Popen[str]") -> Ticked:
        out, err = process.communicate(timeout=PATIENCE)
        if process.returncode != 0:
            raise Wrong(f"a tick ended with {process.returncode}: {out} {err}")
        said = msgspec.json.decode(out, type=Ticked)
        for each in said.done:
            self.tally[f"steps, {each.step}"] += 1
        return said
