"""Setting up a second step, seeing how it stands, drawing new recovery codes, taking it away."""

from typing import Any, Final

import segno
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect
from markupsafe import Markup

from pulse.accounts import factor
from pulse.accounts.sittings import Sitting
from pulse.signin import sessions
from pulse.signin.access import by_session
from pulse.signin.desk import Desk
from pulse.signin.entering import RESTING
from pulse.signin.forms import AnyRequest, fields, matches, note
from pulse.signin.layout import page

HERE: Final = "/account/second-factor"
_WRONG_PASSWORD: Final = "The password is not right."  # noqa: S105 - a sentence
_NEEDED: Final = "Your role needs the second step, so it stays on."
_WRONG_CODE: Final = "This code does not fit. Please try the next one that your phone shows."


@get(HERE, include_in_schema=False, guards=[by_session])
async def show_factor(request: AnyRequest) -> Response[Any]:
    """Show how the second step stands; while it is set up, what the phone has to know."""
    return await _page(request)


@post(f"{HERE}/start", include_in_schema=False, guards=[by_session])
async def start(request: AnyRequest) -> Response[Any]:
    """Draw a secret for the phone. It asks for the password: an open browser is not enough."""
    desk: Desk = request.app.state.desk
    sitting: Sitting = request.auth
    (password,) = await fields(request, "current")
    if sitting.way == "password" and not await matches(desk, sitting.account, password):
        return await _page(request, problem=_WRONG_PASSWORD)
    await sync_to_thread(factor.start, desk.engine, desk.vault, sitting.account.account_id)
    return Redirect(HERE, status_code=303)


@post(f"{HERE}/confirm", include_in_schema=False, guards=[by_session])
async def confirm(request: AnyRequest) -> Response[Any]:
    """Switch the second step on with its first code and show the recovery codes, once."""
    desk: Desk = request.app.state.desk
    sitting: Sitting = request.auth
    (code,) = await fields(request, "code")
    made = await sync_to_thread(
        factor.confirm, desk.engine, desk.clock, desk.vault, sitting.account, code
    )
    if isinstance(made, str):
        return await _page(request, problem=RESTING if made == "resting" else _WRONG_CODE)
    account, codes = made
    await note(desk, account, "factor on")
    await sessions.begin(request, account, way=sitting.way, second=True)
    return page(request, "recovery_codes.html", codes=codes, first=True)


@post(f"{HERE}/codes", include_in_schema=False, guards=[by_session])
async def new_codes(request: AnyRequest) -> Response[Any]:
    """Draw new recovery codes, against a code of the phone; those before are void."""
    desk: Desk = request.app.state.desk
    account = request.user
    problem = await _shown(request)
    if problem:
        return await _page(request, problem=problem)
    codes = await sync_to_thread(factor.new_codes, desk.engine, account.account_id)
    await note(desk, account, "new codes")
    return page(request, "recovery_codes.html", codes=codes, first=False)


@post(f"{HERE}/remove", include_in_schema=False, guards=[by_session])
async def remove(request: AnyRequest) -> Response[Any]:
    """Take the second step away, against a code; other sessions end."""
    desk: Desk = request.app.state.desk
    sitting: Sitting = request.auth
    if sitting.account.role in desk.settings.factor_roles:
        return await _page(request, problem=_NEEDED)
    problem = await _shown(request)
    if problem:
        return await _page(request, problem=problem)
    account = await sync_to_thread(factor.remove, desk.engine, sitting.account.account_id)
    await note(desk, account, "factor off")
    await sessions.begin(request, account, way=sitting.way)
    return Redirect(HERE, status_code=303)


async def _shown(request: AnyRequest) -> str | None:
    """Take a code of whoever is signed in; say what is wrong with it, or None."""
    desk: Desk = request.app.state.desk
    (code,) = await fields(request, "code")
    answer = await sync_to_thread(
        factor.check, desk.engine, desk.clock, desk.vault, request.user.account_id, code
    )
    if answer == "resting":
        return RESTING
    return _WRONG_CODE if answer == "wrong" else None


async def _page(request: AnyRequest, *, problem: str = "") -> Response[Any]:
    desk: Desk = request.app.state.desk
    sitting: Sitting = request.auth
    account = sitting.account
    shown = await sync_to_thread(factor.enrolment, desk.engine, desk.vault, account)
    return page(
        request,
        "second_factor.html",
        status=422 if problem else 200,
        problem=problem,
        factor=await sync_to_thread(factor.status, desk.engine, account.account_id),
        enrolment=shown,
        picture="" if shown is None else _picture(shown.address),
        required=account.role in desk.settings.factor_roles,
        asks_password=sitting.way == "password",
    )


def _picture(address: str) -> Markup:
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True,
        title="QR code for your authenticator app",
    )  # fmt: skip
    return Markup(drawn)  # noqa: S704 - drawn here from numbers; the title is ours
