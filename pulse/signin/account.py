"""One's own account: the password, and the browsers that are signed in."""

import asyncio
from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect

from pulse.accounts import directory, factor, sittings
from pulse.accounts.directory import Account
from pulse.accounts.sittings import Sitting
from pulse.signin import sessions
from pulse.signin.access import by_session
from pulse.signin.desk import Desk
from pulse.signin.forms import AnyRequest, fields, matches, note, unfit, with_passwords
from pulse.signin.layout import page

_DONE: Final = {
    "password": "Your password is changed. Other browsers were signed out.",
    "session": "That browser is signed out.",
    "others": "All other browsers are signed out.",
}


@get("/account", include_in_schema=False, guards=[by_session])
async def show_account(request: AnyRequest) -> Response[Any]:
    """Show who is signed in, where, and the form for a new password."""
    return await _page(request)


@post("/account", include_in_schema=False, guards=[by_session])
async def change_password(request: AnyRequest) -> Response[Any]:
    """Change the password; every other session of this account ends."""
    desk: Desk = request.app.state.desk
    with_passwords(desk)
    account: Account = request.user
    current, fresh, again = await fields(request, "current", "new", "again")
    sitting: Sitting = request.auth
    problem = await _problem(desk, sitting, current, fresh, again)
    if problem:
        return await _page(request, status=422, problem=problem)
    stored = await asyncio.wrap_future(desk.passwords.hash(fresh))
    changed = await sync_to_thread(
        directory.change_password, desk.engine, account.account_id, stored
    )
    await note(desk, account, "new password")
    await sessions.begin(request, changed, way=sitting.way, second=sitting.second)
    return Redirect("/" if account.must_change else "/account?done=password", status_code=303)


@post("/account/sessions", include_in_schema=False, guards=[by_session])
async def end_session(request: AnyRequest) -> Response[Any]:
    """End one other session of one's own, or with an empty field all others."""
    desk: Desk = request.app.state.desk
    sitting: Sitting = request.auth
    (chosen,) = await fields(request, "session")
    ended = await sync_to_thread(_end, desk, sitting, chosen)
    if ended:
        await note(desk, sitting.account, "ended sessions", "one" if chosen else "all others")
    return Redirect(f"/account?done={'session' if chosen else 'others'}", status_code=303)


def _end(desk: Desk, sitting: Sitting, chosen: str) -> bool:
    if chosen:
        return sittings.end(desk.engine, sitting.account, chosen)
    return sittings.end_others(desk.engine, sitting.account, sitting.session_id) > 0


async def _problem(
    desk: Desk, sitting: Sitting, current: str, fresh: str, again: str
) -> str | None:
    account = sitting.account
    # Whoever came with the one-time password has just given it; a provider's session has not.
    if not (account.must_change and sitting.way == "password"):
        if not await matches(desk, account, current):
            return "The current password is not right."
        return unfit(desk, account, fresh, again)
    problem = unfit(desk, account, fresh, again)
    if problem is None and await matches(desk, account, fresh):
        return "Please choose another password than the one-time one."
    return problem


async def _page(request: AnyRequest, *, status: int = 200, problem: str = "") -> Response[Any]:
    desk: Desk = request.app.state.desk
    sitting: Sitting = request.auth
    done = "" if problem else _DONE.get(str(request.query_params.get("done", "")), "")
    return page(
        request,
        "account.html",
        status=status,
        problem=problem,
        done=done,
        here_session=sitting.session_id,
        must_change=sitting.account.must_change and sitting.way == "password",
        sessions=await sync_to_thread(sittings.of, desk.engine, desk.clock, sitting.account),
        factor=await sync_to_thread(factor.status, desk.engine, sitting.account.account_id),
    )
