"""The audit of diagnostic rows: of the root alone, large enough, and no finer than they may be.

A second path on purpose, like `audited_figures`: which rows there can be follows from the items and
scales of the manifest, and shares no code with what printed them.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, permutations
from math import isfinite
from typing import Final, NamedTuple

from pulse.disclosure.policy import Policy
from pulse.instrument import Instrument
from pulse.release.cell import Cell
from pulse.release.manifest import Manifest
from pulse.terms import Tree

RELIABLE_FROM: Final = 3
TWICE: Final = 2
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


def findings(
    cells: Iterable[Cell], manifest: Manifest, policy: Policy, tree: Tree, survey: Instrument
) -> Iterator[str]:
    """Yield what is wrong with the diagnostic rows, which only a large root may have."""
    rows = list(cells)
    root = tree.root
    bands = [c.at_least for c in rows if c.unit_id == root.unit_id and c.kind == "unit"]
    b = next((band for band in bands if band is not None), 0)
    many = sum(unit.group for unit in tree.units) >= policy.diagnostics_groups
    known = _known(manifest, survey)
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
        else:
            found[cell.measure] = cell.value or 0.0
    yield from _follows(found, manifest, tree)


def _fits(value: float | None, form: Form) -> bool:
    """Tell whether a value is one that a multiple of the step is printed as, between its ends."""
    if value is None or not isfinite(value) or not form.low <= value <= form.high:
        return False
    return value == round(value * form.per_point) / form.per_point


def _known(manifest: Manifest, survey: Instrument) -> set[str]:
    """Return every diagnostic that a wave with these items can have."""
    asked = [item for item in manifest.items if item not in manifest.lead]
    known = {f"sigma2:{item}" for item in asked}
    known |= {f"corr:{one}:{other}" for one, other in combinations(asked, 2)}
    known |= {f"r2:{item}" for item in asked}
    known |= {f"driver:{one}:{other}" for one, other in permutations(asked, 2)}
    for scale, items in manifest.scales.items():
        known |= {f"icc1:{scale}", f"icc2:{scale}"}
        formative = scale in survey.scales and survey.scales[scale].model == "formative"
        if len(items) >= RELIABLE_FROM and not formative:
            known |= {f"alpha:{scale}", f"omega:{scale}"}
    return known


def _follows(found: Mapping[str, float], manifest: Manifest, tree: Tree) -> Iterator[str]:
    """Yield rows that are made of others and do not follow from them: they would say more."""
    groups = sum(unit.group for unit in tree.units)
    size = manifest.tallies.counted / max(1, groups)
    for measure, value in found.items():
        name, _, about = measure.partition(":")
        if name == "icc2":
            single = found.get(f"icc1:{about}", 0.0)
            stepped = size * single / (1 + (size - 1) * single)
            if abs(value - min(_TOP, stepped)) > _HALF:
                yield f"{tree.root.unit_id} {measure}: it does not follow from icc1."
        elif name == "r2":
            parts = [v for m, v in found.items() if m.startswith(f"driver:{about}:")]
            if not parts or abs(min(_TOP, sum(parts)) - value) > (len(parts) + 1) * _HALF:
                yield f"{tree.root.unit_id} {measure}: its parts do not add up to it."
        elif name == "driver" and f"r2:{about.partition(':')[0]}" not in found:
            yield f"{tree.root.unit_id} {measure}: it is a part of nothing."
