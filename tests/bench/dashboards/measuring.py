"""Server time of pages and figures: a stopwatch around the whole application."""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import msgspec
import plotly.graph_objects as go
from litestar import Litestar
from litestar.types import ASGIApp, Receive, Scope, Send

from dashboards.desk import Book
from dashboards.figures import figure_bytes
from tests.unit.dashboards import house

WARM: Final = 9  # calls of which the median counts
TURNS: Final = 31


class PageTime(msgspec.Struct, frozen=True):
    """One address: the first call and the median of later ones, ms of the server; its size."""

    name: str
    first: float
    warm: float
    kilobytes: float


class FigureCost(msgspec.Struct, frozen=True):
    """One figure, ms: building it, the bytes kept, and the whole warm answer over HTTP.

    `share` is its bytes against those of the default template.
    """

    name: str
    built: float
    kept: float
    answer: float
    bytes: int
    share: float

    @property
    def cheaper(self) -> float:
        """How many times cheaper the kept bytes are than building."""
        return self.built / self.kept

    @property
    def cheaper_over_http(self) -> float:
        """How many times cheaper the whole warm answer is than one that has to build."""
        return (self.answer + self.built - self.kept) / self.answer


class Stopwatch:
    """Wraps an application and keeps how long each request took inside it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.took = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        start = time.perf_counter()
        await self._app(scope, receive, send)
        self.took = 1000 * (time.perf_counter() - start)


@asynccontextmanager
async def signed_in(watch: Stopwatch) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client that HR has signed in with."""
    transport = httpx.ASGITransport(watch)  # type: ignore[arg-type] # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8001") as client:
        token = house.form_token((await client.get("/login")).text)
        form = {"_csrf_token": token, "email": house.HR, "password": house.PASSWORD}
        await client.post("/login", data=form)
        yield client


async def pages(app: Litestar, addresses: dict[str, str]) -> list[PageTime]:
    """Return how long each address takes HR, by its name."""
    watch = Stopwatch(app)
    found = []
    async with signed_in(watch) as client:
        for name, address in addresses.items():
            times = []
            for _ in range(1 + WARM):
                answer = await client.get(address)
                if answer.status_code != httpx.codes.OK:
                    raise RuntimeError(f"{address} answered {answer.status_code}.")
                times.append(watch.took)
            size = len(answer.content) / 1000
            found.append(PageTime(name, times[0], statistics.median(times[1:]), size))
        figure = await _not_modified(client, watch, addresses)
    return [*found, figure]


async def _not_modified(
    client: httpx.AsyncClient, watch: Stopwatch, addresses: dict[str, str]
) -> PageTime:
    address = next(place for place in addresses.values() if place.startswith("/figures/"))
    tag = (await client.get(address)).headers["etag"]
    times = []
    for _ in range(1 + WARM):
        answer = await client.get(address, headers={"If-None-Match": tag})
        times.append(watch.took)
    return PageTime(f"the same, {answer.status_code}", times[0], statistics.median(times[1:]), 0.0)


def figures(app: Litestar, book: Book, unit_id: str, names: tuple[str, ...]) -> list[FigureCost]:
    """Return what building each figure of a unit costs beside answering with the bytes kept."""
    return asyncio.run(_figures(app, book, unit_id, names))


async def _figures(
    app: Litestar, book: Book, unit_id: str, names: tuple[str, ...]
) -> list[FigureCost]:
    watch = Stopwatch(app)
    async with signed_in(watch) as client:
        return [await _figure(client, watch, book, unit_id, name) for name in names]


async def _figure(
    client: httpx.AsyncClient, watch: Stopwatch, book: Book, unit_id: str, name: str
) -> FigureCost:
    fresh: list[float] = []
    kept: list[float] = []
    whole: list[float] = []
    await client.get(f"/figures/{unit_id}/{name}")
    for turn in range(TURNS):  # in turns, so that a busy machine slows all alike
        again = Book(f"{book.head} {turn}", book.history, book.scales)
        fresh.append(_took(lambda book=again: figure_bytes(book, unit_id, name)))  # type: ignore[misc]
        kept.append(_took(lambda book=again: figure_bytes(book, unit_id, name)))  # type: ignore[misc]
        answer = await client.get(f"/figures/{unit_id}/{name}")
        whole.append(watch.took)
    body = answer.content
    return FigureCost(
        name, statistics.median(fresh), statistics.median(kept), statistics.median(whole),
        len(body), len(body) / _with_default_template(body),
    )  # fmt: skip


def _with_default_template(body: bytes) -> int:
    """Return the bytes of the same figure under Plotly's own template."""
    told: dict[str, Any] = json.loads(body)
    layout = {key: value for key, value in told["layout"].items() if key != "template"}
    return len(str(go.Figure(told["data"], layout=layout).to_json(pretty=False)).encode())


def _took(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - start)


def measure(app: Litestar, addresses: dict[str, str]) -> list[PageTime]:
    """Return the times of some addresses."""
    return asyncio.run(pages(app, addresses))
