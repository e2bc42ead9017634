"""Attacks real waves and broken ones, many times: `python -m tests.attack.linkability --seeds N`.

Prints how many of forty people the best of all guesses pairs, with what luck would pair.
"""

import argparse
import contextlib
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import mean

from tests.attack.linkability.chance import ALPHA, pooled
from tests.attack.linkability.conditions import ANSWER, CONDITIONS, SEALED, TOKEN, Pair, Trial
from tests.attack.linkability.crowd import Crowd
from tests.attack.linkability.pairing import Score
from tests.attack.linkability.people import PEOPLE
from tests.attack.linkability.server_twins import ON_SERVERS
from tests.attack.linkability.twins import (
    ON_FILES,
    Derived,
    Leaving,
    Unpadded,
    derived_nonce,
)
from tests.attack.linkability.wave import RealWave
from tests.postgres import Cluster

PAIRS = (TOKEN, SEALED, ANSWER)
Make = Callable[[Path, Crowd], Leaving]


def main() -> int:
    """Attack as the command line says; 1 if a real wave lost more than it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(1, parser.parse_args().seeds + 1)
    _broken(seeds)
    wrong = [_real(seeds, backend) for backend in ("SQLite", "PostgreSQL")]
    return int(any(wrong))


def _broken(seeds: Sequence[int]) -> None:
    _say(f"| broken twin | gives away | pairs found of {PEOPLE}, mean (least) |", "|---|---|---|")
    with _server() as cluster:
        twins: list[tuple[str, type[Leaving], Make, Callable[[Path, int], Crowd]]] = [
            *((twin.__name__, twin, twin, Crowd) for twin in ON_FILES),
            *((one.__name__, one, partial(one, cluster=cluster), Crowd) for one in ON_SERVERS),
            ("Derived", Derived, Derived, partial(Crowd, nonce=derived_nonce)),
            ("Unpadded", Unpadded, Unpadded, partial(Crowd, padded=False)),
        ]
        for name, kind, make, gather in twins:
            found = [_lost(make, gather, seed, kind) for seed in seeds]
            _say(f"| {name} | {' - '.join(kind.gives)} | {mean(found):.1f} ({min(found)}) |")


def _lost(
    make: Make, gather: Callable[[Path, int], Crowd], seed: int, kind: type[Leaving]
) -> int:  # fmt: skip
    with tempfile.TemporaryDirectory() as booth, tempfile.TemporaryDirectory() as folder:
        crowd = gather(Path(booth), seed)
        twin = make(Path(folder), crowd)
        crowd.live(twin)
        return crowd.attacked(twin, noted=kind.noted)[kind.gives].best


def _real(seeds: Sequence[int], backend: str) -> bool:
    """Print one table of a backend; tell whether anything was linked that should not be."""
    scores: defaultdict[str, list[dict[Pair, Score]]] = defaultdict(list)
    for seed in seeds:
        for name, pairs in _lived(seed, backend).items():
            scores[name].append(pairs)
    expected = {one.name: one.expected(postgres=backend != "SQLite") for one in CONDITIONS}
    titles = " | ".join(f"{left} - {right}" for left, right in PAIRS)
    _say("", f"| {backend}: the attacker has | {titles} |", "|---|---|---|---|")
    wrong = False
    for name, rounds in scores.items():
        cells = []
        for pair in PAIRS:
            told, linked = _judged([each[pair] for each in rounds])
            wrong |= linked != (pair in expected[name])
            cells.append(told)
        _say(f"| {name} | {' | '.join(cells)} |")
    return wrong


def _judged(rounds: Sequence[Score]) -> tuple[str, bool]:
    """Return a cell of the table, and whether any method found more than luck over all rounds."""
    best, limit = [each.best for each in rounds], max(each.limit for each in rounds)
    sums: Counter[str] = Counter()
    for each in rounds:
        sums.update(each.hits)
    everywhere = [name for name in sums if all(name in each.hits for each in rounds)]
    least = min(pooled(sums[name], len(rounds)) for name in everywhere) * len(everywhere)
    alike = min(each.likeness for each in rounds) * len(rounds) < ALPHA
    linked = max(best) >= limit or least < ALPHA or alike
    if linked:
        return f"**{mean(best):.1f}** ({min(best)} to {max(best)})", True
    lucky = mean(each.luck for each in rounds)
    return f"{mean(best):.1f} (luck {lucky:.1f}; p = {min(least, 1.0):.2g})", False


def _lived(seed: int, backend: str) -> dict[str, dict[Pair, Score]]:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        cluster = stack.enter_context(_server()) if backend == "PostgreSQL" else None
        wave = RealWave(Path(folder), seed, cluster)
        wave.live()
        return Trial(wave).scores()


@contextlib.contextmanager
def _server() -> Iterator[Cluster]:
    cluster = Cluster.throw_away()
    try:
        yield cluster
    finally:
        cluster.remove()


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
