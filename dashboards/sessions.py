"""Sessions on the server: Litestar's, kept as files, with three habits of our own.

A visitor without a session gets none (no file, no cookie). A session is written when it begins
and then stays as it is. Signing in and everything that changes what a session may do draws a new
id, so that an id planted in a browser or read before is worth nothing (session fixation).

What is in it is the id of a row in the accounts' database (`pulse.accounts.sittings`): without
the row the session has ended, whatever the browser and the store still hold.
"""

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

from dashboards.desk import Desk
from pulse.accounts import sittings
from pulse.accounts.directory import Account
from pulse.accounts.sittings import Sitting, Way

_NEW: Final = "new"


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


class LeaderSessions(ServerSideSessionBackend):
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

    _backend_class = LeaderSessions


def configuration(*, https: bool) -> SessionConfig:
    """Return the session configuration; over https the cookie is bound to this very host."""
    return SessionConfig(
        key="__Host-pulse" if https else "pulse",
        max_age=int(sittings.LONGEST.total_seconds()),
        secure=https,
        httponly=True,
        samesite="strict",
    )


def store(folder: Path) -> FileStore:
    """Return the store under `folder`, made readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileStore(folder)


async def forget_expired(app: Litestar) -> None:
    """Delete the files of sessions that have ended by themselves."""
    kept = app.stores.get("sessions")
    if isinstance(kept, FileStore):
        await kept.delete_expired()
