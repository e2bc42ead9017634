"""`pulse attack`: try to work out single people from everything that was ever published."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from pulse.cli import processes, text
from pulse.cli.frame import Command, Run, pass_run, progress
from pulse.errors import Refused

if TYPE_CHECKING:
    from pulse.attack.suite import Outcome, Report

EVERY: Final = "all"
HEAD: Final = """\
{count} attacks on {releases} releases of this home, and on a twin of {people} invented people
over {waves} weeks, released once by Pulse and once as products do that only hide small groups.

Groups of fewer than k = {k} people that each attack works out:
"""
PROVEN: Final = """\
Pulse gave no attack a group. The same attacks took {groups} groups from the other publication of
the same answers, so they do work. --explain tells each in plain words.
In {seconds:.0f} s, seed {seed}. Nothing in this home was changed."""


@click.command(
    cls=Command,
    epilog="Example: pulse attack\nExample: pulse attack --explain windows",
)
@click.option("--seed", default="council", show_default=True, help="Another seed, another twin.")
@click.option(
    "--waves", type=click.IntRange(4, 52), default=12, show_default=True, help="Weeks of the twin."
)
@click.option(
    "--explain",
    is_flag=False,
    flag_value=EVERY,
    default="",
    metavar="[NAME]",
    help="Tell in plain words how an attack works and why it fails here; attacks nothing.",
)
@pass_run
def attack(run: Run, seed: str, waves: int, explain: str) -> None:
    """Try to work out single people from everything that was ever published.

    Exits 1 when an attack finds a group of fewer than k people in what Pulse publishes, or finds
    nothing where there is something to find. This home is only read, also while it is served.
    """
    if explain:
        run.say(*_explained(explain))
        return
    report: Report | None = None
    settings = run.settings
    with processes.until_stopped(), progress() as bar:
        from pulse.attack import suite

        report = suite.run(run.home, settings, waves=waves, seed=seed, progress=bar)
    if report is None:
        raise Refused("It was stopped. Nothing in this home was changed; run it again.")
    run.say(report, _words(report))
    if not report.ok:
        raise click.exceptions.Exit(1)


def _explained(name: str) -> tuple[dict[str, str], str]:
    from pulse.attack.attacks import ATTACKS
    from pulse.attack.suite import explanation

    chosen = {
        module.NAME: explanation(module) for module in ATTACKS if name in {EVERY, module.NAME}
    }
    if not chosen:
        names = ", ".join(module.NAME for module in ATTACKS)
        raise Refused(f"There is no such attack; choose one of {names}.", where=name)
    return chosen, "\n\n".join(f"{each}\n{words}" for each, words in chosen.items())


def _words(report: "Report") -> str:
    head = HEAD.format(
        count=len(report.attacks), releases=report.releases, people=report.people,
        waves=report.waves, k=report.k,
    )  # fmt: skip
    columns = ("attack", "Pulse", "only hiding", "people", "guess right")
    table = text.table(columns, [_row(outcome) for outcome in report.attacks])
    end = "\n".join(report.findings) or PROVEN.format(
        groups=sum(outcome.naive.groups for outcome in report.attacks),
        seconds=report.seconds, seed=report.seed,
    )  # fmt: skip
    return f"{head}\n{table}\n\n{end}"


def _row(outcome: "Outcome") -> Sequence[str]:
    ours, naive = outcome.ours, outcome.naive
    guess = "" if ours.guess is None else f"{ours.guess:.0%}, blindly {ours.blind or 0:.0%}"
    return outcome.name, str(ours.groups), str(naive.groups), str(naive.people), guess
