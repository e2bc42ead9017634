"""Sessions on the server: Litestar's, kept as files, with three habits of our own.

A visitor without a session gets none (no file, no cookie). A session is written when it begins
and then stays as it is. Signing in always draws a new id, so that an id planted in a browser
beforehand is worth nothing (session fixation).
"""

from pathlib import Path
from typing import Any, Final

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.middleware.session.server_side import (
    ServerSideSessionBackend,
    ServerSideSessionConfig,
)
from litestar.stores.file import FileStore
from litestar.types import Empty, Message, ScopeSession

LIFETIME: Final = 12 * 3600  # seconds; a working day
_NEW: Final = "new"


def begin(account_id: int, stamp: str) -> dict[str, Any]:
    """Return the content of a fresh session: the account and the stamp it must still have."""
    return {"account": account_id, "stamp": stamp, _NEW: True}


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
        max_age=LIFETIME,
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
