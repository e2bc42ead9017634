"""You said, we try: what is being tried, by practice and department, never by person.

A team's practice is told under its department, without the team's name: whoever reads it works
there or does not need to know.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from pulse.errors import BadRelease
from pulse.practices.published import Tried
from pulse.store import treefile
from pulse.web.told import Results


class Effort(msgspec.Struct, frozen=True):
    """One practice in one shown unit: by itself, or by `teams` of it, since a day."""

    practice: str
    title: str
    unit: str
    teams: int
    since: dt.date


def efforts(
    results: Results, tried: Sequence[Tried], above: Mapping[str, str]
) -> tuple[Effort, ...]:
    """Return what is tried in the organisation and its shown departments, newest first.

    `above` maps each unit to its department; what lies in a department that is not shown is left
    out.
    """
    names = {results.unit_id: results.organisation}
    names |= {unit.unit_id: unit.name for unit in results.units}
    found: dict[tuple[str, str, str, bool], list[Tried]] = {}
    for each in tried:
        unit = each.unit_id if each.unit_id in names else above.get(each.unit_id, "")
        if unit in names:
            found.setdefault((each.practice, each.title, unit, unit != each.unit_id), []).append(
                each
            )
    newest = sorted(found.items(), key=lambda pair: max(t.since for t in pair[1]), reverse=True)
    return tuple(
        Effort(
            practice, title, names[unit], len(rows) if inside else 0, min(row.since for row in rows)
        )
        for (practice, title, unit, inside), rows in newest
    )


def departments(tree: Path) -> dict[str, str]:
    """Map each unit of a released tree to the unit right below the root that it lies in."""
    try:
        read = treefile.read(tree)
    except (OSError, BadRelease):
        return {}
    inside: dict[str, str] = {}
    for unit in read.units:  # parents stand before their children
        parent = unit.parent_id
        if parent is not None:
            inside[unit.unit_id] = inside.get(parent, unit.unit_id)
    # A merged group holds units that are in the tree themselves, such as the one above it.
    known = {unit.unit_id for unit in read.units}
    merged = {
        member.unit_id: inside[unit.unit_id]
        for unit in read.units
        for member in unit.members
        if unit.unit_id in inside and member.unit_id not in known
    }
    return {**merged, **inside}
