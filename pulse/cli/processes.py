"""One child process per app: started, awaited, watched, and ended together.

Each child leads a process group of its own, so that Ctrl-C reaches this process alone and the
children are ended in order. Sockets are bound here, before anything starts: a taken port is a
refusal, not a half-started service.
"""

import contextlib
import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType
from typing import Final

import msgspec

from pulse.errors import Refused
from pulse.settings import is_loopback

START_WITHIN: Final = 60.0  # seconds
END_WITHIN: Final = 10.0
_TICK: Final = 0.05
_STOP: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Wildcards to listen on, and how this machine reaches itself then.
EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


class Listener(msgspec.Struct, frozen=True):
    """An app and where it listens; port 0 takes a free one."""

    name: str
    app: str
    host: str
    port: int


class Worker(msgspec.Struct, frozen=True):
    """A command of ours that runs beside the apps and listens nowhere."""

    name: str
    words: tuple[str, ...]


class Served(msgspec.Struct, frozen=True):
    """An app that runs: its process, its address, and where this machine itself reaches it.

    A worker has neither address.
    """

    name: str
    process: "subprocess.Popen[bytes]"
    address: str = ""
    inside: str = ""


class _Bound(msgspec.Struct, frozen=True):
    """The sockets of an app; the last one is on loopback, for the health of the others."""

    listener: Listener
    sockets: list[socket.socket]

    @property
    def address(self) -> str:
        return _url(self.listener.host, self.sockets[0])

    @property
    def inside(self) -> str:
        return _url(_on_this_machine(self.listener.host), self.sockets[-1])


@contextlib.contextmanager
def serving(
    listeners: Sequence[Listener], environ: Mapping[str, str], workers: Sequence[Worker] = ()
) -> Iterator[list[Served]]:
    """Run the apps while inside; each answers by then, and all are gone afterwards.

    Workers are started once every app answers, and end with them.

    Raises:
        Refused: a port is taken, or an app did not start (its own words are on standard error).
    """
    with contextlib.ExitStack() as stack:
        every = [_bind(listener, stack) for listener in listeners]
        reading, writing = os.pipe()
        served: list[Served] = []
        stack.callback(_end, served)
        stack.callback(os.close, writing)
        for bound in every:
            peers = ",".join(other.inside for other in every if other is not bound)
            process = _start(bound, reading, {**environ, "PULSE_PEERS": peers})
            served.append(Served(bound.listener.name, process, bound.address, bound.inside))
        stack.callback(os.close, reading)
        for one in served:
            _await(one)
        served += [Served(each.name, _work(each, reading, environ)) for each in workers]
        yield served


def _start(bound: _Bound, lifeline: int, environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    numbers = [each.fileno() for each in bound.sockets]
    words = (bound.listener.app, ",".join(map(str, numbers)), str(lifeline))
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "pulse.cli.child", *words],
        env=environ,
        pass_fds=(*numbers, lifeline),
        stdin=subprocess.DEVNULL,
        process_group=0,
    )


def _work(worker: Worker, lifeline: int, environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "pulse", *worker.words, "--lifeline", str(lifeline)],
        env=environ,
        pass_fds=(lifeline,),
        stdin=subprocess.DEVNULL,
        process_group=0,
    )


def free_ports(listeners: Sequence[Listener]) -> list[int]:
    """Return a port for each listener that is free now: its own, or any if that is 0.

    Raises:
        Refused: a port is taken.
    """
    with contextlib.ExitStack() as stack:
        return [_bind(each, stack).sockets[0].getsockname()[1] for each in listeners]


def watch(served: Sequence[Served]) -> None:
    """Wait; only a signal (see `until_stopped`) ends this in peace.

    Raises:
        Refused: an app ended by itself.
    """
    while all(one.process.poll() is None for one in served):
        time.sleep(_TICK)
    ended = next(one for one in served if one.process.poll() is not None)
    raise Refused("This app ended by itself; all others were ended too.", where=ended.name)


@contextlib.contextmanager
def until_stopped() -> Iterator[None]:
    """Leave the block in order at Ctrl-C, SIGTERM or a lost terminal, wherever it is by then."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        for each in _STOP:
            signal.signal(each, signal.SIG_IGN)  # a second one must not disturb the ending
        logging.disable()  # whatever library is cut off here would tell its traceback
        raise _Stopped

    before = {each: signal.signal(each, stop) for each in _STOP}
    try:
        yield
    except _Stopped:
        pass
    finally:
        logging.disable(logging.NOTSET)
        for each, handler in before.items():
            signal.signal(each, handler)


class _Stopped(BaseException):
    """A signal asked for the end."""


def _bind(listener: Listener, stack: contextlib.ExitStack) -> _Bound:
    try:
        sockets = [
            stack.enter_context(
                socket.create_server((host, port), family=_family(host), backlog=2048)
            )
            for host, port in _places(listener.host, listener.port)
        ]
    except OSError as error:
        raise Refused(
            f"Port {listener.port} cannot be used ({error.strerror}); choose another.",
            where=listener.name,
        ) from error
    return _Bound(listener, sockets)


def _places(host: str, port: int) -> list[tuple[str, int]]:
    """List where to listen: an address that is not this machine's own gets a loopback beside it."""
    own = host in EVERYWHERE or is_loopback(host)
    return [(host, port)] if own else [(host, port), ("127.0.0.1", 0)]


def _on_this_machine(host: str) -> str:
    return EVERYWHERE.get(host) or (host if is_loopback(host) else "127.0.0.1")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _url(host: str, bound: socket.socket) -> str:
    host = EVERYWHERE.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"


def _await(one: Served) -> None:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until:
        if one.process.poll() is not None:
            raise Refused("This app did not start.", where=one.name)
        if answers(one.inside):
            return
        time.sleep(_TICK)
    raise Refused(f"This app did not answer within {START_WITHIN:.0f} s.", where=one.name)


def answers(address: str) -> bool:
    """Tell whether an app answers at its address, whatever it says."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/health")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()


def _end(served: Sequence[Served]) -> None:
    for one in served:
        if one.process.poll() is None:
            one.process.terminate()
    until = time.monotonic() + END_WITHIN
    for one in served:
        try:
            one.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            one.process.kill()
            one.process.wait()
