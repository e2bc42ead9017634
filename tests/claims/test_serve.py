"""`pulse serve`: all apps answer, each in a process of its own, and all end with it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.installation import started

TOP: Final = Path(__file__).parents[2]
ANY_PORTS: Final = ("--port", "0", "--dashboards-port", "0", "--admin-port", "0")


def pulse(*words: str) -> list[str]:
    """Return the command line of a command in this checkout."""
    return [sys.executable, "-m", "pulse", *words]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make a home."""
    folder = tmp_path_factory.mktemp("serve") / "home"
    subprocess.run(pulse("init", "--home", str(folder)), cwd=TOP, check=True, capture_output=True)
    return str(folder)


class Serving:
    """A running `pulse serve`, once it has said where it answers."""

    def __init__(self, home: str, *words: str) -> None:
        self.process, told = started("serve", "--home", home, *words)
        self.addresses: dict[str, str] = told["addresses"]

    def children(self) -> list[int]:
        """List the processes that this one started."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(word) for word in listed.split()]

    def end(self) -> None:
        """End it the ordinary way."""
        self.process.terminate()
        self.process.communicate(timeout=20)


@pytest.fixture
def serving(home: str) -> Iterator[Serving]:
    """Serve all apps on free ports."""
    running = Serving(home, *ANY_PORTS)
    yield running
    running.end()


def get(url: str) -> tuple[int, dict[str, str], bytes]:
    """Fetch an address: status, headers, body."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback only
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def alive(pid: int) -> bool:
    """Tell whether a process runs (and is not merely waited for)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone(pids: list[int], within: float = 15) -> bool:
    """Wait until none of the processes runs."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if not any(map(alive, pids)):
            return True
        time.sleep(0.05)
    return False


def test_every_app_answers_with_a_safe_page(serving: Serving) -> None:
    """Staff, leaders and administrators each get their page; none says which server made it."""
    pages = {"staff": "/s", "dashboards": "/login", "admin": "/"}
    for name, path in pages.items():
        status, headers, body = get(serving.addresses[name] + path)
        assert (name, status) == (name, 200)
        assert body.lstrip().lower().startswith(b"<!doctype html")
        assert "server" not in {header.lower() for header in headers}
        assert "unsafe" not in headers["content-security-policy"]


def test_health_is_good_while_every_app_answers(serving: Serving) -> None:
    """The staff app's health is 200 without a wave, and no longer once another app has gone."""
    assert get(serving.addresses["staff"] + "/health")[0] == 200
    for pid in serving.children():
        os.kill(pid, signal.SIGSTOP if is_admin(pid) else signal.SIGCONT)
    try:
        assert get(serving.addresses["staff"] + "/health")[0] == 503
    finally:
        for pid in serving.children():
            os.kill(pid, signal.SIGCONT)


def is_admin(pid: int) -> bool:
    """Tell whether a process serves the administrator's app."""
    return b"pulse.admin" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_each_app_is_a_process_in_a_group_of_its_own(serving: Serving) -> None:
    """There are three children, each the leader of its own process group."""
    children = serving.children()
    assert len(children) == 3
    assert [os.getpgid(pid) for pid in children] == children


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_children_end_with_their_parent(home: str, number: signal.Signals) -> None:
    """However `pulse serve` ends, no app or ticker outlives it; an ordinary end exits 0."""
    running = Serving(home, *ANY_PORTS, "--tick")
    children = running.children()
    assert len(children) == 4
    running.process.send_signal(number)
    running.process.communicate(timeout=20)
    assert gone(children)
    assert running.process.returncode == (-number if number == signal.SIGKILL else 0)


def test_when_one_app_dies_all_end_and_say_so(home: str) -> None:
    """An app that ends by itself takes the others with it: exit 1, its name, no traceback."""
    running = Serving(home, *ANY_PORTS)
    children = running.children()
    os.kill(next(pid for pid in children if is_admin(pid)), signal.SIGKILL)
    told, said = running.process.communicate(timeout=20)
    assert running.process.returncode == 1
    assert json.loads(told)["error"]["where"] == "admin"
    assert "Traceback" not in said
    assert gone(children)


def test_weeks_are_looked_after_beside_the_apps(home: str) -> None:
    """With --tick something looks what is due, and leaves when it did; without, nothing does."""
    noted = Path(home) / "state" / "ticked"
    noted.unlink(missing_ok=True)
    alone = Serving(home, *ANY_PORTS)
    alone.end()
    assert not noted.exists()
    running = Serving(home, *ANY_PORTS, "--tick")
    until = time.monotonic() + 30
    while not noted.exists() and time.monotonic() < until:
        time.sleep(0.1)
    running.end()
    assert noted.exists()


def refused(home: str, *words: str, **environ: str) -> str:
    """Start `pulse serve`, which must refuse; return its one line."""
    done = subprocess.run(
        pulse("serve", "--home", home, *words),
        cwd=TOP,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_taken_port_is_refused_by_name(home: str) -> None:
    """A port that somebody else holds is said before anything has started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} cannot be used" in refused(home, "--port", port)


def test_an_unsafe_address_is_no_start(home: str) -> None:
    """A base address without https off this machine stops the start with its name."""
    said = refused(home, PULSE_BASE_URL="http://pulse.example.org")
    assert said == "pulse: base_url: The address must be https, or http on loopback.\n"


def test_a_home_for_trials_stays_on_this_machine(home: str) -> None:
    """With env = test (a clock from a file, a seed) no other machine is ever served."""
    said = refused(home, "--host", "::", PULSE_ENV="test")
    assert said == "pulse: --host: A home with env = test is served on loopback only.\n"


@pytest.mark.parametrize("app", ["staff", "issuer", "ballotbox", "dashboards", "admin"])
def test_one_app_alone_is_served(home: str, app: str) -> None:
    """--only serves one app and nothing beside it."""
    running = Serving(home, "--only", app, *ANY_PORTS)
    assert list(running.addresses) == [app]
    assert len(running.children()) == 1
    running.end()


def loaded(app: str, home: str) -> set[str]:
    """Return the modules that a serving process of `app` has loaded after starting up."""
    script = (
        "import asyncio, importlib, json, sys\n"
        "import pulse.cli.child\n"
        "app = importlib.import_module(sys.argv[1]).create_app()\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, app],
        cwd=TOP,
        env=os.environ | {"PULSE_HOME": home},
        capture_output=True,
        text=True,
        check=True,
    )
    modules: Any = json.loads(done.stdout)
    return set(modules)


def test_the_staff_process_loads_neither_polars_nor_plotly(home: str) -> None:
    """Starting the staff app loads no polars, plotly, solver or alembic, and no leaders' pages."""
    heavy = {"polars", "plotly", "alembic", "highspy", "numpy", "dashboards"}
    assert loaded("pulse.app", home) & heavy == set()


@pytest.mark.parametrize("app", ["dashboards.app", "pulse.admin.app"])
def test_no_serving_process_loads_migrations(app: str, home: str) -> None:
    """Starting the others loads no alembic and no solver; the administrator's no figures."""
    forbidden = {"alembic", "highspy"} | ({"polars", "plotly"} if "admin" in app else set())
    assert loaded(app, home) & forbidden == set()
