"""A crowd: many connections that send what they have until each request has a final answer.

It behaves as the browsers do: after a 503, a cut connection or silence the very same bytes
are sent again. What was answered with 200 is *acknowledged*, and noted at once.

A crowd may come in parts, each when it is admitted: how many are left when a fault is made is
then the harness's to say, and not a question of how quick the machine is.
"""

import asyncio
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Final, Self

import msgspec

FINAL: Final = frozenset({200, 409, 410})
AGAIN: Final = 0.1  # of what was acknowledged is sent once more
PATIENCE: Final = 0.01  # seconds before a request is sent again
LOOK: Final = 0.002  # seconds between two looks at what was answered
_HEAD: Final = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Content-Length: {length}\r\n\r\n"
)

Key = tuple[bytes, ...]


class Asked(msgspec.Struct, frozen=True):
    """One request: what it is about, and its bytes on the wire."""

    key: Key
    wire: bytes

    @classmethod
    def of(cls, key: Key, path: str, body: object) -> Self:
        """Write a request out."""
        content = msgspec.json.encode(body)
        head = _HEAD.format(path=path, length=len(content))
        return cls(key, head.encode() + content)


class Crowd:
    """People who send at once, from another thread, while inside the block.

    Args:
        port: where the server listens, on loopback.
        asked: the requests.
        chance: decides the order and who asks again.
        people: how many connections.
        parts: of about the same size, in which the requests come; the first comes by itself.

    Attributes:
        part: how many requests one part has, the last one maybe more.
        left: how many requests have no final answer yet, admitted or not.
        acknowledged: by key, the body of the first 200.
        refused: by key, a final answer that was no 200.
        wrong: sentences about answers that must not happen.
        statuses: how often each status came; 0 counts cut connections.
    """

    def __init__(
        self,
        port: int,
        asked: Sequence[Asked],
        chance: random.Random,
        people: int = 48,
        parts: int = 1,
    ) -> None:
        self._port, self._people, self._chance = port, people, chance
        self.part = len(asked) // parts
        self._later = deque(chance.sample(asked, len(asked)))
        self._waiting: deque[Asked] = deque()
        self.admit()
        self.left = len(asked)
        self.acknowledged: dict[Key, bytes] = {}
        self.refused: dict[Key, int] = {}
        self.wrong: list[str] = []
        self.statuses: Counter[int] = Counter()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Begin to send."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def stop(self) -> None:
        """Send nothing more; what is under way is given up."""
        self._stopped.set()
        self._thread.join()

    def admit(self) -> None:
        """Let the next part come; after the last one there is nobody."""
        last = len(self._later) < 2 * self.part
        for _ in range(len(self._later) if last else self.part):
            self._waiting.append(self._later.popleft())

    def wait(self, seconds: float) -> bool:
        """Wait until every request has its final answer; tell whether that came in time."""
        while self._later:
            self.admit()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def finish(self, seconds: float) -> bool:
        """Wait as `wait` does, for as long as somebody is answered every so many seconds."""
        left = self.left + 1
        while left > self.left > 0:
            left = self.left
            self.wait(seconds)
        return not self.left

    @property
    def idle(self) -> bool:
        """Whether everybody who was admitted has a final answer."""
        return self.left == len(self._later)

    def heard(self, seconds: float) -> None:
        """Wait until a first request has been acknowledged."""
        assert within(seconds, lambda: bool(self.acknowledged)), f"nothing in {seconds} seconds"

    def answered(self, count: int, seconds: float) -> bool:
        """Wait for `count` more final answers, at most all of the admitted; tell if they came."""
        enough = self.left - count
        return within(seconds, lambda: self.left <= enough or self.idle)

    def _run(self) -> None:
        asyncio.run(self._everybody())

    async def _everybody(self) -> None:
        people = [asyncio.create_task(self._person()) for _ in range(self._people)]
        while self.left and not self._stopped.is_set():  # noqa: ASYNC110 - set by a thread
            await asyncio.sleep(PATIENCE)
        for person in people:
            person.cancel()
        await asyncio.gather(*people, return_exceptions=True)

    async def _person(self) -> None:
        while True:
            while not self._waiting:  # noqa: ASYNC110 - what is given up by others comes back
                await asyncio.sleep(PATIENCE)
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                try:
                    while self._waiting:  # whoever has nothing to send would be cut some day
                        await self._ask(reader, writer)
                finally:
                    writer.close()
            except (OSError, EOFError):
                self.statuses[0] += 1
                await asyncio.sleep(PATIENCE)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = self._waiting.popleft()
        try:
            writer.write(asked.wire)
            status, body = await _answer(reader)
        except (OSError, EOFError, asyncio.CancelledError):
            self._waiting.append(asked)
            raise
        self._note(asked, status, body)
        if status not in FINAL:
            await asyncio.sleep(PATIENCE)

    def _note(self, asked: Asked, status: int, body: bytes) -> None:
        self.statuses[status] += 1
        before = self.acknowledged.get(asked.key)
        if status == 200 and before is None:
            self.acknowledged[asked.key] = body
            if self._chance.random() < AGAIN:
                self._waiting.append(asked)
                return
        elif before is not None and status in FINAL and (status, body) != (200, before):
            self.wrong.append(f"an identical repeat was answered {status} {body[:60]!r}")
        elif status in FINAL and status != 200:
            self.refused[asked.key] = status
        elif status not in {200, 503}:
            self.wrong.append(f"a good request was answered {status} {body[:60]!r}")
        if status not in FINAL:
            self._waiting.append(asked)
        else:
            self.left -= 1


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    """Wait until something has happened; tell whether it did in time."""
    until = time.monotonic() + seconds
    while not happened() and time.monotonic() < until:
        time.sleep(LOOK)
    return happened()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    return int(lines[0].split()[1]), await reader.readexactly(length)
