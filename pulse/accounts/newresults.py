"""A mail to leaders and HR that new figures are there, without any figure in it."""

import secrets
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from sqlalchemy.engine import Engine

from pulse.accounts import directory
from pulse.accounts.directory import Account
from pulse.accounts.letters import OUTBOX
from pulse.accounts.scope import may, scope_of
from pulse.clock import Clock
from pulse.mail import claims
from pulse.mail.claims import Claim
from pulse.mail.outbox import Outbox
from pulse.mail.spool import SUFFIX, spool
from pulse.release import reading
from pulse.release.shown import Shown, shown_in
from pulse.settings import Home, Settings
from pulse.store.files import hand_over, make_folder
from pulse.store.lock import only_one
from pulse.terms import Tree, week_name

_STAGED: Final = f"{SUFFIX}.new"
_BASE: Final = "results-"


def write(
    home: Home, settings: Settings, clock: Clock, state: Engine, accounts: Engine, wave: str
) -> int:
    """Write one mail to each account that this release shows something to; once a release.

    They lie staged until the mark is made: a crash before it writes them again, one behind it
    lets them go as they are.

    Args:
        home: the folders.
        settings: the running configuration.
        clock: the present.
        state: the database of weeks, which keeps the mark.
        accounts: the database of accounts.
        wave: a released wave.

    Returns:
        How many mails wait now that did not before.

    Raises:
        BadRelease: the wave was not released, or is not what it should be.
    """
    box, mark = Outbox(home.accounts / OUTBOX), Claim(wave, "results", "accounts")
    with only_one(home.state / "newresults.lock", state):
        mine = f"{_BASE}{wave}-"
        if claims.outcome(state, mark) != claims.TOLD:
            for item in box.items():
                if item.state == "new" and item.base.startswith(mine):
                    item.path.unlink(missing_ok=True)
            mails = {
                f"{mine}{secrets.token_hex(8)}": _compose(settings, clock, account, wave)
                for account in readers(home, accounts, wave)
            }
            if mails:
                _stage(box, mails)
            claims.claim(state, mark)
            claims.settle(state, mark, claims.TOLD)
        waiting = [i.base for i in box.items() if i.state == "new" and i.base.startswith(mine)]
        box.publish(waiting)
    return len(waiting)


def readers(home: Home, accounts: Engine, wave: str) -> list[Account]:
    """Return the accounts that this release shows something to, by address.

    Raises:
        BadRelease: as in `write`.
    """
    shown = shown_in(home.releases, wave)
    if shown is None:
        return []
    trees = [
        reading.load(home.releases, each).tree for each in reversed(reading.waves(home.releases))
    ]
    return [each for each in directory.everyone(accounts) if _sees(each, trees, shown)]


def _sees(account: Account, trees: list[Tree], shown: Shown) -> bool:
    if not may(account, "see_results"):
        return False
    scope = scope_of(account, trees)
    return any(scope.sees(unit_id) for unit_id in shown.unit_ids | shown.pooled)


def _stage(box: Outbox, mails: dict[str, EmailMessage]) -> None:
    if not box.folder.is_dir():
        make_folder(box.folder, 0o700)
    spool(box.folder, mails, _STAGED)
    for name in mails:
        hand_over(box.folder / f"{name}{_STAGED}")


def _compose(settings: Settings, clock: Clock, account: Account, wave: str) -> EmailMessage:
    organisation = " ".join(settings.organisation.split())
    local, _, domain = settings.sender.rpartition("@")
    mail = EmailMessage()
    mail["From"] = Address(organisation, local, domain)
    mail["To"] = account.email
    mail["Subject"] = f"The figures of {week_name(wave)} are there"
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    link = settings.dashboards_url.rstrip("/") + "/"
    text = (
        f"Hello,\n\nthe figures of {week_name(wave)} are there:\n\n{link}\n\n"
        f"They stay on that page; this mail holds none.\n\n{organisation}\n"
    )
    mail.set_content(text, cte="7bit" if text.isascii() else "8bit")
    return mail
