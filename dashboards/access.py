"""Who is asking, and guards that let them in."""

from typing import Any, Final

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from dashboards.desk import Desk
from pulse.accounts import directory, tokens
from pulse.accounts.directory import Account
from pulse.accounts.scope import Action, may

SESSION: Final = "session"
TOKEN: Final = "token"  # noqa: S105 - the name of a way to sign in
Connection = ASGIConnection[Any, Any, Any, Any]


class MustChangePassword(PermissionDeniedException):
    """The one-time password has not been changed yet."""


class WhoAsks(AbstractAuthenticationMiddleware):
    """Finds the account behind a session or an API token; nobody's is None, not an error."""

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
        account = await self._from_session(desk, connection)
        return AuthenticationResult(user=account, auth=SESSION if account else None)

    async def _from_session(self, desk: Desk, connection: Connection) -> Account | None:
        session = connection.scope["session"]
        if not isinstance(session, dict):
            return None
        account_id, stamp = session.get("account"), session.get("stamp")
        if not isinstance(account_id, int) or not isinstance(stamp, str):
            return None
        return await sync_to_thread(directory.by_id, desk.engine, account_id, stamp)


def signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in whoever is known here."""
    if connection.user is None:
        raise NotAuthorizedException("Please sign in.")


def by_session(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in whoever signed in with a password, not with a token."""
    if connection.user is None or connection.auth != SESSION:
        raise NotAuthorizedException("Please sign in.")


class Allowed:
    """Lets in whoever has changed the one-time password and may do `action`."""

    def __init__(self, action: Action | None = None) -> None:
        self._action = action

    def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Check one request."""
        signed_in(connection, handler)
        if connection.user.must_change and connection.auth == SESSION:
            raise MustChangePassword("Please change your one-time password first.")
        if self._action is not None and not may(connection.user, self._action):
            raise PermissionDeniedException("Your role does not include this.")
