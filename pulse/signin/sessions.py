"""Sessions on the server: Litestar's, kept as files, with three habits of our own.

A visitor without a session gets none (no file, no cookie). A session is written when it begins
and then stays as it is. Signing in and everything that changes what a session may do draws a new
id, so that an id planted in a browser or read before is worth nothing (session fixation).

What is in it is the id of a row in the accounts' database (`pulse.accounts.sittings`): without
the row the session has ended, whatever the browser and the store still hold.
"""

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.middleware.session.server_side import (
    ServerSideSessionBackend,
    ServerSideSessionConfig,
)
from litestar.stores.file import FileStore
from litestar.types import Empty, Message, ScopeSession

from pulse.accounts import sittings
from pulse.accounts.directory import Account
from pulse.accounts.sittings import Sitting, Way
from pulse.signin.desk import Desk, Place

_NEW: Final = "new"
_MOST_KEPT: Final = 5_000
KEPT_FOR: Final = 60.0  # seconds, then the file is read again


async def begin(
    request: Request[Any, Any, Any], account: Account, *, way: Way, second: bool = False
) -> None:
    """Begin a session under a new id; the one before, if any, has ended."""
    desk: Desk = request.app.state.desk
    await _end_row(request)
    agent = request.headers.get("user-agent", "")
    row = await sync_to_thread(
        sittings.begin, desk.engine, desk.clock, account, way=way, second=second, agent=agent
    )
    request.set_session({"session": row, _NEW: True})


async def end(request: Request[Any, Any, Any]) -> None:
    """End the session of this request, here and in the browser."""
    await _end_row(request)
    request.clear_session()


async def _end_row(request: Request[Any, Any, Any]) -> None:
    sitting = request.auth
    if isinstance(sitting, Sitting):
        desk: Desk = request.app.state.desk
        await sync_to_thread(sittings.end, desk.engine, sitting.account, sitting.session_id)


class QuietSessions(ServerSideSessionBackend):
    """Writes a session only when it begins or ends."""

    async def store_in_message(
        self,
        scope_session: ScopeSession,
        message: Message,
        connection: ASGIConnection[Any, Any, Any, Any],
    ) -> None:
        """Set the cookie of a session that begins here, expire that of one that ends here."""
        if message["type"] != "http.response.start":
            return
        store = self.config.get_store_from_app(connection.scope["litestar_app"])
        known = connection.cookies.get(self.config.key)
        if scope_session is Empty:
            if known:
                await self.delete(known, store)
                self._cookie(message, "null", expires=0)
            return
        if not isinstance(scope_session, dict) or not scope_session.pop(_NEW, False):
            return
        if known:
            await self.delete(known, store)
        fresh = self.generate_session_id()
        await self.set(fresh, self.serialize_data(scope_session), store)
        self._cookie(message, fresh, expires=None)

    def _cookie(self, message: Message, value: str, *, expires: int | None) -> None:
        cookie = Cookie(
            key=self.config.key,
            value=value,
            max_age=self.config.max_age if expires is None else 0,
            expires=expires,
            path="/",
            secure=self.config.secure,
            httponly=True,
            samesite="strict",
        )
        MutableScopeHeaders.from_message(message).add("Set-Cookie", cookie.to_header(header=""))


class SessionConfig(ServerSideSessionConfig):
    """Litestar's configuration with the backend above."""

    _backend_class = QuietSessions


def configuration(place: Place) -> SessionConfig:
    """Return the session configuration; over https the cookie is bound to this very host."""
    return SessionConfig(
        key=place.cookie(),
        max_age=int(sittings.LONGEST.total_seconds()),
        secure=place.https,
        httponly=True,
        samesite="strict",
    )


class KeptStore(FileStore):
    """Sessions as files, each read once: what is in one never changes, and says only which row.

    One that another copy of the app has ended may stay here; without its row it is worth nothing.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(path)
        self._now = clock
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    async def get(self, key: str, renew_for: int | dt.timedelta | None = None) -> bytes | None:
        """Return a session; its file is read again each minute."""
        read, value = self._kept.get(key, (0.0, b""))
        if value and self._now() - read < KEPT_FOR:
            return value
        found = await super().get(key, renew_for)
        if found is not None:
            self._kept[key] = self._now(), found
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    async def set(
        self, key: str, value: str | bytes, expires_in: int | dt.timedelta | None = None
    ) -> None:
        """Write a session."""
        self._kept.pop(key, None)
        await super().set(key, value, expires_in)

    async def delete(self, key: str) -> None:
        """Delete a session."""
        self._kept.pop(key, None)
        await super().delete(key)

    async def delete_all(self) -> None:
        """Delete every session."""
        self._kept.clear()
        await super().delete_all()


def store(folder: Path) -> KeptStore:
    """Return the store under `folder`, made readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return KeptStore(folder)


async def forget_expired(app: Litestar) -> None:
    """Delete the files of sessions that have ended by themselves."""
    kept = app.stores.get("sessions")
    if isinstance(kept, FileStore):
        await kept.delete_expired()
