"""`pulse audit`: check every release and the ledger from the files alone."""

from typing import TYPE_CHECKING, Final

import click
import msgspec

from pulse.cli.frame import Command, Run, pass_run, progress

if TYPE_CHECKING:
    from pulse.disclosure.audit import AuditReport

NOTHING: Final = "ok: there is no release yet."
OK: Final = "ok: {releases} checked from {files} alone, nothing found."
ENDS: Final = (
    "The ledger ends in\n{head}\nWrite it down: the ledger alone cannot show that its last weeks "
    "were\ncut off, or that all of it was written anew."
)


@click.command(cls=Command)
@pass_run
def audit(run: Run) -> None:
    """Check every release and the ledger from the files alone.

    Hashes, chain, residues, rules and what figures tell together are computed again from what
    was written, and so is what staff read of the four scales. Exits 1 when it finds anything, or
    cannot come to a clear end.
    """
    from pulse.disclosure.audit import audit_home
    from pulse.release import ledger
    from pulse.upkeep.telling import NONE, finding, wanting

    _ = run.settings
    with progress() as told:
        report = audit_home(run.home.releases, told)
    if told_otherwise := finding(run.home) if report.ok else "":
        report = msgspec.structs.replace(report, ok=False, findings=(told_otherwise,))
    head = ledger.head(run.home.releases)
    run.say({**msgspec.to_builtins(report), "head": head}, _words(report, head))
    if report.ok and (why := wanting(run.home)):
        run.note(f"{NONE.format(why=why)} `pulse doctor` says what to run.")
    if not report.ok:
        raise click.exceptions.Exit(1)


def _words(report: "AuditReport", head: str) -> str:
    if not report.ok:
        count = len(report.findings)
        findings = "\n".join(f"- {finding}" for finding in report.findings)
        return f"not ok: {count} finding{'s' * (count > 1)}\n{findings}"
    if not report.releases:
        return NOTHING
    many = report.releases > 1
    told = OK.format(
        releases=f"{report.releases} releases" if many else "1 release",
        files="their files" if many else "its files",
    )
    return f"{told}\n{ENDS.format(head=head)}"
