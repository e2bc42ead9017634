"""Print the coverage of intervals from released rows, 10,000 groups a row of the table.

python -m tests.bench.coverage            # about three minutes; exit 1 where the bar is missed
python -m tests.bench.coverage 2000       # fewer groups
"""

import sys
from typing import Final

from tests.bench.coverage import blocks
from tests.bench.coverage.judging import ours, short_of, table, told
from tests.bench.coverage.lines import held
from tests.bench.coverage.worlds import worlds

UNITS: Final = 10_000
GROUPS: Final = (10, 20, 40, 100)


def main(arguments: list[str]) -> int:
    """Print a table for each size of organisation; return the exit code."""
    units = int(arguments[0]) if arguments else UNITS
    wrong = []
    sys.stdout.write("groups | band | units | level | everybody | width | width | of exact\n")
    for groups in GROUPS:
        rows = table(told(worlds(groups, units, seed=groups), ours))
        for row in rows:
            sys.stdout.write(
                f"{groups} | {row.band} | {row.groups} | {row.level:.3f} | {row.everybody:.3f} | "
                f"{row.width:.2f} | {row.team_width:.2f} | {row.ratio:.2f}\n"
            )
        wrong += [f"{groups} groups, {text}" for text in short_of(rows)]
    for weeks in (8, 12, 26, 52):
        share = held(weeks, max(10, units // 200))
        sys.stdout.write(f"80 % band of lines of {weeks} weeks: {share:.3f}\n")
        if not 0.78 <= share <= 0.82:
            wrong.append(f"lines of {weeks} weeks {share:.3f}")
    for groups, weeks in ((10, 8), (40, 8), (40, 28)):
        told_ = blocks.held(groups, max(2, units // 250), weeks)
        shares = ", ".join(f"{name} {share:.3f}" for name, share in told_.items())
        sys.stdout.write(f"blocks of {groups} groups after {weeks} weeks: {shares}\n")
        if told_["all"] < 0.935 or told_["outermost 5 %"] < 0.90:
            wrong.append(f"blocks of {groups} groups after {weeks} weeks")
    sys.stdout.write(f"short of the bar: {'; '.join(wrong) or 'nothing'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
