"""The attack: every way we know of pairing one to one, tried on everything that was carried off."""

import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from random import Random
from typing import Any, Final

import msgspec

from pulse.ballotbox.seal import Opener, Peeler
from pulse.errors import Spoiled
from pulse.terms import Secret
from tests.attack.linkability import clues as finding
from tests.attack.linkability.chance import ALPHA, by_luck, correlation, luck, threshold
from tests.attack.linkability.clues import Clue
from tests.attack.linkability.people import Entity, Kind, Lineup, Truth
from tests.attack.linkability.sight import (
    KINDS,
    Needles,
    Seen,
    SeenTable,
    bytes_of,
    derived,
    known_windows,
    needles,
    runs_of,
    windows,
)

PAIRS: Final[tuple[tuple[Kind, Kind], ...]] = (
    ("people", "tokens"), ("tokens", "answers"), ("people", "answers"),
)  # fmt: skip
_ENOUGH: Final = 0.5  # of a kind: an order that speaks of fewer is no order


class Sights(msgspec.Struct, frozen=True):
    """The scanned loot: files, tables, and tables as they were after each of many commits."""

    files: Sequence[Seen]
    tables: Sequence[SeenTable]
    histories: Mapping[str, Sequence[Sequence[SeenTable]]]
    orders: Sequence[Clue] = ()  # read out of logs that no scanning understands


class Guess(msgspec.Struct, frozen=True):
    """A method, and whom it pairs with whom, one to one; `orders` are what it was made of."""

    method: str
    pairs: Mapping[int, int]
    orders: tuple[Sequence[int], Sequence[int]] | None = None


class Score(msgspec.Struct, frozen=True):
    """What an attack came to for one kind of pair.

    `best` is how many the best of `tries` different guesses got right, `limit` what luck reaches
    more rarely than one time in a million, `luck` what it reaches on average. `hits` are by
    method.

    `likeness` is how probable it is that luck makes any two orders as alike as the most alike
    two were, all of them counted, and `alike` says which two.
    """

    people: int
    best: int
    method: str
    tries: int
    hits: Mapping[str, int]
    likeness: float = 1.0
    alike: str = ""

    @property
    def limit(self) -> int:
        """The fewest hits that are no luck."""
        return threshold(self.people, self.tries)

    @property
    def luck(self) -> float:
        """What the best of as many random guesses gets right on average."""
        return luck(self.people, self.tries)

    @property
    def linked(self) -> bool:
        """Whether this is more than luck: by what is named, or by what is narrowed down."""
        return self.best >= self.limit or self.likeness < ALPHA


def attack(
    lineup: Lineup, truth: Truth, sights: Sights, wave: str, *, noted: bool
) -> dict[tuple[Kind, Kind], Score]:
    """Try everything and let the referee count.

    Args:
        lineup: what is known of people, tokens and answers.
        truth: who belongs to whom, for the count alone.
        sights: what was carried off.
        wave: the wave's id, a public word that may stand in a derivation.
        noted: whether somebody noted outside in which order people came.
    """
    known = needles(lineup)
    found = [*_clues(lineup, sights, known), *sights.orders]
    if noted:
        found.append(Clue("people", "noted outside", dict(enumerate(lineup.noted)), "time"))
    by_kind = {kind: _distinct(clue for clue in found if clue.kind == kind) for kind in KINDS}
    records = {kind: _records(kind, lineup, sights.tables, known) for kind in KINDS}
    _derive(records, lineup, wave)
    return {
        (left, right): _score(
            truth.pairs(left, right),
            (
                *_by_order(by_kind[left], by_kind[right], len(lineup.people)),
                *_by_row(left, right, sights.tables, known),
                *_by_bytes(records[left], records[right]),
            ),
        )
        for left, right in PAIRS
    }


def _clues(lineup: Lineup, sights: Sights, known: Needles) -> Iterator[Clue]:
    yield from finding.inherent(lineup)
    for seen in sights.files:
        yield from finding.offsets(seen, known)
    for table in sights.tables:
        yield from finding.columns(table, known)
    for name, states in sights.histories.items():
        yield from finding.changes(name, states, known)
    yield from finding.files(sights.files, known)


