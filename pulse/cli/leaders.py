"""`pulse leaders`: accounts of leaders, HR, auditors and administrators."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from pulse.accounts import accesslog, directory, factor, leadersfile, letters, links, tokens
from pulse.accounts.passwords import PasswordWorker
from pulse.cli.frame import Command, Group, Run, pass_run, progress
from pulse.errors import Refused
from pulse.roster import headcounts


@click.group(cls=Group)
def leaders() -> None:
    """Accounts of leaders, HR, auditors and administrators."""


@contextmanager
def hashing() -> Iterator[Callable[[str], str]]:
    """Give a function that hashes one password after the other."""
    worker = PasswordWorker()
    try:
        yield lambda password: worker.hash(password).result()
    finally:
        worker.close()


@leaders.command(
    name="import",
    cls=Command,
    epilog=(
        "LEADERS.csv  email,role,unit_id   roles: leader, hr, auditor, admin;\n"
        "                                  only a leader has a unit, with all below it\n"
        "Example: pulse leaders import leaders.csv --invite"
    ),
)
@click.argument("file", metavar="LEADERS", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--invite", is_flag=True,
    help="Also write a mail with a link to everybody in LEADERS who has not signed in yet.",
)  # fmt: skip
@pass_run
def import_(run: Run, file: Path, *, invite: bool) -> None:
    """Make or change the accounts in LEADERS; prints new one-time passwords."""
    units = {unit.unit_id for unit in headcounts(run.state)}
    with hashing() as hashed, progress() as bar:
        accounts = leadersfile.import_leaders(
            run.accounts, run.clock, hashed, file, known_units=units or None, progress=bar
        )
    if not invite:
        run.say({"accounts": accounts})
    else:
        invited = _invite(run, {account.email for account in accounts})
        run.say({"accounts": accounts, "invited": invited})
        run.note("The links work once, within seven days; run this again for another.")
    if not invite and any(account.one_time_password for account in accounts):
        run.note("Hand each password over in person; it is changed at the first sign-in.")


def _invite(run: Run, emails: Collection[str]) -> list[str]:
    """Write a mail to each of these who has not chosen a password yet; return their addresses."""
    if run.settings.local_passwords == "off":
        raise Refused(
            "The accounts are made; nobody was invited, because people sign in through your "
            "provider. Tell them the address of the leaders' pages.",
            where="local_passwords",
        )
    waiting = [
        account
        for account in directory.everyone(run.accounts)
        if account.must_change and account.email in emails
    ]
    for each in waiting:
        secret = links.invite(run.accounts, run.clock, each.email)
        letters.send(
            run.home, run.settings, run.clock, each.email, "invitation", secret, role=each.role
        )
    return [each.email for each in waiting]


@leaders.command(name="list", cls=Command)
@pass_run
def list_(run: Run) -> None:
    """List all accounts by address."""
    second = factor.having(run.accounts)
    rows = [
        {
            "email": account.email,
            "role": account.role,
            "unit_id": account.unit_id,
            "first_login_pending": account.must_change,
            "second_factor": account.account_id in second,
        }
        for account in directory.everyone(run.accounts)
    ]
    run.say({"accounts": rows})


@leaders.command(cls=Command)
@click.argument("email")
@click.option(
    "--second-factor", is_flag=True,
    help="Also take the second factor away: phone and recovery codes are lost.",
)  # fmt: skip
@pass_run
def reset(run: Run, email: str, *, second_factor: bool) -> None:
    """Give EMAIL a new one-time password; its sessions end at once."""
    with hashing() as hashed:
        account = directory.reset(run.accounts, hashed, email)
    found = directory.find(run.accounts, email)
    if second_factor and found is not None:
        factor.remove(run.accounts, found[0].account_id)
        accesslog.note(run.accounts, run.clock, found[0], "factor off", "by the operator")
    run.say(msgspec.to_builtins(account))


@leaders.command(cls=Command)
@click.argument("email")
@pass_run
def remove(run: Run, email: str) -> None:
    """Remove the account of EMAIL; what it saw stays in the access log."""
    directory.remove(run.accounts, email)
    run.say({"removed": email})


@leaders.command(cls=Command)
@click.argument("email")
@pass_run
def token(run: Run, email: str) -> None:
    """Make an API token for EMAIL; the one before is revoked."""
    run.say(tokens.issue(run.accounts, run.clock, email))
