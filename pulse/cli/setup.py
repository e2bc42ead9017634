"""`pulse init` makes a home; `pulse config` shows what it runs with."""

from typing import Final

import click
import msgspec

from pulse.accounts import directory
from pulse.cli.frame import Command, Run, pass_run, progress
from pulse.cli.leaders import hashing
from pulse.disclosure.policy import policy_for, stored
from pulse.settings import DEFAULT_SUPPORT, described, load
from pulse.store.databases import shown
from pulse.store.home import make_home, unfinished

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
    """Make a home with its first administrator.

    After an interruption, run it again.
    """
    directory.check_address(email)  # before anything is made
    # One that was cut off between the home and its administrator is gone on with.
    if unfinished(run.home) or directory.everyone(run.accounts):
        with progress() as bar:
            make_home(run.home, FIRST_SETTINGS, load(run.home), bar)
    with hashing() as hashed:
        account = directory.create(run.accounts, run.clock, hashed, email=email, role="admin")
    told = {"email": account.email, "one_time_password": account.one_time_password}
    run.say({"home": str(run.home.path), "admin": told})


@click.command(cls=Command, epilog="Example: PULSE_K=10 pulse config")
@pass_run
def config(run: Run) -> None:
    """Print all settings in force, each with its meaning."""
    values = msgspec.to_builtins(run.settings)
    rows = []
    for name, meaning in described():
        table, _, key = name.rpartition(".")
        value = (values[table] if table else values)[key]
        if name.endswith("database_url"):
            value = shown(value)
        rows.append({"name": name, "value": value, "help": meaning})
    policy = policy_for(run.settings.k, run.settings.prefer)
    words = "\n".join(
        f"{row['name']} = {msgspec.json.encode(row['value']).decode()}\n    {row['help']}"
        for row in rows
    )
    told = {"label": policy.label, **stored(policy)}
    run.say(
        {"home": str(run.home.path), "settings": rows, "policy": told},
        f"{words}\n\nPolicy: {policy.label}.",
    )
