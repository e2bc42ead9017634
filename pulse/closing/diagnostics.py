"""What a close says of the organisation as a whole: how answers vary, hold and go together.

Taken from the opened answers, because a release cannot give it: correlations and drivers from
sums inside groups (what teams have in common is no relation between two statements), reliability
from those of everybody.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from pulse.disclosure.diagnostics import Diagnostics, printed
from pulse.disclosure.policy import Policy
from pulse.instrument import Instrument
from pulse.statistics import drivers, reliability
from pulse.statistics.matrices import Matrix
from pulse.statistics.reliability import Moments
from pulse.tabulation import Joint, Pair, Sums, join, sigma2
from pulse.terms import Counts, Tree

RELIABLE_FROM: Final = 3  # items of a scale asked in one week
OUTCOME: Final = "energy"  # its anchor is what the week's other answers may go together with
PREDICTORS: Final = 2  # at least; one is a correlation


def diagnose(
    groups: Sequence[int],
    answers: bytes | bytearray,
    counts: Counts,
    tree: Tree,
    policy: Policy,
    instrument: Instrument,
) -> Diagnostics:
    """Return every diagnostic of a wave as computed; of a small organisation none.

    Args:
        groups: the group number of each opened ballot.
        answers: its answers, `len(counts.items)` bytes each.
        counts: the same answers counted.
        tree: the wave's frozen tree.
        policy: the policy in force.
        instrument: tells scales, reversal, leader items and which scales are reflective.
    """
    units = sum(unit.group for unit in tree.units)
    if tree.root.invited < policy.diagnostics_from or units < policy.diagnostics_groups:
        return Diagnostics({})
    lead = [item for item in counts.items if instrument.items[item].leader]
    # A pack's statement is in no scale: its variance is told, and nothing together with others.
    asked = [
        item for name in counts.items if name not in lead and (item := instrument.items[name]).scale
    ]
    scales: dict[str, dict[str, bool]] = {}
    for item in asked:
        scales.setdefault(item.scale, {})[item.id] = item.reverse
    joint = join(groups, answers, counts.items, scales)
    spread = sigma2(counts, tree, lead)
    values = {f"sigma2:{item}": value for item, value in spread.items()}
    if joint.people:
        within = fitted(correlations(joint, [item.id for item in asked]))
        values |= within
        values |= dict(_reliability(joint, len(groups) / units, scales, instrument))
        values |= dict(_drivers(within, [item.id for item in asked], instrument))
    return Diagnostics(values, joint.people)


def correlations(joint: Joint, items: Sequence[str]) -> dict[str, float]:
    """Return the correlation of each pair of items inside groups, answers as given.

    Pooled within groups, sum over g of C_g - S_g S_g' / n_g, of the people who answered both;
    0 where one of the two does not vary.
    """
    found = {}
    for pair in combinations(items, 2):
        xx, yy, xy = map(sum, zip(*map(_within, joint.pairs[pair]), strict=True))
        both = math.sqrt(xx * yy)
        found["corr:" + ":".join(pair)] = xy / both if both else 0.0
    return found


def fitted(within: Mapping[str, float]) -> dict[str, float]:
    """Return the nearest correlations that belong together; the same where these do.

    Where many skip, each pair is of other people, and no answers at all need correlate like that.
    """
    pairs = [tuple(measure.split(":")[1:]) for measure in within]
    order = {item: at for at, item in enumerate(dict.fromkeys(i for pair in pairs for i in pair))}
    matrix = [[float(i == j) for j in order.values()] for i in order.values()]
    for (one, other), value in zip(pairs, within.values(), strict=True):
        matrix[order[one]][order[other]] = matrix[order[other]][order[one]] = value
    near = reliability.nearest_correlation(matrix)
    return {
        measure: near[order[one]][order[other]]
        for measure, (one, other) in zip(within, pairs, strict=True)
    }


def _within(pair: Pair) -> tuple[float, float, float]:
    """Return a group's squares of both items and their product, about its own means."""
    if not pair.n:
        return 0.0, 0.0, 0.0
    return (
        (pair.n * pair.xx - pair.x * pair.x) / pair.n,
        (pair.n * pair.yy - pair.y * pair.y) / pair.n,
        (pair.n * pair.xy - pair.x * pair.y) / pair.n,
    )


def _reliability(
    joint: Joint,
    size: float,
    scales: Mapping[str, Mapping[str, bool]],
    instrument: Instrument,
) -> Iterator[tuple[str, float]]:
    """Yield alpha and omega where a reflective scale is asked with three items, and both ICC.

    `size` is ballots by groups, both public.
    """
    for scale, own in sorted(scales.items()):
        if len(own) >= RELIABLE_FROM and instrument.scales[scale].model == "reflective":
            matrix = _covariance(joint, own)
            yield f"alpha:{scale}", reliability.alpha(matrix)
            yield f"omega:{scale}", reliability.omega(matrix)
        spread = reliability.spread(_moments(joint.scores[scale], joint.unit[scale]))
        single = reliability.icc1(spread)
        yield f"icc1:{scale}", single
        # Of what is printed, so that it says nothing that icc1 does not.
        yield f"icc2:{scale}", reliability.stepped_up(printed(f"icc1:{scale}", single), size)


def _moments(scores: Sequence[Sums], unit: int) -> list[Moments]:
    return [Moments(n, total / unit, squares / unit**2) for n, total, squares in scores]


def _covariance(joint: Joint, own: Mapping[str, bool]) -> Matrix:
    """Return the covariances of a scale's items over everybody, pairwise, after reversal."""
    signs = {item: -1.0 if reverse else 1.0 for item, reverse in own.items()}
    order = {item: at for at, item in enumerate(dict.fromkeys(i for i, _ in joint.pairs))}
    return [
        [
            signs[one] * signs[other]
            * _covaries(joint.pairs[(one, other) if order[one] <= order[other] else (other, one)])
            for other in own
        ]
        for one in own
    ]  # fmt: skip


def _covaries(groups: Sequence[Pair]) -> float:
    n, x, y, _, _, xy = map(sum, zip(*groups, strict=True))
    return (n * xy - x * y) / (n * max(1, n - 1))


def _drivers(
    within: Mapping[str, float], items: Sequence[str], instrument: Instrument
) -> Iterator[tuple[str, float]]:
    """Yield how much of the outcome's variance goes together with each item of another scale.

    From the correlations as they are printed, so that these rows say nothing that those do not.
    """
    outcome = next((i for i in instrument.anchors if instrument.items[i].scale == OUTCOME), "")
    others = [item for item in items if instrument.items[item].scale != OUTCOME]
    if outcome not in items or len(others) < PREDICTORS:
        return
    asked = [outcome, *others]
    matrix = [[_shown(within, one, other) for other in asked] for one in asked]
    yield f"r2:{outcome}", drivers.explained(matrix, 0)
    for item, weight in zip(others, drivers.relative_weights(matrix, 0), strict=True):
        yield f"driver:{outcome}:{item}", weight


def _shown(within: Mapping[str, float], one: str, other: str) -> float:
    if one == other:
        return 1.0
    measure = next(m for m in (f"corr:{one}:{other}", f"corr:{other}:{one}") if m in within)
    return printed(measure, within[measure])
