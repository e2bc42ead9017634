"""Signing in and out, and changing a password."""

import asyncio
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.response import Redirect, Template

from dashboards import sessions
from dashboards.access import by_session
from dashboards.desk import Desk
from dashboards.layout import page
from pulse.accounts import accesslog, directory
from pulse.accounts.passwords import weakness

PER_MINUTE: Final = 20  # sign-ins from one address
_LONGEST_FIELD: Final = 1_000
_SORRY: Final = "This address and password do not belong together."
AnyRequest = Request[Any, Any, Any]


async def _is_sign_in(request: AnyRequest) -> bool:
    return request.method == "POST" and request.url.path.rstrip("/") == "/login"


def rate_limit(per_minute: int) -> RateLimitConfig:
    """Return Litestar's limit on sign-ins by network address."""
    return RateLimitConfig(
        rate_limit=("minute", per_minute),
        check_throttle_handler=_is_sign_in,
        set_rate_limit_headers=False,
    )


@get("/login", include_in_schema=False, sync_to_thread=False)
def show_login(request: AnyRequest) -> Response[Any]:
    """Show the form; whoever is signed in already goes on."""
    if request.user is not None:
        return Redirect("/", status_code=303)
    return page(request, "login.html", email="", problem="")


@post("/login", include_in_schema=False)
async def sign_in(request: AnyRequest) -> Response[Any]:
    """Check address and password and begin a session under a new id."""
    desk: Desk = request.app.state.desk
    form = await request.form()
    email, password = _field(form, "email").strip(), _field(form, "password")
    found = await sync_to_thread(directory.find, desk.engine, email)
    stored = None if found is None else found[1]
    right = await asyncio.wrap_future(desk.passwords.verify(stored, password))
    if found is None or not right:
        # Noted for a stranger too: the time it takes must not tell who has an account.
        await _note(desk, None if found is None else found[0], "refused", "sign-in")
        return page(request, "login.html", status=401, email=email, problem=_SORRY)
    account = found[0]
    await _note(desk, account, "signed in", "")
    request.set_session(sessions.begin(account.account_id, account.stamp))
    return Redirect("/account" if account.must_change else "/", status_code=303)


@post("/logout", include_in_schema=False, sync_to_thread=False)
def sign_out(request: AnyRequest) -> Redirect:
    """End the session."""
    request.clear_session()
    return Redirect("/login", status_code=303)


@get("/account", include_in_schema=False, guards=[by_session], sync_to_thread=False)
def show_account(request: AnyRequest) -> Template:
    """Show who is signed in and the form for a new password."""
    return page(request, "account.html", problem="", done=False)


@post("/account", include_in_schema=False, guards=[by_session])
async def change_password(request: AnyRequest) -> Response[Any]:
    """Change the password; every other session of this account ends."""
    desk: Desk = request.app.state.desk
    account: directory.Account = request.user
    form = await request.form()
    current, fresh = _field(form, "current"), _field(form, "new")
    problem = weakness(fresh, account.email)
    if fresh != _field(form, "again"):
        problem = "The two new passwords are not the same."
    found = await sync_to_thread(directory.find, desk.engine, account.email)
    stored = None if found is None else found[1]
    if not account.must_change and not await _matches(desk, stored, current):
        problem = "The current password is not right."
    elif account.must_change and problem is None and await _matches(desk, stored, fresh):
        problem = "Please choose another password than the one-time one."
    if problem:
        return page(request, "account.html", status=422, problem=problem, done=False)
    new_hash = await asyncio.wrap_future(desk.passwords.hash(fresh))
    stamp = await sync_to_thread(
        directory.change_password, desk.engine, account.account_id, new_hash
    )
    await _note(desk, account, "new password", "")
    request.set_session(sessions.begin(account.account_id, stamp))
    if account.must_change:
        return Redirect("/", status_code=303)
    return page(request, "account.html", problem="", done=True)


async def _matches(desk: Desk, stored: str | None, password: str) -> bool:
    return await asyncio.wrap_future(desk.passwords.verify(stored, password))


async def _note(
    desk: Desk, account: directory.Account | None, action: accesslog.Entry, subject: str
) -> None:
    await sync_to_thread(accesslog.note, desk.engine, desk.clock, account, action, subject)


def _field(form: Any, name: str) -> str:  # noqa: ANN401 - Litestar's FormMultiDict of anything
    value = form.get(name, "")
    return value[:_LONGEST_FIELD] if isinstance(value, str) else ""
