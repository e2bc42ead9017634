"""`pulse attack`: try to work out single people from everything that was ever published."""

import textwrap
from typing import TYPE_CHECKING, Final

import click

from pulse.cli import processes
from pulse.cli.frame import Command, Run, pass_run, progress
from pulse.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse.attack.suite import Outcome, Report

EVERY: Final = "all"
WIDTH: Final = 80
HEAD: Final = (
    "{count} attacks tried to work out groups of fewer than {k} people. They were given "
    "{releases} of this home, and {waves} invented weeks of {people} people, published "
    "twice from the same answers: by Pulse, and as products do that only hide small teams. The "
    "numbers say how often a small group was worked out."
)
COLUMNS: Final = "   Pulse  only hiding  attack"
PROVEN: Final = (
    "In what Pulse publishes no small group was found. In the other publication {working} of the "
    "same {count} attacks worked some out, so they do find what there is to find. "
    "`pulse attack --explain` tells each of them in plain words, `--explain NAME` one."
)
SPARE: Final = (
    "* An organisation of this form gives this attack nothing to find; tried on an invented one of "
    "400 people, published in that other way, it does find something."
)
GUESSED: Final = (
    "How often one person's answer, who left or joined, is guessed right. Better than without any "
    "figure: that is the price of showing anything at all. The attacker knows who else answered, "
    "how people answer in general, and eight weeks; `--explain leaver` tells more."
)
OTHERS: Final = {
    1.0: "nobody else changes an answer",
    0.7: "three in ten answer anew",
}
FOOT: Final = "It took {seconds:.0f} s (seed {seed}). Nothing in this home was changed."


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
    help="Only tell, in plain words, how attacks work and why they fail here.",
)
@pass_run
def attack(run: Run, seed: str, waves: int, explain: str) -> None:
    """Try to work out small groups from all that was ever published.

    Exits 1 when an attack finds a group of fewer than k people in what Pulse publishes, or when it
    finds nothing where there is something to find. A home is only read, also while it is served.
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

    told = {each.NAME: explanation(each) for each in ATTACKS if name in {EVERY, each.NAME}}
    if not told:
        names = ", ".join(each.NAME for each in ATTACKS)
        raise Refused(f"There is no such attack; choose one of {names}.", where=name)
    return told, "\n\n\n".join(f"{each}\n{_wrapped(words)}" for each, words in told.items())


def _words(report: "Report") -> str:
    head = HEAD.format(
        count=len(report.attacks), k=report.k, releases=_releases(report.releases),
        waves=report.waves, people=report.people,
    )  # fmt: skip
    rows = [_row(outcome) for outcome in report.attacks]
    working = sum(outcome.control == "twin" for outcome in report.attacks)
    end = report.findings or (PROVEN.format(working=working, count=len(report.attacks)),)
    foot = FOOT.format(seconds=report.seconds, seed=report.seed)
    table = "\n".join((COLUMNS, *rows))
    elsewhere = [SPARE] if any(each.control == "invented" for each in report.attacks) else []
    said = (*map(_wrapped, elsewhere), *_guessed(report.attacks), *map(_wrapped, end))
    return "\n\n".join((_wrapped(head), table, *said, foot))


def _guessed(outcomes: "Sequence[Outcome]") -> "Iterator[str]":
    """Yield the table of leavers and joiners, by the size of their team."""
    from pulse.attack.attacks import leaver

    for outcome in outcomes:
        if outcome.name == leaver.NAME and outcome.ours.details:
            rows = [_guess_row("", "people", [str(n) for n in leaver.SIZES])]
            for unchanged, said in OTHERS.items():
                for where, found in (("Pulse", outcome.ours), ("only hiding", outcome.naive)):
                    right = [_percent(leaver.worst(found, n, unchanged)) for n in leaver.SIZES]
                    rows.append(_guess_row(said if where == "Pulse" else "", where, right))
            blind = [_percent(outcome.ours.blind)] * len(leaver.SIZES)
            rows.append(_guess_row("without any figure", "", blind))
            yield "\n".join((_wrapped(GUESSED), "", *rows))


def _guess_row(said: str, where: str, numbers: "Sequence[str]") -> str:
    return f"  {said:<31}{where:<11}" + "".join(f"{number:>7}" for number in numbers)


def _releases(count: int) -> str:
    words = {0: "no release (there is none yet)", 1: "the one release"}
    return words.get(count, f"the {count} releases")


def _row(outcome: "Outcome") -> str:
    heading = outcome.explanation.partition("\n")[0]
    said = f"{outcome.name}: {heading[0].lower()}{heading[1:]}{_guesses(outcome)}"
    mark = "*" if outcome.control == "invented" else " "
    numbers = f"{outcome.ours.groups:>8,}  {outcome.naive.groups:>11,}{mark} "
    return textwrap.fill(
        said, WIDTH, initial_indent=numbers, subsequent_indent=" " * len(numbers),
        break_on_hyphens=False,
    )  # fmt: skip


def _guesses(outcome: "Outcome") -> str:
    if outcome.ours.guess is None:
        return ""
    ours, naive = _percent(outcome.ours.guess), _percent(outcome.naive.guess)
    blind = _percent(outcome.ours.blind)
    return f" Best guess right: {ours} in Pulse, {naive} where only hiding, {blind} blindly."


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _wrapped(words: str) -> str:
    parts = [textwrap.fill(" ".join(part.split()), WIDTH) for part in words.split("\n\n")]
    return "\n\n".join(parts)
