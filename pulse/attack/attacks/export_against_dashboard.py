"""Reading the export beside the page.

The page hides a team with "too few answers". The export of the same week, made for somebody's
spreadsheet, still has a row for it: mean empty, answers 3. Or the page says "at least 20" and the
export says 23. One exact number on the wrong side is enough to start all other attacks. Here page
and export are the same rows of the same file, and a hidden row is empty in every column: no mean,
no number of answers, no headcount.
"""

from collections.abc import Iterator
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, recovered

NAME: Final = "export-against-dashboard"


def attack(publication: Publication) -> Recovered:
    """Find what the export says of hidden units, and numbers sharper than the page's."""
    return recovered(publication, _beyond(publication))


def _beyond(publication: Publication) -> Iterator[tuple[str, str, People]]:
    pages: dict[tuple[str, str, str], Figure] = {}
    for figure in publication.figures:
        if figure.source == "page":
            pages[figure.wave, figure.measure, figure.unit_id] = figure
    for figure in publication.figures:
        if figure.source == "export":
            page = pages.get((figure.wave, figure.measure, figure.unit_id))
            if page is None or _width(figure) < _width(page):
                yield figure.wave, figure.measure, figure.people


def _width(figure: Figure) -> float:
    return figure.n.high - figure.n.low
