"""Print how often "did it help" misses where nothing helped, and how often it sees what did.

    python -m tests.bench.helped          # about fifteen minutes; exit 1 where the bar is missed
    python -m tests.bench.helped 50       # fewer organisations a row

The bar: where the practice does nothing, the 95 % interval misses in at most .07 of organisations,
for levels that stand and that wander, and however it came to be begun; 2,000 organisations each.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from typing import Final, get_args

from tests.bench.helped.judging import BAR, Judged, judged, ours, own_weeks_alone, together
from tests.bench.helped.worlds import Begun, Level, Scenario

COUNT: Final = 500
SIZES: Final = ((12, 1), (12, 3), (40, 1), (40, 5))  # teams, of them with the practice
FEW: Final = (5, 1)  # too few to compare with
EFFECT: Final = 0.4
HEAD: Final = "level | begun | teams | with it"
KINDS: Final = tuple(product(get_args(Level), get_args(Begun)))


def main(arguments: list[str]) -> int:
    """Print both tables; return the exit code."""
    count = int(arguments[0]) if arguments else COUNT
    wrong = []
    _print(f"{HEAD} | missed | by the twin | median width | told news")
    for level, begun in KINDS:
        rows = [Scenario(*size, level, begun) for size in SIZES]
        with ProcessPoolExecutor() as pool:
            found = list(pool.map(partial(judged, count=count, answer=ours), rows))
            twin = list(pool.map(partial(judged, count=count, answer=own_weeks_alone), rows))
        for row, one, other in zip(rows, found, twin, strict=True):
            missed = f"{_missed(one)} | {_missed(other)}"
            _print(f"{_named(row)} | {missed} | {one.width:.0f} | {_news(one)}")
        both = together(found), together(twin)
        name = f"{level} | {begun} | all"
        _print(f"{name} | {4 * count} organisations | {_missed(both[0])} | {_missed(both[1])}")
        if both[0].missed > BAR:
            wrong.append(name)
    _print(f"{HEAD} | missed | helped | no difference | lower | cannot tell")
    for (level, begun), size in product(KINDS, SIZES):
        _print(_seen(judged(Scenario(*size, level, begun, EFFECT), max(1, count // 4), ours)))
    _print(_seen(judged(Scenario(*FEW, "wanders", "any week"), max(1, count // 4), ours)))
    _print(f"short of the bar: {'; '.join(wrong) or 'nothing'}")
    return 1 if wrong else 0


def _seen(found: Judged) -> str:
    keys = ("helped", "no_difference", "lower", "cannot_tell")
    shares = " | ".join(f"{found.keys.get(key, 0.0):.2f}" for key in keys)
    return f"{_named(found.scenario)} | {found.missed:.3f} | {shares}"


def _missed(found: Judged) -> str:
    return f"{found.missed:.3f} ± {1.96 * found.error:.3f}"


def _news(found: Judged) -> str:
    return f"{found.keys.get('helped', 0.0) + found.keys.get('lower', 0.0):.3f}"


def _named(scenario: Scenario) -> str:
    return f"{scenario.level} | {scenario.begun} | {scenario.teams} | {scenario.users}"


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
