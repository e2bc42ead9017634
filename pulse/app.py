"""The staff app: `create_app()` puts issuer, ballot box and pages of one home together.

`create_issuer()` and `create_ballotbox()` are its two halves for separate processes: neither
loads a module of the other, so neither can hold what the other knows.
"""

import asyncio
import contextlib
import itertools
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

from litestar import Litestar
from litestar.handlers import BaseRouteHandler
from sqlalchemy.exc import SQLAlchemyError

from pulse.http.headers import guard
from pulse.settings import Current, CurrentSettings, Home, Settings
from pulse.store.databases import ballotbox_shelf, issuer_shelf
from pulse.web.health import PEERS, Condition, health_route, read_peers
from pulse.web.mishaps import handlers
from pulse.web.posting import lane
from pulse.web.routes import page_routes

_LOOK_EVERY: Final = 1.0  # seconds; so long may keys of a closed wave stay in memory
_LOOKS_A_TRY: Final = 3  # looks until it is tried again whether anything can be stored


class _Room(Protocol):
    def refresh(self) -> None: ...

    def works(self) -> bool: ...

    def close(self) -> None: ...


def create_app(home: Home | None = None) -> Litestar:
    """Return the app for staff.

    Args:
        home: the home to serve; default `PULSE_HOME`, else `./pulse-home`.

    Raises:
        BadSetting: the settings are not usable.
    """
    home, current = _home(home)
    settings = current()
    issuing, issuer = _issuer(home, settings)
    casting, ballotbox = _ballotbox(home, settings)
    routes = [*issuing, *casting, *page_routes(home, current)]
    return _application(routes, (issuer, ballotbox), current)


def create_issuer(home: Home | None = None) -> Litestar:
    """Return the app of the issuer with the pages; arguments and errors as `create_app`."""
    home, current = _home(home)
    issuing, issuer = _issuer(home, current())
    return _application([*issuing, *page_routes(home, current)], (issuer,), current)


def create_ballotbox(home: Home | None = None) -> Litestar:
    """Return the app of the ballot box alone; arguments and errors as `create_app`."""
    home, current = _home(home)
    casting, ballotbox = _ballotbox(home, current())
    return _application(casting, (ballotbox,), current)


def _home(home: Home | None) -> tuple[Home, Current]:
    home = home or Home(Path(os.environ.get("PULSE_HOME") or "pulse-home"))
    return home, CurrentSettings(home).now


def _issuer(home: Home, settings: Settings) -> tuple[Sequence[BaseRouteHandler], _Room]:
    from pulse.issuer.desk import Issuer
    from pulse.web.issuing import issuer_routes

    shelf = issuer_shelf(home, settings, serving=True)
    issuer = Issuer(shelf, home.issuer_keys, home.published)
    return issuer_routes(issuer), issuer


def _ballotbox(home: Home, settings: Settings) -> tuple[Sequence[BaseRouteHandler], _Room]:
    from pulse.ballotbox.cast import BallotBox
    from pulse.web.casting import ballotbox_routes

    ballotbox = BallotBox(ballotbox_shelf(home, settings, serving=True), home.published)
    return ballotbox_routes(ballotbox), ballotbox


def _application(
    routes: Sequence[BaseRouteHandler], rooms: Sequence[_Room], current: Current
) -> Litestar:
    condition = Condition()
    health = health_route(read_peers(os.environ.get(PEERS, "")), condition.is_well)

    @asynccontextmanager
    async def serve(_: Litestar) -> AsyncIterator[None]:
        await _try_storing(rooms, condition)
        looking = asyncio.create_task(_keep_looking(rooms, condition))
        try:
            yield
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking
            for room in rooms:
                await asyncio.to_thread(room.close)

    app = Litestar(
        route_handlers=[*routes, health],
        exception_handlers=handlers(current),
        lifespan=[serve],
        openapi_config=None,
        logging_config=None,  # nothing about a request is ever written
        debug=False,
    )
    https = current().base_url.startswith("https:")
    app.asgi_handler = lane(guard(app.asgi_handler, https=https), routes, https=https)
    return app


async def _keep_looking(rooms: Sequence[_Room], condition: Condition) -> None:
    for look in itertools.count(1):
        await asyncio.sleep(_LOOK_EVERY)
        for room in rooms:
            # A disk that fails once must not end the looking; requests say Busy meanwhile.
            with contextlib.suppress(OSError, SQLAlchemyError):
                await asyncio.to_thread(room.refresh)
        if look % _LOOKS_A_TRY == 0:
            await _try_storing(rooms, condition)


async def _try_storing(rooms: Sequence[_Room], condition: Condition) -> None:
    well = [await asyncio.to_thread(room.works) for room in rooms]
    condition.tried(well=all(well))
