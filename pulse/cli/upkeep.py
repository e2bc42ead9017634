"""`pulse backup`, `restore`, `upgrade` and `doctor`: keeping an installation."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from pulse.cli import text
from pulse.cli.frame import Command, Run, pass_run, progress
from pulse.store import marks
from pulse.store.databases import accounts_engine, state_engine

if TYPE_CHECKING:
    from pulse.upkeep.finding import Check
    from pulse.upkeep.restore import Restored
    from pulse.upkeep.upgrade import Upgraded

_ORDER: Final = {"ok": 0, "warn": 1, "fail": 2}


@click.command(cls=Command, epilog="Example: pulse backup /mnt/safe/pulse-2026-03-06.tar.gz")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_run
def backup(run: Run, file: Path) -> None:
    """Write a backup of the home to FILE, beside whatever runs.

    In it: roster, weeks, accounts, settings without addresses, releases with their ledger, and
    what the weeks published. Never in it: stores, keys and mails of any week. It is not
    encrypted, and it holds names: keep it as you keep the home.
    """
    from pulse.upkeep.backup import backup as take

    with progress() as bar:
        taken = take(
            run.home,
            state_engine(run.home, run.settings),
            accounts_engine(run.home, run.settings),
            run.clock,
            file.absolute(),
            bar,
        )
    marks.note(run.home, run.clock, "backup")
    run.say(taken)


@click.command(cls=Command, epilog="Example: pulse restore pulse-2026-03-06.tar.gz --home new-home")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_run
def restore(run: Run, file: Path) -> None:
    """Make a new home from the backup in FILE, or nothing at all.

    Weeks that were not released are lost and never asked again; the next opens as usual. API
    tokens and one-time passwords that were not used yet do not come back.
    """
    from pulse.upkeep.restore import restore as make

    with progress() as bar:
        restored = make(run.home, file, progress=bar)
    run.say(restored, _told(restored))


@click.command(cls=Command, epilog="Example: pulse upgrade --check")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if there is something to do.")
@pass_run
def upgrade(run: Run, *, check: bool) -> None:
    """Bring the databases of the home to this version of Pulse.

    A backup goes to `backups` in the home first. Stop what serves the home before. After an
    interruption, run it again. At the end it works out what staff read of the four scales.
    """
    from pulse.upkeep.telling import tell_apart
    from pulse.upkeep.upgrade import look, upgrade_home

    state = state_engine(run.home, run.settings)
    accounts = accounts_engine(run.home, run.settings)
    if check:
        found = look(state, accounts)
        run.say(found, _steps(found))
        if not found.current:
            raise click.exceptions.Exit(1)
        return
    with progress() as bar:
        done = upgrade_home(run.home, run.clock, state, accounts, bar)
    run.say(done, _steps(done))
    if why := tell_apart(run.home):
        run.note(f"Staff see no figures of the four scales yet: {why}. Mend that and run it again.")


@click.command(cls=Command)
@pass_run
def doctor(run: Run) -> None:
    """Look the home over and say what must be mended.

    Files and modes, databases, releases, disk, clock and settings. Exits 1 when something must
    be mended; nothing is changed.
    """
    from pulse.upkeep.doctor import examine, healthy

    checks = examine(run.home, run.settings, run.clock)
    ok = healthy(checks)
    document = {"ok": ok, "checks": checks}
    run.say(msgspec.to_builtins(document), _table(checks))
    if not ok:
        raise click.exceptions.Exit(1)


def _table(checks: "tuple[Check, ...]") -> str:
    """Write a line for each look, what must be mended last, where it is read."""
    told: dict[Check, list[str]] = {}  # what is said of several places is said once
    for each in sorted(checks, key=lambda each: _ORDER[each.status]):
        told.setdefault(msgspec.structs.replace(each, where=""), []).append(each.where)
    lines = []
    for each, places in told.items():
        named = ", ".join(place for place in places if place)
        where = f" ({named})" if named and each.status != "ok" else ""
        lines += textwrap.wrap(
            f"{each.status:<4}  {each.check:<13} {each.message}{where}",
            width=80, subsequent_indent=" " * 20, break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    bad = sum(each.status == "fail" for each in checks)
    return "\n".join([*lines, f"{bad} to be mended." if bad else "Nothing has to be mended."])


def _steps(found: "Upgraded") -> str:
    lines = [
        f"{name}: {step.origin} is the newest"
        if step.origin == step.to
        else f"{name}: {step.origin} → {step.to}"
        for name, step in (("state", found.state), ("accounts", found.accounts))
    ]
    if found.backup:
        lines.append(f"The home as it was: {found.backup}")
    elif not found.current:
        lines.append("`pulse upgrade` brings them there.")
    return "\n".join(lines)


def _told(restored: "Restored") -> str:
    words = [text.facts(restored), ""]
    if restored.lost:
        words.append(
            f"{', '.join(restored.lost)}: not released, and lost. Its links answer that it closed."
        )
    words.append(
        "Accounts are as they were when the backup was taken: look through `pulse leaders list` "
        "for people who\nhave left since. Compare the ledger's head with the one written down."
    )
    words.append(
        "No backup holds the mail server or what is in `channels/`: until both are set again, "
        "mails wait\nin the outbox and reach nobody. `pulse mail test` tells."
    )
    if restored.passwords_to_reset:
        words.append("`pulse leaders reset` gives those above a new one-time password.")
    if restored.council_keys_ended:
        words.append(
            "The council makes new keys (`pulse council keys`) before the next week opens."
        )
    return "\n".join(words)
