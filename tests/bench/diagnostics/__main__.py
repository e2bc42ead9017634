"""`python -m tests.bench.diagnostics --cases 2000`: how many honest releases the audit refuses."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final, NamedTuple

from pulse.closing.diagnostics import diagnose
from pulse.disclosure import audited_diagnostics
from pulse.disclosure.policy import policy_for
from pulse.disclosure.protect import protect
from pulse.instrument import Instrument, load
from pulse.release.cell import Cell
from pulse.release.manifest import Manifest, Tallies
from pulse.tabulation import count_columns
from pulse.terms import TOP, Tree, Unit

SURVEY: Final = load()
POLICY: Final = policy_for(5)
WEEK: Final = "2026-W09"

Answers = tuple[int, ...]
Style = Callable[[Random, int], Answers]


class Wave(NamedTuple):
    """An organisation's tree, the items asked, and each person's group and answers."""

    where: Tree
    items: tuple[str, ...]
    people: tuple[tuple[int, Answers], ...]


def tree(groups: int, invited: int) -> Tree:
    """Return a root with groups of one size."""
    leaves = [
        Unit(f"t{g}", "org", "T", invited, group=True, g=f"{g:05d}") for g in range(1, groups + 1)
    ]
    root = Unit("org", None, "Org", groups * invited, group=False)
    return Tree("t", (root, *leaves), {unit.unit_id: unit.unit_id for unit in leaves})


def _moods(dice: Random, items: int) -> Answers:
    own = dice.gauss(0, 0.8)
    return tuple(min(TOP, max(1, round(3.3 + own + dice.gauss(0, 0.7)))) for _ in range(items))


def _copied(dice: Random, items: int) -> Answers:
    """Answer all but the last item alike, that one the other way."""
    one = dice.randint(1, TOP)
    return (*(one for _ in range(items - 1)), TOP + 1 - one)


def _chance(dice: Random, items: int) -> Answers:
    return tuple(dice.randint(1, TOP) for _ in range(items))


def _ends(dice: Random, items: int) -> Answers:
    return tuple(dice.choice((1, TOP)) for _ in range(items))


def _one_mind(dice: Random, items: int) -> Answers:
    """Answer 4 like everybody, hardly ever anything else."""
    return tuple(4 if dice.random() < 0.995 else 2 for _ in range(items))


def _nearly_copied(dice: Random, items: int) -> Answers:
    one = dice.randint(1, TOP)
    near = (min(TOP, max(1, one + dice.choice((-1, 0, 0, 0, 1)))) for _ in range(items))
    return tuple(near)


def _two_only(dice: Random, items: int) -> Answers:
    """Answer two items, against each other, and skip the rest: no two pairs are of one person."""
    one, other = dice.sample(range(items), 2)
    first = dice.choice((1, TOP))
    return tuple(
        first if at == one else TOP + 1 - first if at == other else 0 for at in range(items)
    )


STYLES: Final[Mapping[str, Style]] = {
    "moods": _moods, "copied": _copied, "nearly copied": _nearly_copied, "chance": _chance,
    "ends": _ends, "one mind": _one_mind, "two only": _two_only,
}  # fmt: skip
SKIPS: Final = (0.0, 0.01, 0.1, 0.4)


def case(seed: int, style: str | None = None) -> Wave:
    """Draw a wave of 10 to 16 groups, one to three ways to answer in it, and how many skip."""
    dice = Random(seed)
    chosen = [style] if style else dice.sample(list(STYLES), dice.choice((1, 1, 2, 3)))
    large = chosen == ["two only"]
    groups, size = dice.randint(10, 16), 150 if large else dice.randint(9, 30)
    items, skips = SURVEY.form(dice.randrange(20)), 0.0 if large else dice.choice(SKIPS)
    rate = dice.choice((0.8, 1.0))
    people = []
    for g in range(1, groups + 1):
        own = dice.choice(chosen)
        for _ in range(size):
            if dice.random() < rate:
                given = STYLES[own](dice, len(items))
                people.append((g, tuple(0 if dice.random() < skips else a for a in given)))
    return Wave(tree(groups, size), items, tuple(people))


def manifest(wave: Wave) -> Manifest:
    """Describe a wave."""
    scales: dict[str, tuple[str, ...]] = {}
    for item in wave.items:
        if scale := SURVEY.items[item].scale:
            scales[scale] = (*scales.get(scale, ()), item)
    cast, invited = len(wave.people), wave.where.root.invited
    return Manifest(
        v=1, wave=WEEK, code_version="0", instrument="pulse-18", instrument_version="1.0.0",
        form=0, items=wave.items, lead=(), reversed=(), scales=scales, policy={}, program="optimal",
        tree_version="t", keys="", tokens="", files={},
        tallies=Tallies(invited, cast, cast, cast, 0),
    )  # fmt: skip


def pressed(wave: Wave) -> tuple[Cell, ...]:
    """Protect a wave as a close does."""
    groups = [g for g, _ in wave.people]
    answers = bytes(a for _, given in wave.people for a in given)
    counts = count_columns(groups, answers, wave.where, wave.items, WEEK)
    found = diagnose(groups, answers, counts, wave.where, POLICY, SURVEY)
    return protect(wave.where, counts, POLICY, SURVEY, root_diagnostics=found).cells


def judged(wave: Wave, rows: Sequence[Cell], survey: Instrument = SURVEY) -> list[str]:
    """Audit the diagnostics of a wave."""
    return list(audited_diagnostics.findings(rows, manifest(wave), POLICY, wave.where, survey))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how many releases had which diagnostics, and what was found wrong with them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.diagnostics")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args(arguments)
    seen, told = Counter[str](), []
    for seed in range(asked.first, asked.first + asked.cases):
        wave = case(seed)
        rows = pressed(wave)
        kinds = {cell.measure.partition(":")[0] for cell in rows if cell.kind == "diag"}
        seen["releases"] += 1
        seen.update(kinds & {"sigma2", "corr", "alpha", "driver"})
        found = judged(wave, rows)
        seen["refused"] += bool(found)
        told += [f"{seed}: {text}" for text in found]
    names = ("releases", "sigma2", "corr", "alpha", "driver", "refused")
    sys.stdout.write("".join(f"| {name} | {seen[name]} |\n" for name in names))
    sys.stdout.write("".join(f"{text}\n" for text in told))


if __name__ == "__main__":
    main()
