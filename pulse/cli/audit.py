"""`pulse audit`: check every release and the ledger from the files alone."""

import click

from pulse.cli.frame import Command, Run, pass_run, progress


@click.command(cls=Command)
@pass_run
def audit(run: Run) -> None:
    """Check every release and the ledger from the files alone.

    Hashes, chain, residues, rules and what figures tell together are computed again from what
    was written. Exits 1 when it finds anything, or cannot come to a clear end.
    """
    from pulse.disclosure.audit import audit_home

    _ = run.settings
    with progress() as told:
        report = audit_home(run.home.releases, told)
    run.say(report)
    if not report.ok:
        raise click.exceptions.Exit(1)
