"""Accounts: who may sign in, invited, changed, given a new link, removed."""

import asyncio
import secrets
from typing import Any, Final, get_args

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread

from pulse.accounts import directory, factor, keeping, letters, links, sittings
from pulse.accounts.directory import Account, Role
from pulse.admin import posting
from pulse.admin.access import INSIDE, REFUSED, AnyRequest, back, desk_of, note, said
from pulse.admin.desk import Desk
from pulse.errors import BadAccounts
from pulse.roster import headcounts
from pulse.signin.forms import fields
from pulse.signin.layout import page

ROLES: Final[dict[Role, str]] = {
    "leader": "leader: the figures of one unit and all below it",
    "hr": "HR: all released figures, and exports",
    "auditor": "auditor: evidence and the access log",
    "admin": "administrator: these pages, and no results",
}
_DONE: Final = {
    "invited": "The account is made, and a mail with a link is on its way.",
    "made": "The account is made. It signs in through your organisation's own sign-in.",
    "changed": "The account is changed; its browsers were signed out.",
    "reset": "The password before is void, and a mail with a link to a new one is on its way.",
    "phone": "The second step is off, so that it can be set up anew.",
    "removed": "The account is removed.",
}
_ROLE: Final = "Please choose a role."


class Row(msgspec.Struct, frozen=True):
    """An account as this page lists it."""

    account: Account
    unit: str
    seen: bool
    factor: bool
    browsers: int
    only: bool


@get("/accounts", include_in_schema=False, guards=INSIDE)
async def show(request: AnyRequest) -> Response[Any]:
    """List all accounts."""
    return await _page(request, done=said(request, _DONE))


@post("/accounts", include_in_schema=False, guards=INSIDE)
async def invite(request: AnyRequest) -> Response[Any]:
    """Make an account, and send its person a link to choose a password."""
    desk = desk_of(request)
    email, role, unit = (each.strip() for each in await fields(request, "email", "role", "unit"))
    try:
        chosen = _role(role)
        own = keeping.check_unit(chosen, unit, await sync_to_thread(_units, desk))
        directory.check_address(email)
        # Nobody knows this password: the link sets the first one.
        stored = await asyncio.wrap_future(desk.passwords.hash(secrets.token_urlsafe(24)))
        await sync_to_thread(
            directory.create, desk.engine, desk.clock, lambda _: stored,
            email=email, role=chosen, unit_id=own,
        )  # fmt: skip
    except BadAccounts as error:
        return await _page(request, problem=error.message, typed=(email, role, unit))
    await note(request, "account", f"invited {email.casefold()} as {role}")
    if desk.settings.local_passwords == "off":
        return back("/accounts", "made")
    await sync_to_thread(_send, desk, email)
    posting.post(desk)
    return back("/accounts", "invited")


@post("/accounts/role", include_in_schema=False, guards=INSIDE)
async def change(request: AnyRequest) -> Response[Any]:
    """Give an account another role or unit."""
    desk = desk_of(request)
    email, role, unit = (each.strip() for each in await fields(request, "email", "role", "unit"))
    try:
        units = await sync_to_thread(_units, desk)
        await sync_to_thread(keeping.change_role, desk.engine, email, _role(role), unit, units)
    except BadAccounts as error:
        return await _page(request, problem=error.message)
    await note(request, "account", f"{email.casefold()} is {role} now")
    return back("/accounts", "changed")


@post("/accounts/reset", include_in_schema=False, guards=INSIDE)
async def reset(request: AnyRequest) -> Response[Any]:
    """Void a password and send a link to a new one, or take a lost phone's second step away."""
    desk = desk_of(request)
    email, what = await fields(request, "email", "what")
    try:
        if what == "phone":
            await sync_to_thread(_without_phone, desk, email)
            await note(request, "account", f"second step of {email} off")
            return back("/accounts", "phone")
        await sync_to_thread(keeping.check_reset, desk.engine, email)
        stored = await asyncio.wrap_future(desk.passwords.hash(secrets.token_urlsafe(24)))
        await sync_to_thread(directory.reset, desk.engine, lambda _: stored, email)
    except BadAccounts as error:
        return await _page(request, problem=error.message)
    await sync_to_thread(_send, desk, email)
    posting.post(desk)
    await note(request, "account", f"new link for {email}")
    return back("/accounts", "reset")


@post("/accounts/remove", include_in_schema=False, guards=INSIDE)
async def remove(request: AnyRequest) -> Response[Any]:
    """Remove an account; the last administrator who can sign in stays."""
    desk = desk_of(request)
    (email,) = await fields(request, "email")
    try:
        await sync_to_thread(keeping.remove, desk.engine, email)
    except BadAccounts as error:
        return await _page(request, problem=error.message)
    await note(request, "account", f"removed {email}")
    return back("/accounts", "removed")


def _without_phone(desk: Desk, email: str) -> None:
    found = directory.find(desk.engine, email)
    if found is None:
        raise BadAccounts("There is no account of this address.", where=email)
    factor.remove(desk.engine, found[0].account_id)


def _role(text: str) -> Role:
    for role in get_args(Role):
        if text == role:
            found: Role = role
            return found
    raise BadAccounts(_ROLE, where="role")


def _units(desk: Desk) -> dict[str, str]:
    return {unit.unit_id: unit.name for unit in headcounts(desk.state)}


def _send(desk: Desk, email: str) -> None:
    found = directory.find(desk.engine, email)
    secret = links.invite(desk.engine, desk.clock, email)
    role = found[0].role if found else "leader"
    letters.send(
        desk.home, desk.settings, desk.clock, email.casefold(), "invitation", secret, role=role
    )


async def _page(
    request: AnyRequest,
    *,
    problem: str = "",
    done: str = "",
    typed: tuple[str, str, str] = ("", "leader", ""),
) -> Response[Any]:
    desk = desk_of(request)
    return page(
        request,
        "accounts.html",
        status=REFUSED if problem else 200,
        problem=problem,
        done=done,
        typed=dict(zip(("email", "role", "unit"), typed, strict=True)),
        roles=ROLES,
        **await sync_to_thread(_listed, desk),
    )


def _listed(desk: Desk) -> dict[str, Any]:
    units, having = _units(desk), factor.having(desk.engine)
    seen, usable = keeping.seen(desk.engine), keeping.usable_admins(desk.engine)
    rows = [
        Row(
            account=one,
            unit=units.get(one.unit_id or "", one.unit_id or ""),
            seen=one.email in seen,
            factor=one.account_id in having,
            browsers=len(sittings.of(desk.engine, desk.clock, one)),
            only=usable == {one.email},
        )
        for one in directory.everyone(desk.engine)
    ]
    return {"rows": rows, "units": units}
