"""The audit of `results.json`: staff are told released cells and the survey's words, no more."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from pulse.disclosure.audited_cells import Sheet
from pulse.disclosure.audited_survey import Survey
from pulse.release.cell import Cell
from pulse.release.hidden import told_staff


class _Scale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scale: str
    label: str
    mean: float
    mean_bound: str
    step: float | None = None  # before there were lines for staff, this and what follows was not
    items: tuple[str, ...] | None = None


class _Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    item: str
    text: str
    mean: float
    mean_bound: str
    step: float
    reverse: bool


class _Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    unit_id: str
    name: str
    participation: str = ""
    at_least: int | None = None
    invited: int | None = None
    series: str | None = None
    scales: tuple[_Scale, ...] = ()


class _Results(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wave: str = ""
    organisation: str = ""
    closes: str = ""
    participation: str = ""
    unit_id: str | None = None
    at_least: int | None = None
    invited: int | None = None
    series: str | None = None
    scales: tuple[_Scale, ...] = ()
    items: tuple[_Item, ...] = ()
    units: tuple[_Unit, ...] = ()
    hidden: str = ""
    ends: tuple[str, str] | None = None


_Rows = dict[tuple[str, str], Cell]


def findings(data: bytes, sheet: Sheet, survey: Survey) -> Iterator[str]:
    """Yield what `results.json` says beyond cells, tree and survey, or about one leader."""
    try:
        told = msgspec.json.decode(data, type=_Results)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield f"results.json: it cannot be read: {error}."
        return
    yield from (f"results.json: {text}" for text in _findings(told, sheet, survey))


def _findings(told: _Results, sheet: Sheet, survey: Survey) -> Iterator[str]:
    if told.wave not in {sheet.manifest.wave, ""}:
        yield "it is of another wave."
    if told.closes and not _is_time(told.closes):
        yield "its closing time is no time."
    yield from _ends(told, survey)
    own = {f"item:{item}" for item in sheet.manifest.lead}
    rows = {
        (c.unit_id, c.measure): c
        for c in sheet.cells
        if c.kind == "unit" and c.status == "published" and c.measure not in own
    }
    root = sheet.tree.root
    departments = {u.unit_id: u for u in sheet.tree.units if u.parent_id == root.unit_id}
    shown = {unit_id for unit_id, _ in rows}
    peopled = [unit_id for unit_id, unit in departments.items() if unit.invited]
    missing = len(set(peopled) - shown)
    words = told_staff(missing, len(peopled), shown=root.unit_id in shown)
    if told.hidden and told.hidden not in words:
        yield "what it says of hidden departments is not so."
    yield from _items(told.items, root.unit_id, rows, sheet, survey)
    if told.unit_id not in {root.unit_id, None}:
        yield "it is of another organisation."
    whole = _Unit(
        root.unit_id, root.name, told.participation, told.at_least, told.invited, told.series,
        told.scales,
    )  # fmt: skip
    for unit in (whole, *told.units):
        known = root if unit is whole else departments.get(unit.unit_id)
        if known is None or unit.unit_id not in shown:
            said = unit.participation or unit.at_least or unit.invited or unit.scales
            if unit is not whole or said:
                yield f"{unit.unit_id} is no department that is shown."
        else:
            if unit.name != known.name:
                yield f"{unit.unit_id} has another name than in the tree."
            yield from (f"{unit.unit_id} {text}" for text in _unit(unit, rows, sheet, survey))
        if known is not None and unit.series not in {known.series, None}:
            yield f"{unit.unit_id} has a line that began in another wave."


def _ends(told: _Results, survey: Survey) -> Iterator[str]:
    if told.ends not in {None, (survey.now.labels[0], survey.now.labels[-1])}:
        yield "it names other answers than the survey."


def _is_time(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _items(
    figures: tuple[_Item, ...], root: str, rows: _Rows, sheet: Sheet, survey: Survey
) -> Iterator[str]:
    for figure in figures:
        cell = rows.get((root, f"item:{figure.item}"))
        said = (figure.mean, figure.mean_bound, figure.step)
        if cell is None or (cell.mean, cell.mean_bound, cell.step) != said:
            yield f"{root} item:{figure.item} is not the released one."
        if figure.reverse != (figure.item in sheet.manifest.reversed):
            yield f"item:{figure.item} is turned the other way than in the manifest."
        if not survey.asks(figure.item, figure.text):
            yield f"item:{figure.item} has other words than the survey."


def _unit(unit: _Unit, rows: _Rows, sheet: Sheet, survey: Survey) -> Iterator[str]:
    for figure in unit.scales:
        cell = rows.get((unit.unit_id, f"scale:{figure.scale}"))
        if cell is None or (cell.mean, cell.mean_bound) != (figure.mean, figure.mean_bound):
            yield f"scale:{figure.scale} is not the released one."
        elif figure.step not in {cell.step, None}:
            yield f"scale:{figure.scale} has another step than the released one."
        if figure.items not in {sheet.manifest.scales.get(figure.scale), None}:
            yield f"scale:{figure.scale} is made of other items than in the manifest."
        if not survey.calls(figure.scale, figure.label):
            yield f"scale:{figure.scale} has another name than in the survey."
    released = {
        f"At least {cell.at_least} of {cell.invited} people answered."
        for (unit_id, _), cell in rows.items()
        if unit_id == unit.unit_id
    }
    if unit.participation and unit.participation not in released:
        yield "has a participation that was not released."
    own = [cell for (unit_id, _), cell in rows.items() if unit_id == unit.unit_id]
    people = {(None, None), *((cell.at_least, cell.invited) for cell in own)}
    if (unit.at_least, unit.invited) not in people:
        yield "has numbers of people that were not released."
