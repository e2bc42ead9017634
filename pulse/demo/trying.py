"""What the demo's units try: one long enough to look back on, some too new to tell."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Engine

from pulse.accounts.scope import unit_in
from pulse.demo.organisation import ENGINEERING, ROOT, TRYING
from pulse.demo.story import ROUND_FROM
from pulse.practices import adopting
from pulse.terms import Tree

# Where, what, since when (0 is the oldest week, 1 this one), and when it ended.
BEGUN: Final = (
    (TRYING, "day-end-round", ROUND_FROM, None),
    ("prod", "team-game", 0.3, 0.55),
    (ENGINEERING, "open-question", 0.45, None),
    ("sales", "change-note", 0.8, None),
    (ROOT, "kindness", 0.9, None),
    ("plat", "dull-work", 0.96, None),
)


def seed(accounts: Engine, tree: Tree, monday: dt.date, weeks: int) -> None:
    """Let units of `tree` have begun practices over the past `weeks`, up to this `monday`."""
    for unit_id, practice, since, ended in _held(tree):
        use = adopting.adopt(accounts, unit_id, practice, _day(monday, weeks, since))
        if ended is not None:
            adopting.end(accounts, use.use_id, _day(monday, weeks, ended))


def _held(tree: Tree) -> Iterator[tuple[str, str, float, float | None]]:
    """Yield what is begun, under the unit that stands for each; no unit tries three at a time."""
    now: dict[str, int] = {}
    for roster_id, practice, since, ended in BEGUN:
        unit_id = unit_in(tree, roster_id)
        if unit_id is not None and now.get(unit_id, 0) < 2:  # noqa: PLR2004 - the rule itself
            now[unit_id] = now.get(unit_id, 0) + (ended is None)
            yield unit_id, practice, since, ended


def _day(monday: dt.date, weeks: int, time: float) -> dt.date:
    """Return the Wednesday of the week at a time of the story."""
    ago = weeks - min(weeks, round(weeks * time))
    return monday - dt.timedelta(weeks=ago) + dt.timedelta(days=2 if ago else 0)
