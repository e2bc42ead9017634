"""The audit of diagnostic rows: of the root alone, large enough, and no finer than they may be.

A second path on purpose, like `audited_figures`: which rows there can be, and must be, follows
from the items and scales of the manifest, and shares no code with what printed them.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from math import isfinite
from typing import Final, NamedTuple

from pulse.disclosure import audited_together
from pulse.disclosure.policy import Policy
from pulse.instrument import Instrument
from pulse.release.cell import Cell
from pulse.release.manifest import Manifest
from pulse.terms import Tree

RELIABLE_FROM: Final = 3
TWICE: Final = 2
OUTCOME: Final = "energy"
PREDICTORS: Final = 2
_TOP: Final = 0.95
_HALF: Final = 0.005 + 1e-9  # of a step


class Form(NamedTuple):
    """Lowest, highest and steps per point of a diagnostic; the people it needs, in floors."""

    low: float
    high: float
    per_point: int
    floors: int = 1


_FORMS: Final[Mapping[str, Form]] = {
    "sigma2": Form(0.05, 4.0, 20),
    "corr": Form(-0.95, 0.95, 100),
    "alpha": Form(0.0, 0.95, 100),
    "omega": Form(0.0, 0.95, 100),
    "icc1": Form(0.05, 0.5, 100),
    "icc2": Form(0.0, 0.95, 100),
    "r2": Form(0.0, 0.95, 100, TWICE),
    "driver": Form(0.0, 0.95, 100, TWICE),
}


class Kinds(NamedTuple):
    """Every diagnostic that a wave with these items has, by what it stands or falls with.

    `alone` are of single items, `joint` of two items or of scores, `driven` of an outcome.
    `doubtful` ones may stand among `joint`: a scale that the survey no longer has may have been
    of either model. `paired` are the items that correlate, `outcome` and `others` those of
    `driven`, all in asking order.
    """

    alone: frozenset[str]
    joint: frozenset[str]
    driven: frozenset[str]
    doubtful: frozenset[str]
    paired: tuple[str, ...]
    outcome: str
    others: tuple[str, ...]


def findings(
    cells: Iterable[Cell], manifest: Manifest, policy: Policy, tree: Tree, survey: Instrument
) -> Iterator[str]:
    """Yield what is wrong with the diagnostic rows, which only a large root may have."""
    rows = list(cells)
    root = tree.root
    own = {c.measure: c for c in rows if c.unit_id == root.unit_id and c.kind == "unit"}
    b = next((cell.at_least for cell in own.values() if cell.at_least is not None), 0)
    many = sum(unit.group for unit in tree.units) >= policy.diagnostics_groups
    kinds = kinds_of(manifest, survey)
    known = kinds.alone | kinds.joint | kinds.driven | kinds.doubtful
    found: dict[str, float] = {}
    for cell in rows:
        if cell.kind != "diag":
            continue
        name = cell.measure.partition(":")[0]
        if cell.measure not in known:
            yield f"{cell.unit_id} {cell.measure}: there is no such diagnostic."
        form = _FORMS.get(name, _FORMS["sigma2"])
        need = form.floors * policy.diagnostics_from
        behind = b if name == "sigma2" else need
        empty = Cell(
            cell.wave, root.unit_id, None, root.name, "diag", cell.measure, "published",
            behind, root.invited, value=cell.value,
        )  # fmt: skip
        if not (b >= need and many and cell == empty and _fits(cell.value, form)):
            yield f"{cell.unit_id} {cell.measure}: this diagnostic must not be published."
        elif cell.measure in known:
            found[cell.measure] = cell.value or 0.0
    least = policy.diagnostics_from if many else float("inf")
    told = [
        *_complete(found.keys(), kinds, b, manifest.tallies.counted, least),
        *_follows(found, manifest, tree),
        *audited_together.findings(found, kinds.outcome, kinds.others, kinds.paired),
        *audited_together.spreads(found, own, sum(unit.group for unit in tree.units)),
    ]
    yield from (f"{root.unit_id} {text}" for text in told)


def _fits(value: float | None, form: Form) -> bool:
    """Tell whether a value is one that a multiple of the step is printed as, between its ends."""
    if value is None or not isfinite(value) or not form.low <= value <= form.high:
        return False
    return value == round(value * form.per_point) / form.per_point


def kinds_of(manifest: Manifest, survey: Instrument) -> Kinds:
    """Return every diagnostic that a wave with these items has.

    The outcome is the anchor of energy; anchors are asked first, so where a survey no longer has
    it, it is the first item of energy that was asked. The statement of a pack is of no scale, and
    nothing is told of it together with others.
    """
    asked = [item for item in manifest.items if item not in manifest.lead]
    scale_of = {item: scale for scale, items in manifest.scales.items() for item in items}
    paired = tuple(item for item in asked if scale_of.get(item))
    joint = {f"corr:{one}:{other}" for one, other in combinations(paired, 2)}
    doubtful = set()
    for scale in {scale_of[item] for item in paired}:
        joint |= {f"icc1:{scale}", f"icc2:{scale}"}
        if sum(scale_of[item] == scale for item in paired) >= RELIABLE_FROM:
            both = {f"alpha:{scale}", f"omega:{scale}"}
            model = survey.scales[scale].model if scale in survey.scales else ""
            joint |= both if model == "reflective" else set()
            doubtful |= set() if model else both
    first = next((item for item in paired if scale_of[item] == OUTCOME), "")
    outcome = first if first in survey.anchors or first not in survey.items else ""
    others = tuple(item for item in paired if scale_of[item] != OUTCOME)
    driven = {f"r2:{outcome}", *(f"driver:{outcome}:{item}" for item in others)}
    return Kinds(
        frozenset(f"sigma2:{item}" for item in asked), frozenset(joint),
        frozenset(driven if outcome and len(others) >= PREDICTORS else ()),
        frozenset(doubtful), paired, outcome, others,
    )  # fmt: skip


def _complete(
    found: Iterable[str], kinds: Kinds, b: int, counted: int, least: float
) -> Iterator[str]:
    """Yield rows that are missing: those of a kind stand together, and where enough people are.

    Whoever skipped no item is behind every pair and score, and of `counted` ballots at most
    counted - b lack any one item; so two items, or half of a scale's, are answered on
    2 b - counted ballots at least.
    """
    present = frozenset(found)
    both = 2 * b - counted
    for kind, due in (
        (kinds.alone, b >= least),
        (kinds.joint, b >= least and both >= least),
        (kinds.driven, b >= TWICE * least and both >= TWICE * least),
    ):
        if due or present & kind:
            yield from (f"{measure}: this diagnostic is missing." for measure in kind - present)
    if present & kinds.driven and not present & kinds.joint:
        yield "what goes together with an outcome stands without correlations."


def _follows(found: Mapping[str, float], manifest: Manifest, tree: Tree) -> Iterator[str]:
    """Yield each icc2 that does not follow from icc1 and public counts: it would say more."""
    size = manifest.tallies.counted / max(1, sum(unit.group for unit in tree.units))
    for measure, value in found.items():
        name, _, about = measure.partition(":")
        if name == "icc2":
            single = found.get(f"icc1:{about}", 0.0)
            stepped = size * single / (1 + (size - 1) * single)
            if abs(value - min(_TOP, stepped)) > _HALF:
                yield f"{measure}: it does not follow from icc1."
