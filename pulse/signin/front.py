"""The parts of an app that has a sign-in: its routes, its middleware, what its desk holds."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from argon2 import PasswordHasher
from litestar import Litestar
from litestar.concurrency import sync_to_thread
from litestar.config.csrf import CSRFConfig
from litestar.types import ControllerRouterHandler

from pulse.accounts.passwords import PasswordWorker
from pulse.accounts.provider import provider_for
from pulse.accounts.vault import Vault
from pulse.clock import Clock, FileClock, SystemClock
from pulse.settings import CurrentSettings, Home
from pulse.signin import account, entering, secondfactor, sessions, single, welcome
from pulse.signin.access import WhoAsks
from pulse.signin.desk import Desk, Place
from pulse.signin.tries import Limits, Tries
from pulse.store.databases import accounts_engine
from pulse.store.files import write_atomically
from pulse.store.schema import check_schema

ROUTES: Final[tuple[ControllerRouterHandler, ...]] = (
    entering.show_login, entering.sign_in, entering.show_code, entering.check_code,
    entering.sign_out, single.leave, single.come_back,
    welcome.show_forgotten, welcome.ask_for_link, welcome.show_welcome, welcome.set_password,
    account.show_account, account.change_password, account.end_session,
    secondfactor.show_factor, secondfactor.start, secondfactor.confirm,
    secondfactor.new_codes, secondfactor.remove,
)  # fmt: skip


def desk_parts(
    home: Home,
    current: CurrentSettings,
    place: Place,
    *,
    clock: Clock | None,
    hasher: PasswordHasher | None,
    limits: Limits,
) -> dict[str, Any]:
    """Return the fields of a `Desk`, for an app that adds its own to them.

    Raises:
        BadSetting: single sign-on lacks its extra or secret.
        Refused: the accounts have another schema; `pulse upgrade` brings them to this one.
    """
    settings = current.now()
    engine = accounts_engine(home, settings, serving=True)
    check_schema(engine, "accounts")
    stranger = f"pulse-stranger/v1\0{_secret(home)}".encode()
    ticking = FileClock(Path(settings.test_clock)) if settings.test_clock else SystemClock()
    return {
        "place": place,
        "home": home,
        "current": current,
        "clock": clock or ticking,
        "engine": engine,
        "passwords": PasswordWorker(hasher),
        "vault": Vault(home.accounts),
        "provider": provider_for(home, settings, place.address),
        "sign_ins": Tries(limits.one, limits.together),
        "letters": Tries(limits.letters, limits.letters),
        "postman": ThreadPoolExecutor(max_workers=1, thread_name_prefix="postman"),
        "stranger_key": hashlib.sha256(stranger).digest(),
    }


def surroundings(desk: Desk) -> dict[str, Any]:
    """Return what Litestar needs beside routes: sessions, CSRF protection, who asks."""
    place = desk.place
    session = sessions.configuration(place)
    return {
        "middleware": [session.middleware, WhoAsks],
        "csrf_config": CSRFConfig(
            secret=_secret(desk.home),
            cookie_name=place.cookie("csrf"),
            cookie_secure=place.https,
            cookie_httponly=True,
            cookie_samesite="strict",
        ),
        "stores": {"sessions": sessions.store(desk.home.accounts / place.sessions)},
    }


def opened(
    desk: Desk, *, prepare: Callable[[], None] | None = None
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """Return the life of an app: tidied and prepared at the start, closed at the end."""

    @asynccontextmanager
    async def lived(app: Litestar) -> AsyncIterator[None]:
        await sessions.forget_expired(app)
        await sync_to_thread(entering.tidy, desk)
        if prepare is not None:
            await sync_to_thread(prepare)
        yield
        desk.close()

    return lived


def _secret(home: Home) -> str:
    """Return the secret of forms; every copy of every app of a home shares it."""
    file = home.accounts / "csrf.key"
    if not file.exists():
        write_atomically(file, secrets.token_hex(32).encode())
    return file.read_text(encoding="ascii")
