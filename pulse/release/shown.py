"""When each unit was last shown, by itself or inside a pool."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pulse.release import reading
from pulse.terms import Tree


class Shown(NamedTuple):
    """A released wave with the units whose last showing it was.

    `unit_ids` were published themselves; `pooled` are groups that were shown inside a pool, for
    the last time inside that one.
    """

    wave: str
    tree: Tree
    unit_ids: frozenset[str]
    pooled: frozenset[str] = frozenset()


def last_shown(releases: Path) -> list[Shown]:
    """Return, newest first, the waves in which any unit was last shown.

    Raises:
        BadRelease: the ledger or a release does not match its hashes.
    """
    return _nearest(releases, reversed(reading.waves(releases)))


def shown_in(releases: Path, wave: str) -> Shown | None:
    """Return what one wave shows, None where it shows nothing.

    Raises:
        BadRelease: the ledger does not name it, or it does not match its hashes.
    """
    return next(iter(_nearest(releases, (wave,))), None)


def shown_around(releases: Path, wave: str) -> tuple[list[Shown], list[Shown]]:
    """Return the waves in which any unit was last shown before `wave`, and first after it.

    Raises:
        BadRelease: the ledger or a release does not match its hashes.
    """
    waves = reading.waves(releases)
    before = [each for each in reversed(waves) if each < wave]
    return _nearest(releases, before), _nearest(releases, (each for each in waves if each > wave))


def _nearest(releases: Path, waves: Iterable[str]) -> list[Shown]:
    """Return those of `waves`, nearest first, that show anything for the first time."""
    seen: set[str] = set()
    seen_inside: set[tuple[str, str]] = set()
    found: list[Shown] = []
    for wave in waves:
        from pulse.release import cells  # polars, which a first wave does not need

        release = reading.load(releases, wave)
        table = cells.read(release.folder / cells.NAME)
        rows = table.select("unit_id", "kind", "status").unique().iter_rows()
        published = {(kind, unit) for unit, kind, status in rows if status == "published"}
        units = {unit for kind, unit in published if kind == "unit"}
        inside = {
            (group, owner)
            for group, owner in _owners(release.tree, units).items()
            if ("pool", f"{owner}:others") in published
        }
        now, pooled = units - seen, {group for group, _ in inside - seen_inside}
        if now or pooled:
            found.append(Shown(wave, release.tree, frozenset(now), frozenset(pooled)))
        seen |= units
        seen_inside |= inside
    return found


def _owners(tree: Tree, shown: set[str]) -> dict[str, str]:
    """Map each hidden group to the nearest shown unit above it."""
    nearest: dict[str, str] = {}
    owners: dict[str, str] = {}
    for unit in tree.units:  # parents stand before their children
        above = nearest.get(unit.parent_id or "", "")
        nearest[unit.unit_id] = unit.unit_id if unit.unit_id in shown else above
        if unit.group and unit.unit_id not in shown and above:
            owners[unit.unit_id] = above
    return owners
