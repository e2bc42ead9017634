"""`pulse council`: the second holder of the opening keys, on a machine of their own.

All of it but `import` needs no home, no database and no network.
"""

from pathlib import Path

import click

from pulse.cli.frame import Command, Group, Run, pass_run

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)
_MOST = 520  # ten years of weeks
_KEY = click.option("--key", required=True, type=_FILE, help="The council's key file F.")


@click.group(cls=Group)
def council() -> None:
    """The second key: made, kept and used by others, elsewhere.

    Without it nobody opens an answer before the week is closed. The operator runs
    `import`; everything else is the council's.
    """


@council.command(cls=Command, epilog="Example: pulse council keys --waves 26 --out council.keys")
@click.option(
    "--waves", required=True, type=click.IntRange(1, _MOST), help="How many weeks they are for."
)
@click.option("--out", required=True, type=_NEW, help="The key file F; F.pub comes beside it.")
@pass_run
def keys(run: Run, waves: int, out: Path) -> None:
    """Make keys for the coming weeks, and try each of them.

    F stays with the council, F.pub goes to the operator. A lost F is a lost week: keep
    a copy as safe as F itself.
    """
    from pulse.ballotbox.pairs import make

    made = make(out, waves)
    run.say(made)
    run.note(f"Give {made.public} to the operator; its eight words must be the same at import.")


@council.command(name="import", cls=Command, epilog="Example: pulse council import council.pub")
@click.argument("public", metavar="F.pub", type=_FILE)
@pass_run
def import_(run: Run, public: Path) -> None:
    """Take the public halves of a council's keys.

    They are for the weeks that open next, each for one.
    """
    from pulse.council import import_halves

    taken = import_halves(run.home, run.state, public)
    run.say(taken)
    if run.settings.holder != "council":
        run.note('They are used once the setting holder is "council".')


@council.command(
    cls=Command, epilog="Example: pulse council check keys-3f….json --key council.keys"
)
@click.argument("key_list", metavar="KEYS", type=_FILE)
@_KEY
@pass_run
def check(run: Run, key_list: Path, key: Path) -> None:
    """Say whether a week's key list carries the council's key.

    The list is what the staff site serves under /w/. Its eight words are those in
    everybody's mail.
    """
    from pulse.ballotbox.holder import check as check_list

    run.say(check_list(key_list, key))


@council.command(
    cls=Command,
    epilog="Example: pulse council peel 2026-W09.box --key council.keys --out 2026-W09.p",
)
@click.argument("box", metavar="BOX", type=_FILE)
@_KEY
@click.option("--out", required=True, type=_NEW, help="Where P goes.")
@click.option("--groups", type=_FILE, help="The list of groups (else the one beside BOX).")
@pass_run
def peel(run: Run, box: Path, key: Path, out: Path, groups: Path | None) -> None:
    """Take the outer layer off a closed week's ballots.

    BOX and the file of the same name that ends in .groups come from the operator, who gets P.
    """
    from pulse.ballotbox.holder import peel_box

    peeled = peel_box(box, key, out, groups)
    run.say(peeled)
    run.note(
        f"Give {out} back. Once the report of the released week names the same `peeled`: "
        f"pulse council forget --key {key} --confirm {peeled.peeled}"
    )


@council.command(
    cls=Command, epilog="Example: pulse council forget --key council.keys --wave 2026-W09"
)
@_KEY
@click.option("--confirm", metavar="HASH", help="`peeled` of the released week's report.")
@click.option("--wave", metavar="W", help="A week that was cancelled, lost or never peeled.")
@pass_run
def forget(run: Run, key: Path, confirm: str | None, wave: str | None) -> None:
    """Destroy the key of a week that is over. Nobody can open its ballots any more."""
    from pulse.ballotbox.holder import forget as forget_key

    if bool(confirm) == bool(wave):
        raise click.UsageError("Say either --confirm HASH or --wave W.")
    run.say(forget_key(key, confirm=confirm or "", wave=wave or ""))
