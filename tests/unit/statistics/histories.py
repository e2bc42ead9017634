"""Builds released histories from a rule, rounded and banded as releases are."""

from collections.abc import Callable
from pathlib import Path

from pulse.instrument import load
from pulse.release import cells
from pulse.release.cell import Cell
from pulse.release.manifest import Manifest, Tallies
from pulse.release.reading import Release
from pulse.statistics.history import History
from pulse.terms import Tree, Unit

INSTRUMENT = load()
ROOT = Unit("org", None, "Organisation", 400, group=False, series="2026-W01")

Rule = Callable[[str, str, int], float | None]


def wave_name(t: int) -> str:
    """Name the t-th wave, 2026-W01 onwards (at most 53)."""
    return f"2026-W{t + 1:02d}"


def history(
    rule: Rule,
    waves: int,
    teams: tuple[Unit, ...] = (),
    *,
    step: float = 0.5,
    root: Unit = ROOT,
) -> History:
    """Return `waves` releases in which `rule(unit_id, item, t)` is each exact mean or hidden.

    Steps follow the size: 0.1 for the root (at least 250), `step` for teams (at least 10).
    """
    units = (root, *teams)
    rows: list[Cell] = []
    releases = []
    for t in range(waves):
        wave, items = wave_name(t), INSTRUMENT.form(t % 20)
        for unit in units:
            s, b = (0.1, 250) if unit.parent_id is None else (step, 10)
            rows.extend(
                _cell(wave, unit, item, rule(unit.unit_id, item, t), s, b) for item in items
            )
        tree = Tree(wave, units, {})
        releases.append(Release(wave, manifest(wave, t, items), tree, b"{}", Path()))
    return History(tuple(releases), cells.frame(rows), INSTRUMENT)


def _cell(wave: str, unit: Unit, item: str, mean: float | None, step: float, band: int) -> Cell:
    where = (wave, unit.unit_id, unit.parent_id, unit.name, "unit", f"item:{item}")
    if mean is None:
        return Cell(*where, "suppressed")  # type: ignore[arg-type] # positional literals
    rounded = round(round(mean / step) * step, 3)
    bound = "exact"
    if rounded >= 5 - step:
        rounded, bound = 5 - step, "at_least"
    elif rounded <= 1 + step:
        rounded, bound = 1 + step, "at_most"
    return Cell(*where, "published", band, unit.invited, rounded, bound, step)  # type: ignore[arg-type]


def manifest(wave: str, t: int, items: tuple[str, ...]) -> Manifest:
    """Return the manifest of a wave that asked `items` under its `t`-th form."""
    return Manifest(
        v=1, wave=wave, code_version="0", instrument="pulse-18", instrument_version="1.0.0",
        form=t % 20, items=items, lead=(), reversed=(), scales={}, policy={}, program="",
        tree_version="1", keys="", tokens="", tallies=Tallies(0, 0, 0, 0, 0), files={},
    )  # fmt: skip


def team(name: str, invited: int = 16, series: str = "2026-W01") -> Unit:
    """Return a team directly under the root."""
    return Unit(name, "org", name.title(), invited, group=True, series=series)
