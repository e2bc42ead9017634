"""The audit of what only leaders are asked: it is shown of groups made of leaders alone."""

from collections.abc import Iterator

from pulse.disclosure.audited_cells import Sheet
from pulse.disclosure.audited_survey import Survey


def findings(sheet: Sheet, survey: Survey) -> Iterator[str]:
    """Yield the units that show a statement which the survey asks of leaders' groups alone.

    Nobody else was asked: of such a figure the headcount beside it would be untrue, and whoever
    answered all the same was not meant to.
    """
    known = survey.now.items
    theirs = {f"item:{i}" for i in sheet.manifest.items if i in known and known[i].to_leaders}
    led = {unit.unit_id for unit in sheet.tree.units if unit.leaders}
    for cell in sheet.cells:
        if cell.measure in theirs and cell.unit_id not in led and cell.status == "published":
            yield f"{cell.unit_id} {cell.measure}: only groups made of leaders were asked this."
