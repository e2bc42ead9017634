"""What a release must keep to because of the releases before it, from their files alone.

Figures of different waves speak of different answers: every count of a wave is a variable of
that wave alone, and a wave is released once, under one tree. So no later release adds a row to
an earlier wave's system, and nothing of an old wave needs to be solved again. What links waves
is people who stayed: a unit that gained or lost 1 to k-1 people must be marked as changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import UNSET

from pulse.disclosure import residues
from pulse.disclosure.residues import OTHERS
from pulse.instrument import scoring
from pulse.release import cells, manifest, reading
from pulse.release.manifest import Manifest
from pulse.terms import Tree

_Key = tuple[str, str]


def unmarked(
    releases: Path, earlier: Sequence[str], wave: str, tree: Tree, shown: set[str], k: int
) -> Iterator[str]:
    """Yield units whose headcount differs by 1 to k-1 from when last shown, and are not marked.

    A hidden group is compared with the last time it was inside the same pool. Of waves pressed
    earlier the last one of an earlier week counts, and the next of a later one.

    Args:
        releases: the home's folder of releases.
        earlier: waves released before this one; only as many are read as it takes.
        wave: the wave looked at.
        tree: its tree.
        shown: the units that it shows, by ordinary items.
        k: the fewest people behind any figure.

    Raises:
        BadRelease: an earlier release does not match its hashes.
    """
    now = {unit.unit_id: unit for unit in tree.units}
    wanted: dict[_Key, int] = {
        (unit_id, owner): now[unit_id].invited for unit_id, owner in _figures(tree, shown)
    }
    found: set[str] = set()
    before = sorted((each for each in earlier if each < wave), reverse=True)
    after = sorted(each for each in earlier if each > wave)
    for series in (before, after):
        missing = dict(wanted)
        for each in series:
            if not missing:
                break
            for key, invited in _then(releases, each, missing):
                if 0 < abs(missing.pop(key) - invited) < k and not now[key[0]].changed:
                    found.add(key[0])
    yield from sorted(found)


def same_ballots(releases: Path, earlier: Iterable[str], described: Manifest) -> Iterator[str]:
    """Yield the waves of `earlier` whose ballots are those of the release `described`.

    Every wave has a key list of its own, and the hash over the tokens names the wave.

    Raises:
        BadRelease: an earlier manifest cannot be read.
    """
    for wave in sorted(set(earlier) - {described.wave}):
        other = manifest.decode(reading.read_file(releases / wave / manifest.NAME))
        if other.keys == described.keys or other.tokens == described.tokens != "":
            yield wave


def reworded(releases: Path, earlier: Iterable[str], described: Manifest) -> Iterator[str]:
    """Yield the items of an own survey that stood for something else in a release of before.

    Raises:
        BadRelease: an earlier manifest cannot be read.
    """
    if described.survey is UNSET:
        return
    now = described.survey.items
    found: set[str] = set()
    for wave in set(earlier) - {described.wave}:
        other = manifest.decode(reading.read_file(releases / wave / manifest.NAME)).survey
        then = {} if other is UNSET else other.items
        for item in now.keys() & then.keys():
            if (now[item].text, scoring(now[item])) != (then[item].text, scoring(then[item])):
                found.add(item)
    yield from sorted(found)


def _figures(tree: Tree, shown: set[str]) -> Iterator[_Key]:
    """Yield each shown unit, and each hidden group with the shown unit whose pool it is in."""
    yield from ((unit_id, "") for unit_id in shown)
    for owner, groups in residues.pools_due(tree, shown).items():
        yield from ((group.unit_id, owner) for group in groups)


def _then(releases: Path, wave: str, wanted: dict[_Key, int]) -> list[tuple[_Key, int]]:
    release = reading.load(releases, wave)
    sizes = {unit.unit_id: unit.invited for unit in release.tree.units}
    if not any(unit_id in sizes for unit_id, _ in wanted):
        return []
    table = cells.read(release.folder / cells.NAME).select("unit_id", "kind", "status")
    shown = {
        unit_id
        for unit_id, kind, status in table.unique().iter_rows()
        if (kind, status) == ("unit", "published") and not unit_id.endswith(OTHERS)
    }
    return [(key, sizes[key[0]]) for key in _figures(release.tree, shown) if key in wanted]
