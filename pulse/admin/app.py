"""The administrator's app: `create_app()` puts the rooms together.

It holds the roster, the schedule and the accounts, and has no way to ballots, releases or figures.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from litestar import Litestar, get
from litestar.datastructures import State
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

from pulse.admin import (
    accounts,
    channels,
    first,
    languages,
    links,
    organisation,
    roster,
    schedule,
    testweek,
    testweekpage,
)
from pulse.admin.desk import Desk
from pulse.admin.uploads import Uploads
from pulse.admin.words import day_and_time, number
from pulse.clock import Clock
from pulse.http.headers import guard
from pulse.settings import CurrentSettings, Home
from pulse.signin import failures, front
from pulse.signin.assets import SHARED, Assets
from pulse.signin.desk import Place
from pulse.signin.layout import environment
from pulse.signin.tries import Limits
from pulse.store.databases import state_engine
from pulse.store.schema import check_schema

HERE: Final = Path(__file__).parent
LIMITS: Final = Limits()
ASSETS: Final = Assets(SHARED, HERE / "static")
_BODY_LIMIT: Final = 128 * 1024  # bytes; only the roster's files are larger
_OPEN: Final = {"exclude_from_auth": True, "exclude_from_csrf": True, "skip_session": True}


@get("/health", opt=_OPEN, sync_to_thread=False, include_in_schema=False)
def health() -> dict[str, str]:
    """Say that the app answers."""
    return {"status": "ok"}


def create_app(
    home: Home | None = None,
    *,
    clock: Clock | None = None,
    hasher: PasswordHasher | None = None,
    limits: Limits = LIMITS,
    rehearse: Callable[..., list[str]] = testweek.command,
) -> Litestar:
    """Return the administrator's app.

    Args:
        home: the home to serve; default `PULSE_HOME`, else `./pulse-home`.
        clock: another than the settings say, for tests.
        hasher: cheaper password parameters, for tests.
        limits: how often a minute passwords may be tried and mails asked for.
        rehearse: gives the command of a test week, another one in tests.

    Raises:
        BadSetting: the settings are not usable, or single sign-on lacks its extra or secret.
        Refused: a database has another schema; `pulse upgrade` brings it to this one.
    """
    home = home or Home(Path(os.environ.get("PULSE_HOME") or "pulse-home"))
    current = CurrentSettings(home)
    settings = current.now()
    place = Place(
        name="pulse-admin",
        address=settings.admin_url,
        roles=frozenset({"admin"}),
        sessions="admin-sessions",
        others=settings.dashboards_url.rstrip("/"),
    )
    parts = front.desk_parts(home, current, place, clock=clock, hasher=hasher, limits=limits)
    state = state_engine(home, settings, serving=True)
    check_schema(state, "state")
    desk = Desk(
        **parts,
        state=state,
        uploads=Uploads(parts["clock"]),
        week=testweek.TestWeek(home, rehearse),
    )
    templates = environment(HERE / "templates", ASSETS)
    templates.filters["moment"] = lambda moment: day_and_time(moment, desk.settings.zone)
    templates.filters["number"] = number
    templates.filters["lower_first"] = lambda text: text[:1].lower() + text[1:]
    app = Litestar(
        route_handlers=[
            *front.ROUTES, first.start,
            roster.show, roster.preview, roster.confirm,
            schedule.show, schedule.save, schedule.add_pause, schedule.end_pause,
            channels.show, channels.try_it,
            languages.show, languages.save,
            links.show, links.resend,
            accounts.show, accounts.invite, accounts.change, accounts.reset, accounts.remove,
            organisation.show, organisation.save,
            testweekpage.show, testweekpage.begin, testweekpage.close, testweekpage.end,
            ASSETS.handler(), health,
        ],
        **front.surroundings(desk),
        exception_handlers=failures.HANDLERS,
        template_config=TemplateConfig(instance=JinjaTemplateEngine(engine_instance=templates)),
        openapi_config=None,
        request_max_body_size=_BODY_LIMIT,
        lifespan=[front.opened(desk)],
        state=State({"desk": desk}),
        debug=False,
    )  # fmt: skip
    app.asgi_handler = guard(app.asgi_handler, https=place.https)
    return app