def _distinct(clues: Iterable[Clue]) -> list[tuple[Clue, list[int]]]:
    """Keep orders that speak of enough, each once, with those it speaks of in that order."""
    kept: dict[tuple[object, ...], tuple[Clue, list[int]]] = {}
    for clue in clues:
        chance = Random(clue.name)  # ties tell nothing
        ranked = sorted(clue.order, key=lambda place: (clue.order[place], chance.random()))
        if len(set(clue.order.values())) > 1 or "length" in clue.name:
            kept.setdefault((*ranked, clue.scale), (clue, ranked))
    return list(kept.values())


def _by_order(
    left: Sequence[tuple[Clue, list[int]]], right: Sequence[tuple[Clue, list[int]]], people: int
) -> Iterator[Guess]:
    enough = int(people * _ENOUGH)
    for (one, first), (other, second) in product(left, right):
        if min(len(first), len(second)) < enough:
            continue
        name = f"{one.name} ~ {other.name}"
        yield Guess(name, _ranked(first, second), (first, second))
        yield Guess(f"{name}, backwards", _ranked(first, second[::-1]))
        if one.scale and one.scale == other.scale:
            yield Guess(f"{name}, the next after", _next(one.order, other.order))
            yield Guess(f"{name}, the nearest", _nearest(one.order, other.order))


def _ranked(first: Sequence[int], second: Sequence[int]) -> dict[int, int]:
    """Pair by rank; of unequal numbers some are left out, evenly."""
    if len(first) > len(second):
        return {one: other for other, one in _ranked(second, first).items()}
    step = (len(second) - 1) / max(len(first) - 1, 1)
    return {each: second[round(rank * step)] for rank, each in enumerate(first)}


def _next(first: Mapping[int, Any], second: Mapping[int, Any]) -> dict[int, int]:
    """Pair each with the first of the others that comes after it and is not taken."""
    left, pairs = dict(second), {}
    for one in sorted(first, key=first.__getitem__):
        later = [other for other in left if left[other] >= first[one]]
        if later:
            pairs[one] = min(later, key=left.__getitem__)
            del left[pairs[one]]
    return pairs


def _nearest(first: Mapping[int, Any], second: Mapping[int, Any]) -> dict[int, int]:
    """Pair those whose numbers are nearest, the closest pairs first."""
    values = (*first.values(), *second.values())
    if not all(isinstance(value, int | float) for value in values):
        return {}
    every = sorted(
        product(first, second), key=lambda pair: abs(first[pair[0]] - second[pair[1]])
    )  # fmt: skip
    return _one_to_one(every)


def _by_row(
    left: Kind, right: Kind, tables: Iterable[SeenTable], known: Needles
) -> Iterator[Guess]:
    for seen in tables:
        together = []
        for found in seen.found:
            row = finding.who(found, known)
            if len(row[left]) == 1 == len(row[right]):
                together.append((min(row[left]), min(row[right])))
        if together:
            yield Guess(f"rows of {seen.table.name} that name both", _one_to_one(together))


def _records(
    kind: Kind, lineup: Lineup, tables: Iterable[SeenTable], known: Needles
) -> list[set[bytes]]:
    """Return every run of eight bytes that goes with each of a kind: known, or in its rows."""
    runs = [known_windows(entity) for entity in lineup.of(kind)]
    for seen in tables:
        for row, found in zip(seen.table.rows, seen.found, strict=True):
            places = finding.who(found, known)[kind] if found else ()
            for place in places if len(places) == 1 else ():
                for cell in row:
                    runs[place] |= windows(bytes_of(cell))
    return runs


def _derive(records: Mapping[Kind, list[set[bytes]]], lineup: Lineup, wave: str) -> None:
    """Add to people whatever of the others' could be derived from their links."""
    others = set().union(*records["tokens"], *records["answers"])
    for place, entity in enumerate(lineup.people):
        for made in derived(entity.known[1], wave):
            records["people"][place] |= others.intersection(runs_of(made))


