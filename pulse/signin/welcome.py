"""One-time links: a first password for who was invited, a new one for who forgot it."""

import asyncio
from typing import Any, Final

from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath

from pulse.accounts import accesslog, directory, letters, links
from pulse.signin.desk import Desk
from pulse.signin.entering import FORGOTTEN, welcome
from pulse.signin.forms import AnyRequest, fields, note, unfit, with_passwords
from pulse.signin.layout import page

_ROUTE: Final = links.PATH + "{secret:str}"


@get(FORGOTTEN, include_in_schema=False, sync_to_thread=False)
def show_forgotten(request: AnyRequest) -> Response[Any]:
    """Show the form that asks for a link."""
    with_passwords(request.app.state.desk)
    return page(request, "forgotten.html", done=False)


@post(FORGOTTEN, include_in_schema=False)
async def ask_for_link(request: AnyRequest) -> Response[Any]:
    """Answer the same to everybody; whether anybody has this address is looked up elsewhere.

    Neither the words nor the time can tell: the answer is out before the question is asked, and
    the postman asks it, so that a next request on this connection does not wait for it either.
    """
    desk: Desk = request.app.state.desk
    with_passwords(desk)
    (email,) = await fields(request, "email")
    desk.letters.take()
    answer = page(request, "forgotten.html", done=True)
    answer.background = BackgroundTask(desk.postman.submit, _post, desk, email.strip())
    return answer


def _post(desk: Desk, email: str) -> None:
    """Do what the answer promised; what breaks is told to the operator."""
    try:
        post_link(desk, email)
    except Exception as error:  # noqa: BLE001 - nobody waits for this thread
        desk.report(error)


def post_link(desk: Desk, email: str) -> None:
    """Put a link into the mail, if somebody here has this address; note it either way."""
    found = directory.find(desk.engine, email)
    account = None if found is None else found[0]
    accesslog.note(desk.engine, desk.clock, account, "asked for link", "")
    secret = links.forgotten(desk.engine, desk.clock, email)
    if account is not None and secret is not None:
        letters.send(
            desk.home, desk.settings, desk.clock, account.email, "forgotten", secret,
            role="admin" if desk.place.roles == {"admin"} else "leader",
        )  # fmt: skip


@get(_ROUTE, include_in_schema=False)
async def show_welcome(request: AnyRequest, secret: FromPath[str]) -> Response[Any]:
    """Show the form behind a link. Looking uses nothing up: mail programs look too."""
    desk: Desk = request.app.state.desk
    with_passwords(desk)
    whose = await sync_to_thread(links.peek, desk.engine, desk.clock, secret)
    if whose is None:
        return _ended(request)
    return page(request, "welcome.html", email=whose.email, problem="")


@post(_ROUTE, include_in_schema=False)
async def set_password(request: AnyRequest, secret: FromPath[str]) -> Response[Any]:
    """Set the password behind a link, end every session of the account, and sign in here."""
    desk: Desk = request.app.state.desk
    with_passwords(desk)
    whose = await sync_to_thread(links.peek, desk.engine, desk.clock, secret)
    if whose is None:
        return _ended(request)
    fresh, again = await fields(request, "new", "again")
    problem = unfit(desk, whose, fresh, again)
    if problem:
        return page(request, "welcome.html", status=422, email=whose.email, problem=problem)
    stored = await asyncio.wrap_future(desk.passwords.hash(fresh))
    account = await sync_to_thread(links.use, desk.engine, desk.clock, secret, stored)
    if account is None:
        return _ended(request)
    await note(desk, account, "new password", "by a link")
    return await welcome(request, account, way="password")


def _ended(request: AnyRequest) -> Response[Any]:
    return page(request, "link_ended.html", status=410)
