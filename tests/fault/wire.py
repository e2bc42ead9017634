"""A wire between our process and a PostgreSQL server: it carries messages until it is to fail.

It fails where ballots or invitations are stored: at a statement that writes them and is a
transaction of its own, or at the COMMIT of one that wrote them; not where a desk whose last
commit failed tries whether it could store again, since nobody hears of that. Its kinds of
failure, each met once:

    before  the connection is reset before the server sees the message
    within  it is reset when half of the message has passed
    after   the server stores, and its answer is lost with the connection
    behind  as `before`, but the server's end stays open for a while, with its locks
    drop    the message and all that follows vanish without a word; later comes the reset
    stall   the message arrives late, and nothing is lost
    down    every connection is reset, and no other is made for a while
"""

import asyncio
import contextlib
import re
import socket
import struct
import threading
from collections.abc import AsyncIterator
from typing import Final, Self

KINDS: Final = ("before", "within", "after", "behind", "drop", "stall", "down")
HARMLESS: Final = frozenset({"stall"})
SILENCE: Final = 0.4  # seconds for which something is late, silent or down
_WRITES: Final = re.compile(rb"(INSERT INTO|UPDATE) \S+\.(sealed|invitation) ")
_MOST: Final = 1 << 16
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST


class Wire:
    """Listens on loopback and carries each connection to a server, while inside the block.

    Args:
        to: the server's port on loopback.

    Attributes:
        port: where it listens.
        met: the failures that happened.
    """

    def __init__(self, to: int) -> None:
        self._to = to
        self._armed = ""
        self._down = False
        self._lines: set[Line] = set()
        self.met: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Begin to carry."""
        self._thread.start()
        serving = asyncio.start_server(self._carry, sock=self._listening)
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        """Reset what is left and listen no more."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def fail(self, kind: str) -> None:
        """Fail once, where something is stored next, in the way that `kind` names."""
        self._armed = kind

    def take(self) -> str:
        """Return the failure that falls on what would be stored now, if any."""
        kind = self._armed
        if kind:  # not to be cleared otherwise: another thread may set it at any moment
            self._armed = ""
            self.met.append(kind)
        return kind

    async def go_down(self) -> None:
        """Reset every connection, and whoever comes meanwhile."""
        self._down = True
        for line in list(self._lines):
            line.reset()
        await asyncio.sleep(SILENCE)
        self._down = False

    async def _carry(self, reader: asyncio.StreamReader, ours: asyncio.StreamWriter) -> None:
        if self._down:
            _reset(ours)
            return
        try:
            answers, theirs = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            _reset(ours)
            return
        line = Line(self, ours, theirs)
        self._lines.add(line)
        with contextlib.suppress(OSError):
            await asyncio.gather(line.up(reader), line.down(answers))
        line.reset()
        self._lines.discard(line)

    async def _end(self) -> None:
        self._server.close()
        for line in list(self._lines):
            line.reset()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


class Line:
    """One connection, from us to the server."""

    def __init__(
        self, wire: Wire, ours: asyncio.StreamWriter, theirs: asyncio.StreamWriter
    ) -> None:
        self._wire, self._ours, self._theirs = wire, ours, theirs
        self._mute = False
        self._writing: set[bytes] = set()  # names of prepared statements
        self._begun = self._wrote = False

    def reset(self) -> None:
        """End it at both ends as a broken network would."""
        _reset(self._ours)
        _reset(self._theirs)

    async def up(self, reader: asyncio.StreamReader) -> None:
        """Carry what we say, until the end or a failure."""
        async for kind, message in _messages(reader):
            failure = self._wire.take() if self._stores(kind, message[5:]) else ""
            if failure == "stall":
                await asyncio.sleep(SILENCE)
            elif failure == "after":
                self._mute = True
            elif failure:
                await self._break(failure, message)
                break
            self._theirs.write(message)
            await self._theirs.drain()
            if self._mute and kind in b"QS":  # the server goes to work at a Query or a Sync
                await asyncio.sleep(SILENCE)
                break
        self.reset()

    async def down(self, answers: asyncio.StreamReader) -> None:
        """Carry what the server answers, but for an answer that is to be lost."""
        while data := await answers.read(_MOST):
            if self._mute:
                return
            self._ours.write(data)
            await self._ours.drain()
        self.reset()

    def _stores(self, kind: bytes, body: bytes) -> bool:
        """Tell whether the server stores something at this message (Parse, Bind or Query)."""
        first, second, *_ = (*body.split(b"\0", 2), b"")
        if kind == b"P":  # name, text
            writes = bool(_WRITES.search(second))
            (self._writing.add if writes else self._writing.discard)(first)
        elif kind == b"B":  # portal, name
            writes = second in self._writing
            self._wrote |= writes
            return writes and not self._begun
        elif kind == b"Q":
            done = first == b"COMMIT" and self._wrote
            self._begun, self._wrote = first.startswith(b"BEGIN"), False
            return done
        return False

    async def _break(self, kind: str, message: bytes) -> None:
        if kind == "within":
            self._theirs.write(message[: len(message) // 2])
            await self._theirs.drain()
        elif kind == "behind":
            _reset(self._ours)
            await asyncio.sleep(SILENCE)
        elif kind == "drop":
            await asyncio.sleep(SILENCE)
        elif kind == "down":
            await self._wire.go_down()


async def _messages(reader: asyncio.StreamReader) -> AsyncIterator[tuple[bytes, bytes]]:
    """Yield type and bytes of each message; what comes before the start-up has no type.

    https://www.postgresql.org/docs/current/protocol-message-formats.html
    """
    begun = False
    with contextlib.suppress(EOFError):
        while True:
            kind = await reader.readexactly(1) if begun else b""
            length = await reader.readexactly(4)
            body = await reader.readexactly(int.from_bytes(length, "big") - len(length))
            yield kind, kind + length + body
            begun |= body.startswith(b"\0\3")  # version 3


def _reset(writer: asyncio.StreamWriter) -> None:
    made: socket.socket | None = writer.get_extra_info("socket")
    if made is not None and made.fileno() >= 0:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
