"""The organisation as a whole: how its scales hold together, and what goes with energy."""

from typing import Final

import msgspec

from pulse.statistics.history import History
from pulse.statistics.organisation import goes_together, scale_quality

STANDS_OUT: Final = 0.1  # of an outcome's differences; beside it the rest is noise to a reader
MOST: Final = 5


class Whole(msgspec.Struct, frozen=True):
    """What a page of the whole organisation says of the survey itself; empty below 100 people.

    `scales`: name and sentences. `together`: the statements that stand out, and how much of
    `outcome` goes with each; empty where `outcome` goes with many a little.
    """

    scales: tuple[tuple[str, tuple[str, ...]], ...] = ()
    outcome: str = ""
    together: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.scales or self.outcome)


def whole(history: History, unit_id: str) -> Whole:
    """Return what the released diagnostics say, for the root alone."""
    if unit_id != history.tree().root.unit_id:
        return Whole()
    items = history.instrument.items
    told = ((each.scale, each.words) for each in scale_quality(history))
    found = [each for each in goes_together(history) if each.item in items]
    stands_out = [each for each in found if each.share >= STANDS_OUT][:MOST]
    return Whole(
        scales=tuple(
            (history.instrument.scales[scale].name, words) for scale, words in told if words
        ),
        outcome=items[found[0].outcome].text if found else "",
        together=tuple((items[each.item].text, each.words) for each in stands_out),
    )
