"""Waiting until the threshold is lowered.

People answered because they were told "nothing under 10". In spring the threshold is set to 5,
and with it last autumn's weeks appear: teams of 6 who had been promised that their week would
never be shown. Whoever can lower a setting can open the past. Here a week keeps the rules under
which it was answered, they are written in its release and in the list of keys that people were
given; a lower threshold holds for later weeks only and is announced on the privacy page.
"""

from typing import Final

from pulse.attack.publication import Figure, Publication, Recovered, recovered

NAME: Final = "threshold-lowered"


def attack(publication: Publication) -> Recovered:
    """Find figures of fewer people than were promised when they answered."""
    return recovered(
        publication,
        (
            (figure.wave, figure.measure, figure.people)
            for figure in publication.figures
            if figure.source in {"page", "recut"} and _speaks(figure)
            if figure.n.low < publication.k[figure.wave]
        ),
    )


def _speaks(figure: Figure) -> bool:
    """Tell whether a figure says what was answered to an item."""
    said = figure.total is not None or figure.mean is not None
    return said and figure.measure.startswith("item:")
