"""Tiny publications written by hand: a wave, a few people, and the figures a test prints."""

from collections.abc import Iterable, Mapping

from pulse.attack.publication import Figure, Hidden, People, Publication, Span
from pulse.attack.reading import mean_span, shares_spans
from pulse.disclosure import rounding
from pulse.disclosure.residues import band_range

WAVE = "2026-W09"
ITEM = "item:C1"


def people(text: str) -> People:
    """Return one person for each letter."""
    return frozenset(text)


def exact(unit: str, n: int, total: int | None = None, measure: str = ITEM) -> Figure:
    """Print an exact figure of the people in `unit`, one a letter."""
    sum_ = None if total is None else Span(total, total)
    return Figure(WAVE, measure, unit, people(unit), Span(n, n), sum_)


def banded(unit: str, row: Iterable[int], invited: int, measure: str = ITEM) -> Figure:
    """Print how many gave 1, 2, ... 5 as a release does; `invited` people share the letters."""
    counts = (0, *row, 0)
    n = sum(counts)
    b = rounding.band(n, invited)
    step = rounding.steps_per_point(b, changed=False)
    mean = rounding.mean(counts, step)
    shares = None
    if b >= 20:
        good = rounding.share(counts[4] + counts[5], n, b)
        bad = rounding.share(counts[1] + counts[2], n, b)
        shares = shares_spans(good, rounding.neutral(good, bad, b), bad, b)
    return Figure(
        WAVE,
        measure,
        unit,
        people(unit),
        Span(*band_range(b, invited)),
        mean=mean_span(mean.value, mean.bound, 1 / step),
        shares=shares,
    )


def hidden(unit: str, looks: str = "-") -> Hidden:
    """Hide the unit with the people in `unit`."""
    return Hidden(WAVE, unit, people(unit), looks)


def published(
    *printed: Figure | Hidden,
    answered: str,
    invited: Mapping[str, int] | None = None,
    given: Mapping[str, int] | None = None,
    scales: Mapping[str, tuple[str, ...]] | None = None,
    skipped: str = "",
) -> Publication:
    """Gather what is printed.

    Args:
        printed: figures and hidden units.
        answered: the letters of those who took part.
        invited: every letter and how many people it stands for; default: one each.
        given: each letter's answer to ITEM.
        scales: items of each scale measure.
        skipped: letters of those who took part and did not answer ITEM.
    """
    letters = sorted(set().union(*(each.people for each in printed)) | set(answered))
    here = invited or dict.fromkeys(letters, 1)

    def answers(wave: str, measure: str, group: People) -> Span:
        assert wave == WAVE
        gave = set(answered) - (set(skipped) if measure == ITEM else set())
        n = sum(here[one] for one in group & gave)
        return Span(n, n)

    figures = tuple(each for each in printed if isinstance(each, Figure))
    largest = max((each.unit_id for each in printed), key=len)
    return Publication(
        figures=figures,
        hidden=tuple(each for each in printed if isinstance(each, Hidden)),
        k={WAVE: 5},
        invited={WAVE: here},
        parents={WAVE: {e.unit_id: None if e.unit_id == largest else largest for e in printed}},
        answers=answers,
        given=None if given is None else {WAVE: {one: {"C1": a} for one, a in given.items()}},
        scales={} if scales is None else {WAVE: scales},
    )
