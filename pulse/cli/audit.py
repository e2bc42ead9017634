"""`pulse audit`: check every release and the ledger from the files alone."""

import click

from pulse.cli.frame import Command, Run, pass_run


@click.command(cls=Command)
@pass_run
def audit(run: Run) -> None:
    """Check every release and the ledger from the files alone.

    Hashes, chain, residues and rules are computed again from what was written.
    Exits 1 when it finds anything.
    """
    from pulse.disclosure.audit import audit_home

    _ = run.settings
    report = audit_home(run.home.releases)
    run.say(report)
    if not report.ok:
        raise click.exceptions.Exit(1)
