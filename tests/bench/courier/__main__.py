"""python -m tests.bench.courier [MAILS]: mails per second, ours beside a bare smtplib loop.

Both speak to the same server of this machine, which answers at once and keeps nothing, over
connections of a hundred mails. The loop reads the same files and marks nothing; what the courier
costs more is its promise: one rename and one fsync before each dot.
"""

import contextlib
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path

from pulse.mail.outbox import Outbox
from pulse.mail.smtp import PER_CONNECTION
from pulse.mail.spool import SUFFIX
from tests.fault.couriers import carry
from tests.installation import ROOT
from tests.postoffice import GOOD, wire

ROUNDS = 3


def serve() -> None:
    """Answer every command at once, until the parent goes."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)  # noqa: T201 - the parent waits for it
    while True:
        sock, _ = listening.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with sock, contextlib.suppress(OSError), sock.makefile("rb") as file:
            sock.sendall(GOOD["connect"])
            while line := file.readline():
                verb = line[:4].decode("ascii", "replace").upper()
                sock.sendall(GOOD.get(verb, b"502 what?\r\n"))
                if verb == "QUIT":
                    break
                if verb == "DATA":
                    while file.readline() not in {b".\r\n", b""}:
                        pass
                    sock.sendall(GOOD["text"])


def fill(folder: Path, mails: int) -> None:
    """Write mails of the usual length."""
    folder.mkdir()
    text = "Six short statements about your past week, about one minute.\n" * 40
    for number in range(mails):
        name = folder / f"invitation-{number:024x}{SUFFIX}"
        name.write_bytes(wire(f"p{number}@example.org", text))


def bare(folder: Path, port: int) -> None:
    """Send every file with the standard library, and remove it."""
    client, left = None, 0
    for path in sorted(folder.iterdir()):
        if client is None or not left:
            if client is not None:
                client.quit()
            client, left = smtplib.SMTP("127.0.0.1", port, "example.org"), PER_CONNECTION
        data = path.read_bytes()
        client.sendmail("pulse@example.org", [str(message_from_bytes(data)["To"])], data)
        path.unlink()
        left -= 1
    if client is not None:
        client.quit()


def ours(folder: Path, port: int) -> None:
    """Let the courier go."""
    carry(port, Outbox(folder))


@contextlib.contextmanager
def server() -> Iterator[int]:
    """Run the server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.courier", "serve"], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def main(mails: int) -> None:
    """Measure both in turn, and print medians and their ratio."""
    ways: dict[str, Callable[[Path, int], None]] = {"bare smtplib": bare, "courier": ours}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder, server() as port:
        for number in range(ROUNDS):
            for name, way in ways.items():
                outbox = Path(folder) / f"{number} {name}"
                fill(outbox, mails)
                begun = time.perf_counter()
                way(outbox, port)
                seconds[name].append(time.perf_counter() - begun)
                assert not list(outbox.iterdir()), "mails were left"
    rates = {name: mails / statistics.median(taken) for name, taken in seconds.items()}
    for name, rate in rates.items():
        print(f"{name:<14}{rate:>10,.0f} mails/s")  # noqa: T201 - a bench prints
    print(f"{'ratio':<14}{rates['courier'] / rates['bare smtplib']:>10.2f}")  # noqa: T201 - as above


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
