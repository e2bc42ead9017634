"""Before a practice begins: whether the weekly survey will be able to tell if it helped."""

import datetime as dt
import math
from collections.abc import Collection
from typing import Final

from dashboards.desk import Book
from dashboards.pages import weeks
from pulse.instrument.practices import Practice
from pulse.statistics.counterfactual import COMPARED
from pulse.statistics.practice_effect import (
    LEAST,
    WINDOW,
    detectable,
    noticeable,
    sides_of,
)
from pulse.statistics.precision import DEFAULT_VARIANCE

CANNOT: Final = "Whether it helped cannot be measured by the weekly survey"
NOTHING_ASKED: Final = (
    f"{CANNOT}: no statement of it asks about this. Look at it together with the team."
)
NO_SCALE: Final = (
    "Whether it helped cannot be measured: the survey that is asked has no scale for it. Look at "
    "it together with the team."
)


def prospect(
    book: Book, practice: Practice, unit_id: str, day: dt.date, apart: Collection[str]
) -> str:
    """Say what could be told of a practice that a unit began on `day`.

    Args:
        book: the newest releases.
        practice: the card.
        unit_id: the unit, of the newest tree.
        day: today.
        apart: units that try something for the same scale.
    """
    if not practice.outcome:
        return NOTHING_ASKED
    if practice.scale not in book.history.instrument.scales:
        return NO_SCALE
    if not book.history.calls_changes:
        return f"{CANNOT}: for that the organisation needs sixty people or more."
    _, others = sides_of(book.history.tree(), {unit_id: ""}, apart)
    if len(others) < COMPARED:
        return (
            f"{CANNOT}: that takes five other teams to compare with that try nothing for this, "
            f"and there {'is' if len(others) == 1 else 'are'} {len(others) or 'none'}."
        )
    points = book.scales.weekly(unit_id, practice.scale)[-WINDOW:]
    bands = [point.at_least or 1 for point in points if point.status in {"shown", "coded"}]
    lacking = LEAST - len(bands)
    if lacking > 0:
        later = weeks.day(day + dt.timedelta(weeks=lacking))
        return (
            f"{CANNOT} if it begins today: that takes eight weeks with figures before it, and "
            f"there {'is' if len(bands) == 1 else 'are'} {len(bands) or 'none'}. Begun on {later} "
            "or later it can, if those weeks are shown."
        )
    bound = 25 * detectable(min(bands), len(bands), LEAST, DEFAULT_VARIANCE)
    look = practice.look_after_weeks
    soon = f"After {look} weeks look at it with the team. " if look < LEAST else ""
    late = f"after {look} weeks, " if look > LEAST else ""
    return (
        f"{soon}Whether it helped can be measured {late}once there are eight weeks with figures "
        f"after it began. {_smallest(book, practice.scale, unit_id, apart, bound)}"
    )


def _smallest(book: Book, scale: str, unit_id: str, apart: Collection[str], bound: float) -> str:
    """Say which changes are too small to notice; `bound`: what chance who answers alone hides."""
    found = book.once(
        f"noticeable {scale} {unit_id} {sorted(apart)}",
        lambda: noticeable(book.history, scale, unit_id, apart=apart),
    )
    if found is None:
        return (
            "How small a change can be noticed here cannot be told yet: it takes "
            f"{math.ceil(bound)} points or more, likely many more."
        )
    return (
        f"Changes of fewer than {math.ceil(max(found, bound))} points can hardly be noticed: a "
        "trial run on the last eight weeks with figures leaves that much open."
    )
