"""The leaders' app: `create_app()` puts the rooms together.

It reads `releases/` and `accounts/` of a home and has no way to anything else.
"""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from litestar import Litestar
from litestar.concurrency import sync_to_thread
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

import pulse
from dashboards import (
    access,
    accesspage,
    account,
    api,
    assets,
    closer,
    evidence,
    failures,
    figures,
    practices,
    results,
    secondfactor,
    sessions,
    signin,
    single,
    upkeep,
    welcome,
)  # fmt: skip
from dashboards.desk import Desk, Shelf
from dashboards.layout import templates
from dashboards.tries import Limits, Tries
from pulse.accounts.passwords import PasswordWorker
from pulse.accounts.provider import provider_for
from pulse.accounts.vault import Vault
from pulse.clock import Clock, FileClock, SystemClock
from pulse.http.headers import guard
from pulse.settings import Home, Settings, load
from pulse.store.databases import accounts_engine
from pulse.store.files import write_atomically
from pulse.store.schema import check_schema

LIMITS: Final = Limits()
_BODY_LIMIT = 16 * 1024  # bytes; the largest form is a change of password


def create_app(
    home: Home | None = None,
    *,
    clock: Clock | None = None,
    hasher: PasswordHasher | None = None,
    limits: Limits = LIMITS,
) -> Litestar:
    """Return the app for leaders, HR, auditors and administrators.

    Args:
        home: the home to serve; default `PULSE_HOME`, else `./pulse-home`.
        clock: another than the settings say, for tests.
        hasher: cheaper password parameters, for tests.
        limits: how often a minute passwords may be tried and mails asked for.

    Raises:
        BadSetting: the settings are not usable, or single sign-on lacks its extra or secret.
        Refused: the accounts have another schema; `pulse upgrade` brings them to this one.
    """
    home = home or Home(Path(os.environ.get("PULSE_HOME") or "pulse-home"))
    settings = load(home)
    https = settings.dashboards_url.startswith("https:")
    engine = accounts_engine(home, settings, serving=True)
    check_schema(engine, "accounts")
    csrf = _csrf(home, https=https)
    desk = Desk(
        home=home,
        settings=settings,
        clock=clock or _clock(settings),
        engine=engine,
        passwords=PasswordWorker(hasher),
        vault=Vault(home.accounts),
        provider=provider_for(home, settings),
        shelf=Shelf(home.releases),
        sign_ins=Tries(limits.one, limits.together),
        letters=Tries(limits.letters, limits.letters),
        postman=ThreadPoolExecutor(max_workers=1, thread_name_prefix="postman"),
        stranger_key=hashlib.sha256(f"pulse-stranger/v1\0{csrf.secret}".encode()).digest(),
    )
    session = sessions.configuration(https=https)
    app = Litestar(
        route_handlers=[
            signin.show_login, signin.sign_in, signin.show_code, signin.check_code,
            signin.sign_out, single.leave, single.come_back,
            welcome.show_forgotten, welcome.ask_for_link, welcome.show_welcome,
            welcome.set_password,
            account.show_account, account.change_password, account.end_session,
            secondfactor.show_factor, secondfactor.start, secondfactor.confirm,
            secondfactor.new_codes, secondfactor.remove,
            results.overview, results.unit_page, closer.item_page, closer.compare_page,
            figures.figure, figures.table,
            practices.practices, practices.adopt, practices.end, practices.looked,
            evidence.evidence, accesspage.access, accesspage.access_csv,
            api.releases, api.units, api.series, api.unit_cells, api.export_csv, api.columns_csv,
            assets.serve_asset, upkeep.health, upkeep.metrics,
        ],
        middleware=[session.middleware, access.WhoAsks],
        csrf_config=csrf,
        exception_handlers=failures.HANDLERS,
        stores={"sessions": sessions.store(home.accounts / "sessions")},
        template_config=templates(),
        openapi_config=OpenAPIConfig(
            title="Pulse", version=pulse.__version__, path="/openapi.json",
            render_plugins=[JsonRenderPlugin(path="/")],
        ),
        request_max_body_size=_BODY_LIMIT,
        lifespan=[_opened(desk)],
        state=State({"desk": desk}),
        debug=False,
    )  # fmt: skip
    app.asgi_handler = guard(app.asgi_handler, https=https)
    return app


def _csrf(home: Home, *, https: bool) -> CSRFConfig:
    """Return Litestar's CSRF protection; every copy of this app shares one secret in the home."""
    file = home.accounts / "csrf.key"
    if not file.exists():
        write_atomically(file, secrets.token_hex(32).encode())
    return CSRFConfig(
        secret=file.read_text(encoding="ascii"),
        cookie_name="__Host-pulse-csrf" if https else "pulse-csrf",
        cookie_secure=https,
        cookie_httponly=True,
        cookie_samesite="strict",
    )


def _clock(settings: Settings) -> Clock:
    return FileClock(Path(settings.test_clock)) if settings.test_clock else SystemClock()


def _opened(desk: Desk) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def opened(app: Litestar) -> AsyncIterator[None]:
        await sessions.forget_expired(app)
        await sync_to_thread(signin.tidy, desk)
        await sync_to_thread(practices.publish, desk)  # for staff, as the accounts have it
        yield
        desk.postman.shutdown()
        desk.passwords.close()
        desk.engine.dispose()

    return opened
