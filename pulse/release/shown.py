"""When each unit was last shown, and as part of which series."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pulse.release import reading
from pulse.terms import Tree


class Shown(NamedTuple):
    """A released wave with the units (`unit_ids`) whose last showing it was."""

    wave: str
    tree: Tree
    unit_ids: frozenset[str]


def last_shown(releases: Path, unit_ids: Iterable[str]) -> list[Shown]:
    """Return, newest first, the waves in which any of `unit_ids` was last published.

    Raises:
        BadRelease: the ledger or a release does not match its hashes.
    """
    wanted = set(unit_ids)
    found: list[Shown] = []
    for wave in reversed(reading.waves(releases)):
        if not wanted:
            break
        from pulse.release import cells  # polars, which a first wave does not need

        release = reading.load(releases, wave)
        table = cells.read(release.folder / cells.NAME)
        rows = table.select("unit_id", "kind", "status").unique().iter_rows()
        published = {unit for unit, kind, status in rows if (kind, status) == ("unit", "published")}
        if wanted & published:
            found.append(Shown(wave, release.tree, frozenset(wanted & published)))
        wanted -= published
    return found