def _by_bytes(first: Sequence[set[bytes]], second: Sequence[set[bytes]]) -> Iterator[Guess]:
    """Pair those who alone share runs of bytes."""
    owners: tuple[defaultdict[bytes, set[int]], ...] = (defaultdict(set), defaultdict(set))
    for side, runs in zip(owners, (first, second), strict=True):
        for place, each in enumerate(runs):
            for run in each:
                side[run].add(place)
    shared = Counter(
        (min(one), min(owners[1][run]))
        for run, one in owners[0].items()
        if len(one) == 1 == len(owners[1].get(run, ()))
    )
    yield Guess("equal bytes", _one_to_one(pair for pair, _ in shared.most_common()))


def _one_to_one(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    kept: dict[int, int] = {}
    taken: set[int] = set()
    for one, other in pairs:
        if one not in kept and other not in taken:
            kept[one] = other
            taken.add(other)
    return kept


def _score(truth: Mapping[int, int], guesses: Iterable[Guess]) -> Score:
    hits: dict[str, int] = {}
    alike: list[tuple[int, float, str]] = []
    different = set()
    for guess in guesses:
        if guess.orders is not None:
            alike.append((*_likeness(truth, *guess.orders), guess.method))
        right = sum(truth[one] == other for one, other in guess.pairs.items())
        hits[guess.method] = max(right, hits.get(guess.method, 0))
        different.add(tuple(sorted(guess.pairs.items())))
    method = max(hits, key=hits.__getitem__)
    # Of orders that speak of equally many, the most alike are the least probable.
    most = {both: (rho, name) for both, rho, name in sorted(alike)}
    by_chance = [(by_luck(both, rho), name) for both, (rho, name) in most.items()]
    least, name = min(by_chance, default=(1.0, ""))
    likeness = min(1.0, least * len(alike))
    return Score(len(truth), hits[method], method, len(different), hits, likeness, name)


def _likeness(
    truth: Mapping[int, int], first: Sequence[int], second: Sequence[int]
) -> tuple[int, float]:
    """Return how many stand in both orders, and how alike these are for them (0 to 1)."""
    here = set(second)
    both = [one for one in first if truth[one] in here]
    if len(both) < len(truth) * _ENOUGH:
        return len(truth), 0.0
    there = {truth[one] for one in both}
    rank = {other: place for place, other in enumerate(each for each in second if each in there)}
    return len(both), abs(correlation([rank[truth[one]] for one in both]))


def opened(
    lineup: Lineup, keys: Sequence[tuple[str, bytes]], inners: Sequence[bytes], ctx: bytes
) -> Lineup:
    """Return what is known once every box was tried with every opening key.

    Args:
        lineup: what was known before.
        keys: private scalars, each with the layer it is for ("outer" or "inner").
        inners: inner boxes that were carried off without their tokens.
        ctx: the public context of the group's tokens.
    """
    tokens, answers = list(lineup.tokens), list(lineup.answers)
    found: list[tuple[bytes, Entity]] = [(inner, Entity((inner,))) for inner in inners]
    for layer, key in keys:
        for place, (msg, box) in enumerate(lineup.ballots) if layer == "outer" else ():
            with contextlib.suppress(Spoiled):
                inner = Peeler(Secret(key)).peel(msg, box)
                tokens[place] = _more(tokens[place], Entity((inner,)))
                found.append((inner, tokens[place]))
    for layer, key in keys:
        for inner, whose in found if layer == "inner" else ():
            with contextlib.suppress(Spoiled):
                plain = Opener(Secret(key)).open(ctx, inner)
                place = next(n for n, entity in enumerate(answers) if entity.known[0] == plain)
                answers[place] = _more(answers[place], whose)
    return msgspec.structs.replace(lineup, tokens=tuple(tokens), answers=tuple(answers))


def _more(entity: Entity, other: Entity) -> Entity:
    return msgspec.structs.replace(entity, known=(*entity.known, *other.known))
