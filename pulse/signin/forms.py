"""What every form of an account needs: its fields, its person's password, a note in the log."""

import asyncio
import re
from typing import Any, Final

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.exceptions import ClientException

from pulse.accounts import accesslog, directory
from pulse.accounts.directory import Account
from pulse.accounts.passwords import weakness
from pulse.signin.desk import Desk
from pulse.signin.failures import NotHere

AnyRequest = Request[Any, Any, Any]
_LONGEST_FIELD: Final = 1_000
_UNKEPT: Final = re.compile("[\x00\ud800-\udfff]")  # NUL; halves of signs, which are no UTF-8
LARGEST_ID: Final = 2**63 - 1  # of a row, in either database


async def fields(
    request: AnyRequest, *names: str, longest: int = _LONGEST_FIELD
) -> tuple[str, ...]:
    """Return the fields of a form, cut to a length that no honest one has.

    Raises:
        ClientException: one holds a sign that no keyboard makes and not every database keeps.
    """
    form = await request.form()
    values = (form.get(name, "") for name in names)
    found = tuple(value[:longest] if isinstance(value, str) else "" for value in values)
    if any(_UNKEPT.search(value) for value in found):
        raise ClientException("A field holds a sign that cannot be kept.")
    return found


async def note(
    desk: Desk, account: Account | None, action: accesslog.Entry, subject: str = ""
) -> None:
    """Write a row of the access log."""
    await sync_to_thread(accesslog.note, desk.engine, desk.clock, account, action, subject)


async def matches(desk: Desk, account: Account, password: str) -> bool:
    """Tell whether this is the account's password, which may be tried as often as a sign-in.

    Counted apart from those: nobody outside can use up the tries of whoever is inside.

    Raises:
        TooManyRequestsException: it was tried too often.
        Busy: too many are signing in.
    """
    desk.passwords.check_room()
    desk.sign_ins.take(f"account {account.account_id}")
    found = await sync_to_thread(directory.find, desk.engine, account.email)
    stored = None if found is None else found[1]
    return await asyncio.wrap_future(desk.passwords.verify(stored, password))


def unfit(desk: Desk, account: Account, fresh: str, again: str) -> str | None:
    """Say why a new password will not do, or return None."""
    if fresh != again:
        return "The two new passwords are not the same."
    return weakness(fresh, account.email, desk.settings.organisation)


def with_passwords(desk: Desk) -> None:
    """Go on only where people sign in with passwords of ours.

    Raises:
        NotHere: the provider alone lets people in.
    """
    if desk.settings.local_passwords != "on":
        raise NotHere
