"""What is hidden on a unit's page, and why: small teams, merged teams, changed teams."""

import msgspec

from dashboards.pages import weeks
from pulse.accounts.scope import Scope, units_inside
from pulse.statistics.history import History
from pulse.terms import Unit


class Hidden(msgspec.Struct, frozen=True):
    """Sentences for the reader; all empty where everything is shown."""

    units: tuple[str, ...]
    weeks: tuple[str, ...]
    notes: tuple[str, ...]

    def __bool__(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.units or self.weeks or self.notes)


def hidden(history: History, scope: Scope, unit_id: str) -> Hidden:
    """Return what the newest release hides at `unit_id` and directly below it, and since when."""
    unit = history.units[unit_id]
    below = history.tree().children()[unit_id]
    latest = history.latest
    return Hidden(
        units=tuple(
            child.name
            for child in below
            if child.invited and scope.sees(child.unit_id)
            and (latest, child.unit_id) not in history.shown
        ),
        weeks=tuple(
            weeks.short(wave)
            for wave in reversed(history.series_waves(unit_id))
            if (wave, unit_id) not in history.shown
        ),
        notes=(*_notes(history, unit), *_of_leaders(history, scope, unit)),
    )  # fmt: skip


def _notes(history: History, unit: Unit) -> list[str]:
    notes = []
    if unit.members:
        *most, last = (member.name for member in unit.members)
        names = f"{', '.join(most)} and {last}" if most else last
        verb = "are shown together" if most else "is shown as one"
        notes.append(f"{names} {verb}: a small team is never shown alone.")
    if history.reorganised(unit.unit_id):
        notes.append(
            f"This line begins in {weeks.short(unit.series)}: before a reorganisation the unit "
            "was made of other people."
        )
    elif history.waves and unit.series > history.waves[0] and _shown_once(history, unit):
        notes.append(f"This line begins in {weeks.short(unit.series)}, the first week shown.")
    if since := history.survey_since:
        notes.append(
            f"Since {weeks.short(since)} another survey is asked, \N{LEFT DOUBLE QUOTATION MARK}"
            f"{history.instrument.title}\N{RIGHT DOUBLE QUOTATION MARK}: lines begin there, and "
            "figures of before are not compared with it."
        )
    if unit.changed:
        notes.append("People joined or left since the last week shown, so steps may be coarser.")
    return notes


def _of_leaders(history: History, scope: Scope, unit: Unit) -> list[str]:
    """Return why the newest week's statement about leaders is not shown here."""
    items = history.instrument.items
    kept = [i for i in history.release(history.waves[-1]).manifest.lead if i in items]
    if not kept or scope.sees_measure(unit.unit_id, f"item:{kept[0]}"):
        return []
    if items[kept[0]].to_leaders:
        why = "It is shown of groups made of leaders, to whoever leads them and to nobody else."
        return [f"One statement of this week was for leaders alone. {why}"]
    several = not unit.group or len(units_inside(history.tree(), unit.unit_id)) > 1
    why = (
        "people of several leaders are together here, so it is shown to nobody"
        if several
        else "it is shown to that leader alone"
    )
    return [f"One statement of this week is about people's own leader: {why}."]


def _shown_once(history: History, unit: Unit) -> bool:
    return any((wave, unit.unit_id) in history.shown for wave in history.waves)
