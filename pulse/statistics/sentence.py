"""One plain sentence: what matters this week, and how sure we are."""

from typing import Final

from pulse.release.hidden import ADVICE, REASON
from pulse.statistics.scales import DirectionKey, Scales

NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

SMALL: Final = (
    "In an organisation of fewer than 60 people no single change is called real; look for what "
    "lasts."
)


def week_sentence(scales: Scales, unit_id: str) -> str:
    """Return the sentence for the unit and everything below it.

    Only changes that are likely real are called changes; the rest is "cannot tell".
    """
    history = scales.history
    if history.latest is None:
        return "No week has been shown yet."
    if (history.latest, unit_id) not in history.shown:
        return f"This week there were {REASON}. {ADVICE}"
    own = {s: scales.directions[unit_id, s].key for s in history.instrument.scales}
    if set(own.values()) == {"too_early"}:
        return "Too early to tell what is changing: that takes eight weeks of answers."
    if not history.calls_changes and set(own.values()) & {"unclear"}:
        return SMALL
    below = _descendants(scales, unit_id)
    told = [_own(scales, own), _below(scales, below)]
    sentence = " ".join(part for part in told if part)
    return sentence or _quiet(own)


def _own(scales: Scales, own: dict[str, DirectionKey]) -> str:
    parts = []
    for key, verb in (("lower", "lower"), ("higher", "higher")):
        names = [
            scales.history.instrument.scales[s].name.lower() for s, k in own.items() if k == key
        ]
        if names:
            parts.append(f"{_join(names)} {'is' if len(names) == 1 else 'are'} {verb}")
    if not parts:
        return ""
    text = " and ".join(parts)
    text = text[0].upper() + text[1:]
    return f"{text} than in the four weeks before, more than chance would do."


def _below(scales: Scales, units: list[str]) -> str:
    best = ""
    most = (0, 0)
    for scale, meaning in scales.history.instrument.scales.items():
        for key, verb in (("lower", "is lower"), ("higher", "is higher")):
            real = [u for u in units if scales.directions[u, scale].key == key]
            teams = sum(scales.history.units[u].group for u in real)
            # A department is told only where none of its teams is: they are the same people.
            count, noun = (teams, "team") if teams else (len(real), "department")
            if (teams, len(real)) > most:
                most = teams, len(real)
                best = f"{meaning.name} {verb} in {_number(count)} {noun}{'s' * (count > 1)}"
    return f"{best}, likely real." if best else ""


def _quiet(own: dict[str, DirectionKey]) -> str:
    if set(own.values()) == {"hidden"}:
        return "Nothing to compare with: too many of the weeks before are hidden."
    if "unclear" in own.values():
        return "Nothing stands out: what moved is no more than chance would do."
    return "Steady: all that could be compared is about the same as in the four weeks before."


def _descendants(scales: Scales, unit_id: str) -> list[str]:
    inside = {unit_id}
    for unit in scales.history.units.values():  # parents come before children
        if unit.parent_id in inside:
            inside.add(unit.unit_id)
    return [unit for unit in inside if unit != unit_id]


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
