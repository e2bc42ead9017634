"""Signing in and out: a password, and where there is one, a second factor."""

import asyncio
from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect

from pulse.accounts import accesslog, directory, factor, links, provider, sittings
from pulse.accounts.directory import Account
from pulse.accounts.sittings import Sitting, Way
from pulse.signin import sessions
from pulse.signin.access import NotYourPlace, half_way
from pulse.signin.desk import Desk
from pulse.signin.forms import AnyRequest, fields, note, with_passwords
from pulse.signin.layout import page

FORGOTTEN: Final = "/forgotten"
_SORRY: Final = "This address and password do not belong together."
_WRONG: Final = "This code does not fit, or it was used already. A new one comes every 30 seconds."
RESTING: Final = "There were too many tries. Please wait a quarter of an hour."


@get("/login", include_in_schema=False, sync_to_thread=False)
def show_login(request: AnyRequest) -> Response[Any]:
    """Show the form; whoever is signed in already, or half-way, goes on."""
    if request.user is not None:
        return Redirect("/", status_code=303)
    if isinstance(request.auth, Sitting):
        return Redirect("/login/code", status_code=303)
    return _form(request)


@post("/login", include_in_schema=False)
async def sign_in(request: AnyRequest) -> Response[Any]:
    """Check address and password and begin a session under a new id."""
    desk: Desk = request.app.state.desk
    with_passwords(desk)
    email, password = await fields(request, "email", "password")
    email = email.strip()
    desk.passwords.check_room()  # first: who is sent away by a crowd has not tried
    desk.sign_ins.take(f"typed {email.casefold()}")  # known here or not: the answer is the same
    account, stored, beside = await sync_to_thread(
        directory.find_beside, desk.engine, email, desk.stranger_key
    )
    right = await asyncio.wrap_future(desk.passwords.verify(stored, password, beside))
    if account is None or stored is None or not right:
        # Noted for a stranger too: the time it takes must not tell who has an account.
        await note(desk, account, "refused", "sign-in")
        return _form(request, status=401, email=email, problem=_SORRY)
    if desk.passwords.outdated(stored):
        fresh = await asyncio.wrap_future(desk.passwords.hash(password))
        await sync_to_thread(directory.rehash, desk.engine, account.account_id, stored, fresh)
    return await welcome(request, account, way="password")


async def welcome(
    request: AnyRequest, account: Account, *, way: Way, second: bool = False
) -> Redirect:
    """Begin a session for whoever has just been recognised, and lead to the next step.

    Raises:
        NotYourPlace: this app is for other roles; no session begins.
    """
    desk: Desk = request.app.state.desk
    if account.role not in desk.place.roles:
        await note(desk, account, "refused", f"{desk.place.name}: not for this role")
        raise NotYourPlace
    await sync_to_thread(tidy, desk)
    await sessions.begin(request, account, way=way, second=second)
    known = await sync_to_thread(factor.status, desk.engine, account.account_id)
    if known.confirmed and not second:
        await note(desk, account, "first step", way)
        return Redirect("/login/code", status_code=303)
    await note(desk, account, "signed in", "" if way == "password" else way)
    must_change = account.must_change and way == "password"
    return Redirect("/account" if must_change else "/", status_code=303)


@get("/login/code", include_in_schema=False, guards=[half_way], sync_to_thread=False)
def show_code(request: AnyRequest) -> Response[Any]:
    """Ask for the second factor."""
    return page(request, "code.html", problem="")


@post("/login/code", include_in_schema=False, guards=[half_way])
async def check_code(request: AnyRequest) -> Response[Any]:
    """Take a code of the phone or a recovery code; the session goes on under a new id."""
    desk: Desk = request.app.state.desk
    sitting: Sitting = request.auth
    account = sitting.account
    (code,) = await fields(request, "code")
    answer = await sync_to_thread(
        factor.check, desk.engine, desk.clock, desk.vault, account.account_id, code
    )
    if answer in {"wrong", "resting"}:
        await note(desk, account, "refused", "second step")
        problem = _WRONG if answer == "wrong" else RESTING
        return page(request, "code.html", status=401, problem=problem)
    if answer == "recovery":
        await note(desk, account, "recovery code")
    await sessions.begin(request, account, way=sitting.way, second=True)
    await note(desk, account, "signed in", "with a second step")
    must_change = account.must_change and sitting.way == "password"
    return Redirect("/account" if must_change else "/", status_code=303)


@post("/logout", include_in_schema=False)
async def sign_out(request: AnyRequest) -> Redirect:
    """End the session."""
    if request.user is not None:
        await note(request.app.state.desk, request.user, "signed out")
    await sessions.end(request)
    return Redirect("/login", status_code=303)


def tidy(desk: Desk) -> None:
    """Delete what has ended by itself: sessions, links, attempts, old rows of the log."""
    for forget in (sittings.forget_ended, links.forget_old, provider.forget_old):
        forget(desk.engine, desk.clock)
    accesslog.forget_old(desk.engine, desk.clock, desk.settings.access_log_days)


def _form(
    request: AnyRequest, *, status: int = 200, email: str = "", problem: str = ""
) -> Response[Any]:
    desk: Desk = request.app.state.desk
    single = desk.provider is not None
    return page(
        request, "login.html", status=status, email=email, problem=problem, single_sign_on=single
    )
