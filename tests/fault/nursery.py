"""A nursery: serving processes that are there at once, so that a harness can kill hundreds.

A parent imports everything and forks a server whenever it is told to; what is forked runs
`pulse.cli.child` itself, as `pulse serve` starts it. The listening socket stays open in the
harness, as systemd would hold it: who connects between two servers waits for the next one.

Run as `python -m tests.fault.nursery CREATE SOCKET LIFELINE`; a line on standard input starts
a server and prints its process id, the next line waits for its end.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final, Self

from pulse.cli import child

ROOT: Final = Path(__file__).parents[2]
WITHIN: Final = 20.0  # seconds


class Nursery:
    """Starts and kills one server at a time on a port of its own.

    Args:
        create: import path of the function that makes the app.
        home: the home that it serves.
        environment: further variables.
    """

    def __init__(self, create: str, home: Path, environment: dict[str, str] | None = None) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._socket.getsockname()[1]
        reading, self._lifeline = os.pipe()
        numbers = (self._socket.fileno(), reading)
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.fault.nursery", create, *map(str, numbers)],
            cwd=ROOT,
            env={**os.environ, "PULSE_HOME": str(home), **(environment or {})},
            pass_fds=numbers,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        os.close(reading)
        self.pid = 0

    def __enter__(self) -> Self:
        """Return itself; nothing serves yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill what runs and let go of the port."""
        if self.pid:
            self.kill()
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.close()
        self._parent.wait(WITHIN)
        self._parent.stdout.close()
        os.close(self._lifeline)
        self._socket.close()

    def start(self) -> None:
        """Start a server; it takes connections as soon as it can."""
        self.pid = int(self._told())

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal and wait for the end."""
        os.kill(self.pid, number)
        self.pid = 0
        self._told()

    def _told(self) -> str:
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.write("\n")
        self._parent.stdin.flush()
        return self._parent.stdout.readline()


def main() -> int:
    """Fork servers as told on standard input."""
    create, number, lifeline = sys.argv[1:]
    __import__(create.partition(":")[0])
    import uvicorn.protocols.http.httptools_impl  # noqa: F401 - so that no server has to
    import uvloop  # noqa: F401 - likewise

    import pulse.web.casting
    import pulse.web.issuing  # noqa: F401 - likewise

    running = 0
    for _ in sys.stdin:
        if running:
            os.waitpid(running, 0)
            running = 0
        else:
            running = os.fork()
            if not running:
                sys.argv = ["child", create, number, lifeline]
                sys.stdin.close()
                os._exit(child.main())
        sys.stdout.write(f"{running}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
