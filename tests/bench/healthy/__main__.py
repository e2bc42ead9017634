"""Print how many healthy organisations are told news, and how soon a fall of one group is seen.

    python -m tests.bench.healthy         # about fifteen minutes; exit 1 where the bar is missed
    python -m tests.bench.healthy 20      # fewer organisations

In an organisation in which nothing changes every flag is false, so q = .10 allows any flag at all
in one week of ten. So is every "higher than the organisation" where all groups answer alike.
"""

import sys
from collections import Counter
from typing import Final

from pulse.statistics.scales import Scales
from tests.bench.healthy.judging import (
    Flags,
    alarmed,
    beside_the_whole,
    changed,
    every_interval,
    every_limit,
    every_reliable_change,
    own_baseline,
)
from tests.bench.healthy.years import BETWEEN, until, year

ORGANISATIONS: Final = 100
GROUPS: Final = 40
WEEKS: Final = (16, 20, 24, 28, 36)
METHODS: Final = (alarmed, changed, every_limit, every_reliable_change, own_baseline)
OURS: Final = (alarmed, changed)
ALIKE: Final = (beside_the_whole, every_interval)
FEW: Final = 12  # groups, too few to be read together
FALLS: Final = (0.4, 0.8)  # points on 1-5 of one group, from the 25th week on
FROM: Final = 24


def healthy(organisations: int) -> bool:
    """Print the shares of organisations with any flag; tell whether ours hold."""
    sys.stdout.write(f"with any flag | {' | '.join(f'week {weeks}' for weeks in WEEKS)} | all\n")
    found = shares(organisations, METHODS, GROUPS)
    alike = [shares(organisations, ALIKE, groups, between=0.0) for groups in (GROUPS, FEW)]
    return all(
        told[method] <= 0.10
        for told in (found, *alike)
        for method in (*OURS, ALIKE[0])
        if method in told
    )


def shares(
    organisations: int, methods: tuple[Flags, ...], groups: int, between: float = BETWEEN
) -> dict[Flags, float]:
    """Print and return the share of organisations with any flag, by week and method."""
    found: Counter[tuple[Flags, int]] = Counter()
    for seed in range(organisations):
        whole = year(groups, max(WEEKS), seed, between=between)
        for weeks in WEEKS:
            scales = Scales(until(whole, weeks))
            found.update((method, weeks) for method in methods if method(scales))
    told = {}
    for method in methods:
        own = [found[method, weeks] / organisations for weeks in WEEKS]
        told[method] = sum(own) / len(own)
        cells = " | ".join(f"{share:.2f}" for share in own)
        name = f"{getattr(method, '__name__', '')}, {groups} groups"
        sys.stdout.write(f"{name} | {cells} | {told[method]:.3f}\n")
    return told


def seen(organisations: int) -> None:
    """Print how often a group whose energy falls is flagged 4 and 8 weeks later."""
    for fall in FALLS:
        found: Counter[tuple[str, int]] = Counter()
        for seed in range(organisations):

            def falls(group: int, scale: str, week: int, by: float = fall) -> float:
                return -by if (group, scale) == (0, "energy") and week >= FROM else 0.0

            whole = year(GROUPS, FROM + 8, seed, falls)
            for weeks in (4, 8):
                scales = Scales(until(whole, FROM + weeks))
                for method in OURS:
                    found[getattr(method, "__name__", ""), weeks] += ("g000", "energy") in method(
                        scales
                    )
        told = ", ".join(
            f"{name} after {weeks} weeks {count / organisations:.2f}"
            for (name, weeks), count in sorted(found.items())
        )
        sys.stdout.write(f"a fall of {fall} in one of {GROUPS} groups: {told}\n")


def main(arguments: list[str]) -> int:
    """Print both; return the exit code."""
    organisations = int(arguments[0]) if arguments else ORGANISATIONS
    holds = healthy(organisations)
    seen(organisations // 2)
    sys.stdout.write(f"short of the bar: {'nothing' if holds else 'false news'}\n")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
