"""Who is asking, and guards that let them in."""

from typing import Any, Final

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from pulse.accounts import sittings, tokens
from pulse.accounts.scope import Action, may
from pulse.accounts.sittings import Sitting
from pulse.signin.desk import Desk

TOKEN: Final = "token"  # noqa: S105 - the name of a way to sign in
Connection = ASGIConnection[Any, Any, Any, Any]


class MustChangePassword(PermissionDeniedException):
    """The one-time password has not been changed yet."""


class MustSetUpFactor(PermissionDeniedException):
    """The role needs a second factor, and the account has none."""


class NotYourPlace(PermissionDeniedException):
    """Whoever signed in belongs to another app."""


class WhoAsks(AbstractAuthenticationMiddleware):
    """Finds the account behind a session or an API token; nobody's is None, not an error.

    `auth` is the session (a Sitting) or TOKEN. While a session waits for its second factor the
    user is None, as if nobody were there: no guard can forget about it.
    """

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        """Return the account and the way it signed in.

        Raises:
            NotAuthorizedException: an Authorization header that names nobody.
        """
        desk: Desk = connection.app.state.desk
        header = connection.headers.get("authorization")
        if header is not None:
            scheme, _, token = header.partition(" ")
            account = None
            if scheme.lower() == "bearer" and connection.url.path.startswith("/api/"):
                account = await sync_to_thread(tokens.bearer, desk.engine, token.strip())
            if account is None:
                raise NotAuthorizedException("This token is not known, or it has been revoked.")
            return AuthenticationResult(user=account, auth=TOKEN)
        sitting = await self._sitting(desk, connection)
        if sitting is None or sitting.needs_code:
            return AuthenticationResult(user=None, auth=sitting)
        return AuthenticationResult(user=sitting.account, auth=sitting)

    async def _sitting(self, desk: Desk, connection: Connection) -> Sitting | None:
        session = connection.scope["session"]
        session_id = session.get("session") if isinstance(session, dict) else None
        if not isinstance(session_id, str):
            return None
        found = await sync_to_thread(sittings.find, desk.engine, desk.clock, session_id)
        return found if found is not None and found.account.role in desk.place.roles else None


# Guards are coroutines: a plain function would cost every request a thread of its own.
async def by_session(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in whoever signed in with a browser, not with a token."""
    if connection.user is None or not isinstance(connection.auth, Sitting):
        raise NotAuthorizedException("Please sign in.")


async def half_way(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in whoever has shown a password and still has to show a second factor."""
    if not isinstance(connection.auth, Sitting) or not connection.auth.needs_code:
        raise NotAuthorizedException("Please sign in.")


class Allowed:
    """Lets in whoever has done what a first sign-in asks for and may do `action`."""

    def __init__(self, action: Action | None = None) -> None:
        self._action = action

    async def __call__(self, connection: Connection, _: BaseRouteHandler) -> None:
        """Check one request."""
        _signed_in(connection)
        if isinstance(connection.auth, Sitting):
            _settled(connection, connection.auth)
        if self._action is not None and not may(connection.user, self._action):
            raise PermissionDeniedException("Your role does not include this.")


def _signed_in(connection: Connection) -> None:
    if connection.user is None:
        raise NotAuthorizedException("Please sign in.")


def _settled(connection: Connection, sitting: Sitting) -> None:
    desk: Desk = connection.app.state.desk
    if sitting.account.must_change and sitting.way == "password":
        raise MustChangePassword("Please change your one-time password first.")
    if sitting.account.role in desk.settings.factor_roles and not sitting.second:
        raise MustSetUpFactor("Please set up a second step first.")
