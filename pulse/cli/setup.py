"""`pulse init` makes a home; `pulse config` shows what it runs with."""

import os
import secrets
from typing import Final

import click
import msgspec

from pulse.cli.frame import Command, Run, pass_run
from pulse.errors import Refused
from pulse.settings import DEFAULT_SUPPORT, described

FIRST_SETTINGS: Final = f"""\
# Settings of this home. `pulse config` lists them all, each with one sentence of help.
# PULSE_* variables override what stands here, for example PULSE_BASE_URL.

organisation = "Our organisation"
timezone = "UTC"
closes = "Friday 17:00"
base_url = "http://127.0.0.1:8000"
dashboards_url = "http://127.0.0.1:8001"

[support]
# What everyone reads about getting help: on the staff page, whatever they answered.
text = "{DEFAULT_SUPPORT}"
contacts = []
"""


@click.command(cls=Command, epilog="Example: pulse init --home /srv/pulse --email ada@example.org")
@click.option("--email", default="admin@localhost", help="Address of the first administrator.")
@pass_run
def init(run: Run, email: str) -> None:
    """Make a home with its first administrator."""
    from pulse.accounts import directory
    from pulse.accounts.passwords import PasswordWorker

    home = run.home
    if home.settings_file.exists():
        raise Refused("This home exists already; nothing was changed.", where=str(home.path))
    if home.path.exists() and any(home.path.iterdir()):
        raise Refused("This folder is not empty; choose a new one.", where=str(home.path))
    make_home(run, FIRST_SETTINGS)
    worker = PasswordWorker()
    try:
        account = directory.create(
            run.accounts,
            run.clock,
            lambda text: worker.hash(text).result(),
            email=email,
            role="admin",
        )
    finally:
        worker.close()
    told = {"email": account.email, "one_time_password": account.one_time_password}
    run.say({"home": str(home.path), "admin": told})


def make_home(run: Run, settings: str) -> None:
    """Make the folders, the settings file and both databases of `run.home`."""
    from pulse.store.migrate import upgrade

    run.home.make()
    part = run.home.settings_file.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(settings)
    part.replace(run.home.settings_file)


@click.command(cls=Command, epilog="Example: PULSE_K=10 pulse config")
@pass_run
def config(run: Run) -> None:
    """Print the running configuration, each setting with its meaning."""
    values = msgspec.to_builtins(run.settings)
    rows = []
    for name, meaning in described():
        table, _, key = name.rpartition(".")
        rows.append(
            {"name": name, "value": (values[table] if table else values)[key], "help": meaning}
        )
    words = "\n".join(
        f"{row['name']} = {msgspec.json.encode(row['value']).decode()}\n    {row['help']}"
        for row in rows
    )
    run.say({"home": str(run.home.path), "settings": rows}, words)
