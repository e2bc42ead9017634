"""The leaders' app: `create_app()` puts the rooms together.

It reads `releases/` and `accounts/` of a home and has no way to anything else.
"""

import os
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from litestar import Litestar
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

import pulse
from dashboards import (
    accesspage,
    api,
    closer,
    evidence,
    figures,
    practices,
    results,
    upkeep,
)
from dashboards.assets import ASSETS
from dashboards.desk import Desk, Shelf
from dashboards.layout import templates
from pulse.accounts.directory import ROLES
from pulse.clock import Clock
from pulse.http.headers import guard
from pulse.settings import CurrentSettings, Home
from pulse.signin import failures, front
from pulse.signin.desk import Place
from pulse.signin.tries import Limits

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
    current = CurrentSettings(home)
    place = Place(
        name="pulse",
        address=current.now().dashboards_url,
        roles=frozenset(ROLES),
        sessions="sessions",
    )
    parts = front.desk_parts(home, current, place, clock=clock, hasher=hasher, limits=limits)
    desk = Desk(**parts, shelf=Shelf(home.releases))
    app = Litestar(
        route_handlers=[
            *front.ROUTES,
            results.overview, results.unit_page, closer.item_page, closer.compare_page,
            figures.figure, figures.table,
            practices.practices, practices.adopt, practices.end, practices.looked,
            evidence.evidence, accesspage.access, accesspage.access_csv,
            api.releases, api.units, api.series, api.unit_cells, api.export_csv, api.columns_csv,
            ASSETS.handler(), upkeep.health, upkeep.metrics,
        ],
        **front.surroundings(desk),
        exception_handlers=failures.HANDLERS,
        template_config=templates(),
        openapi_config=OpenAPIConfig(
            title="Pulse", version=pulse.__version__, path="/openapi.json",
            render_plugins=[JsonRenderPlugin(path="/")],
        ),
        request_max_body_size=_BODY_LIMIT,
        # What is tried stands where staff read it, as the accounts have it.
        lifespan=[front.opened(desk, prepare=lambda: practices.publish(desk))],
        state=State({"desk": desk}),
        debug=False,
    )  # fmt: skip
    app.asgi_handler = guard(app.asgi_handler, https=place.https)
    return app
