"""Print the coverage of intervals from released rows, 10,000 groups a row of the table.

python -m tests.bench.coverage            # about six minutes; exit 1 where the bar is missed
python -m tests.bench.coverage 2000       # fewer groups
"""

import sys
from typing import Final

from tests.bench.coverage.agreement import tiles_apart, wholes_apart
from tests.bench.coverage.blocks import blocks, misses, shares
from tests.bench.coverage.judging import ours, short_of, table, told
from tests.bench.coverage.lines import held
from tests.bench.coverage.worlds import worlds

UNITS: Final = 10_000
GROUPS: Final = (10, 20, 40, 100)


def main(arguments: list[str]) -> int:
    """Print a table for each size of organisation; return the exit code."""
    units = int(arguments[0]) if arguments else UNITS
    wrong = []
    sys.stdout.write(
        "groups | band | units | level | everybody | width | width | of exact | of exact\n"
    )
    for groups in GROUPS:
        rows = table(told(worlds(groups, units, seed=groups), ours))
        for row in rows:
            sys.stdout.write(
                f"{groups} | {row.band} | {row.groups} | {row.level:.3f} | {row.everybody:.3f} | "
                f"{row.width:.2f} | {row.team_width:.2f} | {row.ratio:.2f} | {row.team_ratio:.2f}\n"
            )
        wrong += [f"{groups} groups, {text}" for text in short_of(rows)]
    for weeks in (8, 12, 26, 52):
        share = held(weeks, max(10, units // 200))
        sys.stdout.write(f"80 % band of lines of {weeks} weeks: {share:.3f}\n")
        if not 0.78 <= share <= 0.82:
            wrong.append(f"lines of {weeks} weeks {share:.3f}")
    for groups, weeks in ((10, 8), (40, 8), (40, 28)):
        own = shares(blocks(groups, max(4, units // (4 * groups)), weeks))
        sys.stdout.write(
            "".join(
                f"blocks of {groups} groups after {weeks} weeks | {row.band} | {row.blocks} | "
                f"{row.everybody:.3f} | {row.level:.3f}\n"
                for row in own
            )
        )
        wrong += [f"blocks of {groups} groups after {weeks} weeks, {text}" for text in misses(own)]
    few = max(2, units // 1000)
    for name, apart in (("tiles", tiles_apart(40, 16, few)), ("wholes", wholes_apart(42, 8, few))):
        sys.stdout.write(
            f"{name} apart: {apart.figure / apart.of:.3f} of {apart.of}, "
            f"of levels {apart.twin / apart.of:.3f}\n"
        )
    sys.stdout.write(f"short of the bar: {'; '.join(wrong) or 'nothing'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
