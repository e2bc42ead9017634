"""`pulse leaders`: accounts of leaders, HR, auditors and administrators."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from pulse.accounts import directory, leadersfile, tokens
from pulse.accounts.passwords import PasswordWorker
from pulse.cli.frame import Command, Group, Run, pass_run, progress
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
        "Example: pulse leaders import leaders.csv"
    ),
)
@click.argument("file", metavar="LEADERS", type=click.Path(dir_okay=False, path_type=Path))
@pass_run
def import_(run: Run, file: Path) -> None:
    """Make or change the accounts in LEADERS; prints new one-time passwords."""
    units = {unit.unit_id for unit in headcounts(run.state)}
    with hashing() as hashed, progress() as bar:
        accounts = leadersfile.import_leaders(
            run.accounts, run.clock, hashed, file, known_units=units or None, progress=bar
        )
    run.say({"accounts": accounts})
    if any(account.one_time_password for account in accounts):
        run.note("Hand each password over in person; it is changed at the first sign-in.")


@leaders.command(name="list", cls=Command)
@pass_run
def list_(run: Run) -> None:
    """List all accounts by address."""
    rows = [
        {
            "email": account.email,
            "role": account.role,
            "unit_id": account.unit_id,
            "first_login_pending": account.must_change,
        }
        for account in directory.everyone(run.accounts)
    ]
    run.say({"accounts": rows})


@leaders.command(cls=Command)
@click.argument("email")
@pass_run
def reset(run: Run, email: str) -> None:
    """Give EMAIL a new one-time password; its sessions end at once."""
    with hashing() as hashed:
        account = directory.reset(run.accounts, hashed, email)
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
