"""`pulse roster`: people and units."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import msgspec

from pulse import wave as waves
from pulse.cli.frame import Command, Group, Run, pass_run
from pulse.disclosure.groups import form_groups, marked, merges
from pulse.errors import TooSmall
from pulse.instrument import load as load_survey
from pulse.instrument.locales import statuses
from pulse.roster import import_roster, language_notes, read_files
from pulse.store import treefile
from pulse.terms import RosterUnit, Tree

FILE: click.Path = click.Path(dir_okay=False, path_type=Path)


class Merged(msgspec.Struct, frozen=True):
    """A unit that has no figures of its own, and the group it stands in."""

    unit_id: str
    into: str


@click.group(cls=Group)
def roster() -> None:
    """People and units: who is invited, and where they sit."""


@roster.command(
    name="import",
    cls=Command,
    epilog=(
        "UNITS.csv   unit_id,parent_id,name[,leaders]; the root has no parent_id;\n"
        "            leaders: yes where the people directly in a unit lead others\n"
        "PEOPLE.csv  person_id,email,unit_id[,locale][,timezone]\n"
        "Example: pulse roster import units.csv people.csv --dry-run"
    ),
)
@click.argument("units", type=FILE)
@click.argument("people", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@pass_run
def import_(run: Run, units: Path, people: Path, *, dry_run: bool) -> None:
    """Replace the roster by UNITS and PEOPLE, all or nothing."""
    files = read_files(units, people)
    tree = next_tree(run, files.headcounts())
    imported = import_roster(run.state, files, dry_run=dry_run)
    merged = [] if tree is None else [Merged(unit, into) for unit, into in merges(tree)]
    led = [] if tree is None else marked(tree, files.headcounts(), run.settings.k)
    notes = language_notes(files.people, run.settings, statuses(load_survey()))
    run.say(
        {
            "units": imported.units,
            "people": imported.people,
            "groups": 0 if tree is None else sum(unit.group for unit in tree.units),
            "merged": merged,
            "joined": imported.joined,
            "left": imported.left,
            "moved": imported.moved,
            "leaders": led,
            "notes": notes,
        }
    )
    for note in notes:
        run.note(note)
    for each in led:
        if each.why:
            run.note(
                f"{each.unit_id} is marked as made of leaders, but {each.why}: it is asked "
                "nothing that only leaders are asked."
            )
    if dry_run:
        run.note("Nothing was changed: this was a dry run.")


def next_tree(run: Run, units: Sequence[RosterUnit]) -> Tree | None:
    """Return the groups that a wave would have with these units; None if none can be opened."""
    settings = run.settings
    try:
        return form_groups(units, settings.smallest_group, _sticky(run), settings.k)
    except TooSmall as error:
        run.note(f"No wave can be opened with this roster. {error.message}")
        return None


def _sticky(run: Run) -> Mapping[str, str] | None:
    """Return the groups of the last wave: they stay while they are large enough."""
    last = waves.last_asked(run.state)
    return None if last is None else treefile.read(run.home.trees / f"{last.wave}.json").groups
