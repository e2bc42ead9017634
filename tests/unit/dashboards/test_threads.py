"""A warm answer waits for the accounts and for nothing else."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from litestar import Litestar

from pulse.settings import Home
from tests.unit.dashboards import house

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets


class Counting(ThreadPoolExecutor):
    """Threads that count what they are given."""

    given = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Count, then do it."""
        self.given += 1
        return super().submit(fn, *args, **kwargs)


async def threads(app: Litestar, address: str) -> list[int]:
    """Return how many threads each of three looks at an address takes."""
    pool = Counting(4)
    asyncio.get_running_loop().set_default_executor(pool)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type] # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8001") as client:
        token = house.form_token((await client.get("/login")).text)
        form = {"_csrf_token": token, "email": house.HR, "password": house.PASSWORD}
        await client.post("/login", data=form)
        taken = []
        for _ in range(3):
            pool.given = 0
            assert (await client.get(address)).status_code == httpx.codes.OK
            taken.append(pool.given)
        return taken


def test_a_warm_figure_takes_two_looks_at_the_accounts(released: Home) -> None:
    """Who asks, and what the unit tries; neither book nor guard nor session waits for a thread."""
    first, *warm = asyncio.run(threads(house.an_app(released), "/figures/web/energy"))
    assert warm == [2, 2]
    assert first > 2  # the book and the session's file are read once
