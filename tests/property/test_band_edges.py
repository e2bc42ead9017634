"""P20: whatever depends on how many answered depends on the printed band and on nothing finer."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pulse.closing.results import compose
from pulse.disclosure import rounding
from pulse.disclosure.groups import form_groups
from pulse.release.press import press
from pulse.release.protected import ProtectedCounts
from pulse.terms import TOP, RosterUnit
from tests.property.worlds import INSTRUMENT, ITEMS, WAVE, World, about, protected, worlds

Rule = Callable[[World], ProtectedCounts]


def frame(release: ProtectedCounts) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return of each row all that is no answer: band, step, which figures it has."""
    return {
        (cell.unit_id, cell.measure): (
            cell.status, cell.at_least, cell.invited, cell.step,
            cell.favourable is None, cell.neutral is None, cell.no_answer is None,
        )
        for cell in release.cells
    }  # fmt: skip


def bands(world: World) -> dict[str, int]:
    """Return the band of every unit, counted anew from the ballots."""
    fewest = {
        unit.unit_id: min(sum(row[1 : TOP + 1]) for row in world.counts.table[unit.unit_id])
        for unit in world.tree.units
        if unit.group
    }
    parents = {unit.unit_id: unit.parent_id for unit in world.tree.units}
    n = dict.fromkeys(parents, 0)
    for group, answers in fewest.items():
        above: str | None = group
        while above is not None:
            n[above] += answers
            above = parents[above]
    return {u.unit_id: rounding.band(n[u.unit_id], u.invited) for u in world.tree.units}


def one_more(world: World, group: str) -> World:
    """Let one more person of a group take part."""
    return World(world.roster, world.tree, (*world.ballots, (group, (3,) * len(ITEMS))))


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[World, World]:
    """Draw two worlds that one more ballot parts, in no band of a unit or a pool."""
    world = draw(worlds(least=20))
    free = [
        unit.unit_id
        for unit in world.tree.units
        if unit.group and sum(g == unit.unit_id for g, _ in world.ballots) < unit.invited
    ]
    assume(free)
    other = one_more(world, draw(st.sampled_from(free)))
    assume(bands(world) == bands(other))
    return world, other


def same_frame(rule: Rule, world: World, other: World) -> bool:
    """Tell whether two releases that show the same units with the same bands have one frame."""
    one, two = rule(world), rule(other)
    if one.published != two.published or _printed(one) != _printed(two):
        return True
    return frame(one) == frame(two)


def _printed(release: ProtectedCounts) -> dict[str, int | None]:
    return {cell.unit_id: cell.at_least for cell in release.cells}


@settings(max_examples=30, deadline=None)
@given(neighbours())
def test_nothing_but_the_band_decides(pair: tuple[World, World]) -> None:
    """One more ballot inside all bands changes no step, no threshold and no participation."""
    assert same_frame(protected, *pair)


def test_a_threshold_on_n_itself_is_caught() -> None:
    """The twin: shares from 22 people on, inside a band, tell 21 answers from 22."""

    def from_22(world: World) -> ProtectedCounts:
        release = protected(world)
        n = {unit: sum(rows[0][1 : TOP + 1]) for unit, rows in world.counts.table.items()}
        kept = tuple(
            cell if n.get(cell.unit_id, 0) >= 22 else msgspec.structs.replace(cell, favourable=None)
            for cell in release.cells
        )
        return msgspec.structs.replace(release, cells=kept)

    world = _team_of(21)
    assert same_frame(protected, world, one_more(world, "org"))
    assert not same_frame(from_22, world, one_more(world, "org"))


def _team_of(n: int) -> World:
    roster = (RosterUnit("org", None, "Organisation", 30),)
    given_ = tuple(("org", (1 + i % 5,) * len(ITEMS)) for i in range(n))
    return World(roster, form_groups(roster, 8, None, 5), given_)


def counts_told(files: Mapping[str, bytes]) -> set[str]:
    """Name what a release's files tell as a number of people, but for those invited.

    The tallies of the whole wave are public; everything else must be a band's edge.
    """
    manifest = msgspec.json.decode(files["manifest.json"])
    told = set(_numbers(manifest, "manifest"))
    told = {name for name in told if not name.startswith(("manifest.policy.", "manifest.tallies."))}
    told |= set(_numbers(msgspec.json.decode(files["tree.json"]), "tree"))
    results = msgspec.json.decode(files["results.json"])
    told |= {f"results: {text}" for text in _sentences(results) if _finer(text)}
    return told - {"manifest.v", "manifest.form", "tree.units.invited"}


def _numbers(value: object, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from _numbers(inside, f"{name}.{key}")
    elif isinstance(value, list):
        for inside in value:
            yield from _numbers(inside, name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name


def _sentences(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from _sentences(inside)
    elif isinstance(value, str):
        yield value


def _finer(text: str) -> bool:
    said = [(int(b), int(h)) for b, h in re.findall(r"(\d+) of (\d+) people answered", text)]
    return any(b % 5 or b > h - 2 for b, h in said)


def pressed(world: World, release: ProtectedCounts) -> dict[str, bytes]:
    """Return the files of a release."""
    results = compose(release, world.tree, INSTRUMENT, "Example Ltd", "")
    with TemporaryDirectory() as folder:
        press(Path(folder), release, world.tree, about(world), results, check=lambda _: [])
        return {path.name: path.read_bytes() for path in Path(folder, WAVE).iterdir()}


@settings(max_examples=10, deadline=None)
@given(worlds())
def test_no_file_counts_the_answers_of_a_part(world: World) -> None:
    """Beside the tallies of the whole wave, files and sentences say bands and invited people."""
    assert counts_told(pressed(world, protected(world))) == set()


def test_a_count_in_a_sentence_is_caught() -> None:
    """The twin: "at least 21 of 30" is finer than a band, and so is a tally of a part."""
    world = _team_of(21)
    release = protected(world)
    cells = tuple(msgspec.structs.replace(cell, at_least=21) for cell in release.cells)
    files = pressed(world, msgspec.structs.replace(release, cells=cells))
    assert counts_told(files) == {"results: At least 21 of 30 people answered."}
    manifest = msgspec.json.decode(files["manifest.json"]) | {"ballots": {"org": 21}}
    files = pressed(world, release) | {"manifest.json": msgspec.json.encode(manifest)}
    assert counts_told(files) == {"manifest.ballots.org"}
