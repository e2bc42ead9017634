"""A home that is used as people use it: by the command line and over HTTP, in processes."""

import contextlib
import datetime as dt
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


class Installation:
    """One home with its own ports and its own time.

    Args:
        folder: the home.
        environment: what the commands see.
        ports: staff, dashboards, admin.
    """

    def __init__(
        self, folder: Path, environment: Mapping[str, str], ports: Sequence[int], clock: Path
    ) -> None:
        self.folder, self._environment, self._ports = folder, dict(environment), tuple(ports)
        self._clock = clock
        self.staff_url, self.dashboards_url, self.admin_url = (
            f"http://127.0.0.1:{port}" for port in ports
        )

    def run(self, *arguments: str, refused: bool = False) -> Any:
        """Run one command with `--json` and return its document; `refused` expects exit code 1."""
        done = subprocess.run(
            [sys.executable, "-m", "pulse", "--json", *arguments],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == (1 if refused else 0), done.stdout + done.stderr
        return json.loads(done.stdout)

    def set_time(self, moment: dt.datetime) -> None:
        """Set the clock that every process of this home reads."""
        self._clock.write_text(moment.isoformat(), encoding="utf-8")

    def roster(self, teams: Mapping[str, Sequence[str]]) -> Any:
        """Import an organisation of `teams`, each person by their id, everybody with a mail."""
        units = ["unit_id,parent_id,name", "org,,Example Ltd"]
        units += [f"{team},org,{team.title()}" for team in teams]
        people = ["person_id,email,unit_id"]
        people += [f"{p},{p}@example.org,{team}" for team in teams for p in teams[team]]
        folder = self.folder.parent
        folder.joinpath("units.csv").write_text("\n".join(units) + "\n", encoding="utf-8")
        folder.joinpath("people.csv").write_text("\n".join(people) + "\n", encoding="utf-8")
        return self.run("roster", "import", str(folder / "units.csv"), str(folder / "people.csv"))

    @contextlib.contextmanager
    def serving(self, *options: str) -> Iterator[subprocess.Popen[str]]:
        """Serve the home while inside; returns once every app answers."""
        staff, dashboards, admin = map(str, self._ports)
        process = subprocess.Popen(
            [sys.executable, "-m", "pulse", "serve", "--port", staff, "--dashboards-port",
             dashboards, "--admin-port", admin, *options],
            cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        try:
            self._wait(process)
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=30)

    def _wait(self, process: subprocess.Popen[str]) -> None:
        for _ in range(300):
            assert process.poll() is None, process.communicate()
            with (
                contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
                urllib.request.urlopen(f"{self.staff_url}/health", timeout=5),  # noqa: S310 - loopback
            ):
                return
            time.sleep(0.1)
        raise AssertionError("The apps did not answer within thirty seconds.")


def started(*words: str) -> tuple["subprocess.Popen[str]", Any]:
    """Start a command that goes on running; return it and the document that it prints first."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pulse", *words, "--json"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    told = ""
    while not told.endswith("\n}\n"):
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        told += line
    return process, json.loads(told)


def free_ports(count: int) -> list[int]:
    """Return consecutive ports of the loopback address that nobody listens on.

    They lie below the range from which systems take ports for outgoing connections, so that
    nothing grabs one between this look and its use.
    """
    for _ in range(100):
        first = random.randrange(20_000, 32_000)
        ports = [first + n for n in range(count)]
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in ports:
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
            return ports
    raise AssertionError("A hundred places had no free ports.")


def installed(folder: Path, moment: dt.datetime, **settings: str) -> Installation:
    """Return an installation whose home will stand in `folder`, at `moment`, not yet made."""
    ports, clock = free_ports(3), folder / "clock"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
    environment |= {
        "PULSE_HOME": str(folder / "home"),
        "PULSE_ENV": "test",
        "PULSE_TEST_CLOCK": str(clock),
        "PULSE_BASE_URL": f"http://127.0.0.1:{ports[0]}",
        "PULSE_DASHBOARDS_URL": f"http://127.0.0.1:{ports[1]}",
    }
    environment |= settings
    place = Installation(folder / "home", environment, ports, clock)
    place.set_time(moment)
    return place
