"""A server that waits for nobody for ever: slow, silent and greedy connections are cut.

uvicorn limits how long a connection may idle after an answer, but not how long a request may
take to arrive, nor how long its headers are, nor how many requests are sent ahead of their
answers (one connection could fill the memory). Here a connection *waits* from its first moment,
and again after each answer, until its next request is complete, body and all. Who waits longer
than `seconds` is cut; where more than `most` connections are open, who waits longest makes room,
so that slow connections crowd out each other and not those who send at once. No address is
looked at: an office shares one.
"""

import asyncio
import math
import sys
from typing import ClassVar, Final

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

PATIENCE: Final = 20.0  # seconds for one complete request
MOST: Final = 4_096  # connections open at a time
SPARE: Final = 256  # file descriptors for all that is no connection
LARGEST_HEAD: Final = 32_768  # bytes of a request that are not its body
AHEAD: Final = 64  # requests of one connection that wait for the answer to an earlier one
_ENDING: Final = 1.0  # seconds for half a request once the server is told to end
_LOOKS: Final = 10  # a wait is noticed at most this part of `seconds` late


class Waiting:
    """The connections of one server that owe a request, longest waiting first."""

    def __init__(self, seconds: float = PATIENCE, most: int = MOST) -> None:
        self.seconds, self.most = seconds, most
        self._since: dict[Patient, float] = {}
        self._look: asyncio.TimerHandle | None = None

    def owed_by(self, connection: "Patient") -> bool:
        """Tell whether `connection` owes a request."""
        return connection in self._since

    def add(self, connection: "Patient") -> None:
        """Begin to wait for `connection`, unless that has begun."""
        self._since.setdefault(connection, connection.loop.time())
        if self._look is None:
            self._look = connection.loop.call_later(self.seconds / _LOOKS, self._cut_slow)

    def discard(self, connection: "Patient") -> None:
        """Wait for it no longer."""
        self._since.pop(connection, None)

    def make_room(self, connections: int) -> None:
        """Cut who waits longest if `connections` are more than `most`."""
        if connections > self.most:
            next(iter(self._since)).cut()  # there is one: whoever just came

    def _cut_slow(self) -> None:
        self._look = None
        for connection, since in list(self._since.items()):
            if since + self.seconds > connection.loop.time():
                break
            self.discard(connection)
            connection.cut_unless_reading()
        for connection in list(self._since)[:1]:
            self.add(connection)  # look again


class Patient(HttpToolsProtocol):
    """uvicorn's connection, with an end to its patience."""

    waiting: ClassVar[Waiting]
    _answering: RequestResponseCycle
    _head = 0
    _unread = math.inf

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin to wait."""
        super().connection_made(transport)
        self.waiting.add(self)
        self.waiting.make_room(len(self.connections))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.waiting.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a piece of a request; too long a head is refused."""
        self._head += len(data)
        super().data_received(data)
        if self._head > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The headers are larger than any that are expected here.")

    def on_message_begin(self) -> None:
        """Wait for the rest of this request; one too many ahead of its answer is refused."""
        super().on_message_begin()
        self.waiting.add(self)
        if len(self.pipeline) >= AHEAD:
            self._answering.disconnected = True  # else its answer meets a closed connection
            raise BlockingIOError  # the parser stops and uvicorn answers 400

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body, which is no part of the head."""
        self._head -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait no longer; if it was answered before its end, wait for the next."""
        super().on_message_complete()
        self._head = 0
        self.waiting.discard(self)
        if self.cycle.response_complete:
            self.waiting.add(self)

    def on_response_complete(self) -> None:
        """Wait for the next request, and for this answer to be read."""
        last = not self.pipeline  # of the requests that came at once
        super().on_response_complete()
        if last:
            self._unread = math.inf
            self.waiting.add(self)

    def pause_writing(self) -> None:
        """Wait for the answer to be read."""
        super().pause_writing()
        self.waiting.add(self)

    def resume_writing(self) -> None:
        """Go on answering."""
        super().resume_writing()
        self._unread = math.inf
        if not self.cycle.response_complete:
            self.waiting.discard(self)

    def shutdown(self) -> None:
        """End after the answer under way; half a request gets a moment, not the whole grace."""
        super().shutdown()
        self.loop.call_later(_ENDING, self._end)

    def cut(self) -> None:
        """Close it now, whatever it still wanted."""
        self.waiting.discard(self)
        self.transport.abort()

    def cut_unless_reading(self) -> None:
        """Close it, but leave a slow reader of a long answer who got on since the last look."""
        unread = self.transport.get_write_buffer_size()
        if 0 < unread < self._unread:
            self._unread = unread
            self.waiting.add(self)
        else:
            self.cut()

    def _end(self) -> None:
        if self.waiting.owed_by(self):
            self.cut()


def patient(seconds: float = PATIENCE, most: int | None = None) -> type[Patient]:
    """Return the protocol for one server.

    Args:
        seconds: how long a request may take to arrive.
        most: how many connections may be open; default `MOST`, fewer if the process may not
            hold so many files (what it may is raised first as far as the system lets it).
    """
    waiting = Waiting(seconds, room() if most is None else most)
    return type("PatientOfOneServer", (Patient,), {"waiting": waiting})


def room() -> int:
    """Return how many connections this process may have open at a time."""
    if sys.platform == "win32":
        return MOST
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < MOST + SPARE:
        soft = MOST + SPARE if hard < 0 else min(MOST + SPARE, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST if soft < 0 else max(1, min(MOST, soft - SPARE))
