"""`pulse serve`: all apps of an installation, one process each."""

import os
from typing import Final

import click

from pulse.cli import processes
from pulse.cli.frame import Command, Run, pass_run
from pulse.cli.processes import EVERYWHERE, Listener, Worker
from pulse.errors import Refused
from pulse.settings import is_loopback

APPS: Final = {
    "staff": "pulse.app:create_app",
    "dashboards": "dashboards.app:create_app",
    "admin": "pulse.admin.app:create_app",
}
# The two halves of the staff app, each in a process that never loads the other's code.
HALVES: Final = {
    "issuer": "pulse.app:create_issuer",
    "ballotbox": "pulse.app:create_ballotbox",
}
LOOPBACK: Final = "127.0.0.1"
TICKER: Final = Worker("tick", ("tick", "--every", "60"))
PORT: Final = click.IntRange(0, 65535)


@click.command(cls=Command, epilog="Example: pulse serve --host 10.0.0.5 --port 8000")
@click.option(
    "--only",
    type=click.Choice(["staff", *HALVES, "dashboards", "admin"]),
    help="Serve one app instead of all.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=PORT, default=8000, show_default=True, help="Port of the staff pages.")
@click.option(
    "--dashboards-port", type=PORT, default=8001, show_default=True, help="Leaders' port."
)
@click.option("--admin-port", type=PORT, default=8002, show_default=True, help="Admin's port.")
@click.option(
    "--admin-host", metavar="HOST", default=LOOPBACK, show_default=True,
    help="Private address of the administrators' pages.",
)  # fmt: skip
@click.option("--tick", is_flag=True, help="Also do what is due, once a minute (pulse tick).")
@pass_run
def serve(
    run: Run,
    only: str | None,
    host: str,
    port: int,
    dashboards_port: int,
    admin_port: int,
    admin_host: str,
    *,
    tick: bool,
) -> None:
    """Serve staff, leaders and administrators until told to stop.

    Prints one line for each address once it answers. Ctrl-C or SIGTERM ends it; requests under
    way are answered first. Issuer (with the pages) and ballot box can run apart, each with
    --only; a proxy then sends /ballot to the second. The administrators' pages stay on this
    machine, whatever --host says, unless --admin-host names a private address.
    """
    settings = run.settings
    if settings.env == "test" and not (is_loopback(host) and is_loopback(admin_host)):
        raise Refused("A home with env = test is served on loopback only.", where="--host")
    if admin_host in EVERYWHERE:
        raise Refused(
            "The administrators' pages hold everybody's name: give one private address, not all "
            "of this machine's.",
            where="--admin-host",
        )
    listeners = [
        Listener("staff", APPS["staff"], host, port),
        Listener("dashboards", APPS["dashboards"], host, dashboards_port),
        Listener("admin", APPS["admin"], admin_host, admin_port),
    ]
    if only in HALVES:
        listeners = [Listener(only, HALVES[only], host, port)]
    listeners = [one for one in listeners if only in {None, one.name}]
    _refuse_other_schemas(run, only)
    if only in {None, "staff", "issuer"}:
        _tell_staff(run)
    if not is_loopback(host) and is_loopback(admin_host) and only in {None, "admin"}:
        run.note("The administrators' pages stay on this machine; see --admin-host.")
    if not is_loopback(admin_host) and only in {None, "admin"}:
        run.note(f"The administrators' pages answer at {admin_host}: keep that address private.")
    if not tick and settings.cadence != "off" and only is None:
        run.note("Nothing opens or closes weeks here: add --tick, or run `pulse tick --every 60`.")
    run.note(f"Links in invitations point to {settings.base_url}.")
    with (
        processes.until_stopped(),
        processes.serving(listeners, environ_of(run), (TICKER,) if tick else ()) as served,
    ):
        show(run, served)
        processes.watch(served)
    run.note("Stopped.")


def _refuse_other_schemas(run: Run, only: str | None) -> None:
    """Open the databases that the apps read; those of a single room may be out of its reach."""
    if only in {None, "admin"}:
        _ = run.state
    if only in {None, "dashboards", "admin"}:
        _ = run.accounts


def _tell_staff(run: Run) -> None:
    """Bring what staff read of the scales up to the newest release and this version."""
    from pulse.upkeep.telling import tell_apart

    if why := tell_apart(run.home):
        run.note(
            f"Staff see no figures of the four scales for now: {why}. `pulse upgrade`, run as the "
            "user that state/ belongs to, works them out."
        )


def environ_of(run: Run) -> dict[str, str]:
    """Return the environment of the children: this one's, with the home by its full path."""
    return {**os.environ, "PULSE_HOME": str(run.home.path)}


def show(run: Run, served: list[processes.Served]) -> None:
    """Print where each app answers, a line each or one document."""
    addresses = {one.name: one.address for one in served if one.address}
    width = max(map(len, addresses))
    run.say(
        {"addresses": addresses},
        "\n".join(f"{name:<{width}}  {address}" for name, address in addresses.items()),
    )
