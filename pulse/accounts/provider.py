"""Single sign-on with the organisation's own OpenID Connect provider (extra `oidc`, by authlib).

Authorisation code with PKCE (RFC 7636), state and nonce (OpenID Connect Core 1.0, section
3.1.2.1). The provider says who somebody is, by an address it has verified; whether that person
has an account here, and its role, stay ours: nobody gets an account by signing in. An attempt is
one row, and coming back deletes it in the statement that finds it.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, delete, insert

from pulse.accounts.tables import provider_attempt
from pulse.clock import Clock
from pulse.errors import BadSetting, NotKnown
from pulse.settings import Home, Settings

BACK: Final = "/login/provider/back"
SECRET: Final = "oidc.secret"  # noqa: S105 - the name of a file
LIFETIME: Final = dt.timedelta(minutes=10)
LEEWAY: Final = 60  # seconds that two clocks may differ
TIMEOUT: Final = 10  # seconds for each of its answers
# Signed by the provider's own key; never a shared secret, never "none".
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
_TWO_FACTORS: Final = "mfa"  # RFC 8176, section 2


class Start(msgspec.Struct, frozen=True):
    """A sign-in that begins: where the browser goes, and what it must bring back."""

    url: str
    state: str


class Known(msgspec.Struct, frozen=True):
    """Who the provider says is asking; `second` when it saw a second factor itself."""

    email: str
    second: bool


class Provider:
    """The provider named in the settings.

    Args:
        issuer: its address, as it stands in its tokens.
        client_id: how it calls this Pulse.
        client_secret: what proves to it that we are that client.
        base_url: the address of the leaders' pages.
    """

    def __init__(self, issuer: str, client_id: str, client_secret: str, base_url: str) -> None:
        from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
        from authlib.integrations.requests_client import OAuth2Session
        from authlib.oidc.core import CodeIDToken

        class Client(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc] # authlib ships no types
            client_cls = OAuth2Session

        class Token(CodeIDToken):  # type: ignore[misc] # authlib ships no types
            def validate_amr(self) -> None:
                """Pass: what is no list says nothing of a second factor."""

        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._back = base_url.rstrip("/") + BACK

        def client() -> Any:  # noqa: ANN401 - authlib ships no types
            return Client(
                None,
                client_id=client_id,
                client_secret=client_secret,
                server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
                client_kwargs={
                    "scope": "openid email",
                    "code_challenge_method": "S256",
                    "default_timeout": TIMEOUT,
                    "leeway": 0,  # the token is used at once
                },
            )

        self._client = client
        self._token = Token

    def start(self, engine: Engine, clock: Clock) -> Start:
        """Begin a sign-in.

        Raises:
            NotKnown: the provider cannot be reached or says that it is another.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        client = self._met()
        told = self._asked(
            lambda: client.create_authorization_url(
                self._back, state=state, nonce=nonce, code_verifier=verifier
            )
        )
        with engine.begin() as connection:
            connection.execute(
                insert(provider_attempt).values(
                    digest=_digest(state), nonce=nonce, verifier=verifier,
                    expires=_text(clock.now() + LIFETIME),
                )
            )  # fmt: skip
        return Start(told["url"], state)

    def finish(self, engine: Engine, clock: Clock, state: str, code: str) -> Known:
        """Take what the browser brought back, once.

        Raises:
            NotKnown: the attempt is unknown, used up or too old; or the token has another
                issuer, audience or nonce, has expired or was signed by another key; or it holds
                no verified address.
        """
        gone = (
            delete(provider_attempt)
            .where(
                provider_attempt.c.digest == _digest(state),
                provider_attempt.c.expires > _text(clock.now()),
            )
            .returning(provider_attempt.c.nonce, provider_attempt.c.verifier)
        )
        with engine.begin() as connection:
            attempt = connection.execute(gone).one_or_none()
        if attempt is None:
            raise NotKnown("This sign-in was used already, or it is too old.")
        client = self._met()
        claims = self._asked(lambda: self._claims(client, code, attempt.nonce, attempt.verifier))
        return _known(claims)

    def _met(self) -> Any:  # noqa: ANN401 - authlib ships no types
        """Return a client that has read the provider's own description."""
        client = self._client()
        self._asked(lambda: self._read_description(client))
        return client

    def _read_description(self, client: Any) -> None:  # noqa: ANN401 - authlib ships no types
        told = client.load_server_metadata()
        if str(told.get("issuer", "")).rstrip("/") != self._issuer:
            raise NotKnown("The provider calls itself by another name.")
        offered = told.get("id_token_signing_alg_values_supported", ["RS256"])
        told["id_token_signing_alg_values_supported"] = [
            each for each in offered if each in ALGORITHMS
        ]

    def _claims(self, client: Any, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:  # noqa: ANN401 - authlib ships no types
        token = client.fetch_access_token(self._back, code=code, code_verifier=verifier)
        options = {
            "iss": {"essential": True, "value": client.server_metadata["issuer"]},
            "aud": {"essential": True, "value": self._client_id},
            "exp": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        }
        claims = client.parse_id_token(
            token, nonce, claims_options=options, claims_cls=self._token, leeway=LEEWAY
        )
        if claims is None:
            raise NotKnown("The provider sent no identity.")
        if "email" in claims:
            return dict(claims)
        # Many providers tell the address here alone (OpenID Connect Core 1.0, section 5.4).
        told = client.userinfo(token=token)
        if told.get("sub") != claims["sub"]:
            raise NotKnown("The provider told about somebody else.")
        # Of all that it tells only this: how somebody signed in is said by the signed token.
        return {**claims, **{name: told.get(name) for name in ("email", "email_verified")}}

    @staticmethod
    def _asked(ask: Any) -> Any:  # noqa: ANN401 - authlib ships no types
        """Call authlib; whatever it refuses, nobody is signed in."""
        try:
            return ask()
        except NotKnown:
            raise
        except Exception as error:
            raise NotKnown(f"{type(error).__name__}: {error}") from error


def provider_for(home: Home, settings: Settings, address: str) -> Provider | None:
    """Return the provider of the settings, or None where none is set.

    Raises:
        BadSetting: the extra is not installed, or the client's secret is missing.
    """
    if not settings.oidc_issuer:
        return None
    file = home.accounts / SECRET
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(
            f"Put the client's secret into {SECRET} in the folder of the accounts, mode 0600.",
            where="oidc_issuer",
        ) from error
    _refuse_open(file)
    try:
        return Provider(settings.oidc_issuer, settings.oidc_client_id, secret, address)
    except ImportError as error:
        raise BadSetting(
            "Single sign-on needs the extra 'oidc': pip install 'pulse-survey[oidc]'.",
            where="oidc_issuer",
        ) from error


def forget_old(engine: Engine, clock: Clock) -> None:
    """Delete the attempts that nobody came back from."""
    old = provider_attempt.c.expires <= _text(clock.now())
    with engine.begin() as connection:
        connection.execute(delete(provider_attempt).where(old))


def _known(claims: Mapping[str, Any]) -> Known:
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise NotKnown("The provider has not verified an address of this person.")
    methods = claims.get("amr")
    # A list of words (RFC 8176, section 1); whatever else it is says nothing.
    seen = isinstance(methods, list) and any(each == _TWO_FACTORS for each in methods)
    return Known(email, seen)


def _refuse_open(file: Path) -> None:
    if file.stat().st_mode & 0o077:
        raise BadSetting("Others may read the client's secret; chmod 600 it.", where=SECRET)


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()


def _text(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")
