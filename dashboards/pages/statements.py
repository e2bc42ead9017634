"""This week's statements: what was asked, the mean with its interval, the split where allowed."""

from typing import Final

import msgspec
from markupsafe import Markup

from dashboards.pages import drawing, weeks
from pulse.accounts.scope import Scope
from pulse.statistics.history import History
from pulse.statistics.items import ItemFigure, items_of_week

_QUARTERS: Final = 0.25  # the step whose means need two digits


class Statement(msgspec.Struct, frozen=True):
    """One statement as asked; `value` is empty where it is hidden.

    `value` is the estimate that `interval` belongs to; `released` the released mean where it reads
    otherwise, else empty.
    """

    item: str
    text: str
    scale: str
    reverse: bool
    value: str
    interval: str
    released: str
    at_least: int | None
    shares: str
    no_answer: str
    drawn: Markup
    drawn_split: Markup


def statements(
    history: History, scope: Scope, unit_id: str, wave: str | None = None
) -> tuple[Statement, ...]:
    """Return the statements of a week (default: the newest) that `scope` sees of a unit."""
    return tuple(
        _statement(history, figure)
        for figure in items_of_week(history, unit_id, wave)
        if scope.sees_measure(unit_id, f"item:{figure.item}")
    )


def _statement(history: History, figure: ItemFigure) -> Statement:
    item = history.instrument.items.get(figure.item)
    instrument = history.instrument
    scale = instrument.scales.get(item.scale) if item else None
    pack = instrument.packs.get(item.facet) if item else None
    value = value_words(figure)
    return Statement(
        item=figure.item,
        text=item.text if item else figure.item,
        scale=scale.name if scale else f"Asked for a while: {pack.title}" if pack else "",
        reverse=bool(item and item.reverse),
        value=value,
        interval=interval_words(figure),
        released=released_words(figure),
        at_least=figure.at_least,
        shares=share_words(figure, instrument.sides),
        no_answer=figure.no_answer or "",
        drawn=drawn(figure),
        drawn_split=split(figure, reverse=bool(item and item.reverse)),
    )


def value_words(figure: ItemFigure) -> str:
    """Return the estimate as it reads: "3.6", or nothing where hidden."""
    return "" if figure.value is None else f"{figure.value:.1f}"


def interval_words(figure: ItemFigure) -> str:
    """Return the 95 % interval of the estimate as it reads, or nothing where hidden."""
    if figure.low is None or figure.high is None:
        return ""
    return weeks.between(figure.low, figure.high, 1)


def released_words(figure: ItemFigure) -> str:
    """Return the released mean where it reads otherwise than the estimate, else nothing."""
    told = mean_words(figure)
    return "" if told == value_words(figure) else told


def mean_words(figure: ItemFigure) -> str:
    """Return the released mean as it reads: "3.5", "4.75 or more", or nothing where hidden."""
    if figure.mean is None:
        return ""
    digits = 2 if figure.step == _QUARTERS else 1
    ends = {"at_least": " or more", "at_most": " or less"}
    return f"{figure.mean:.{digits}f}{ends.get(figure.mean_bound or '', '')}"


def share_words(figure: ItemFigure, sides: tuple[str, str, str]) -> str:
    """Return the released split as it reads; the first and last step are open ends.

    `sides` are words for the answers 4-5, 3 and 1-2.
    """
    if figure.favourable is None or figure.unfavourable is None:
        return ""
    high, middle, low = sides
    parts = ((high, figure.favourable), (low, figure.unfavourable))
    told = [f"{_share(share, figure.at_least or 0)} {name}" for name, share in parts]
    return ", ".join(p.replace(" ", "\N{NO-BREAK SPACE}") for p in (*told, f"the rest {middle}"))


def _share(share: float, at_least: int) -> str:
    step = 5 if at_least >= 40 else 10  # noqa: PLR2004 - the policy's edge for finer shares
    if share <= step:
        return f"{step} % or less"
    if share >= 100 - step:
        return f"{100 - step} % or more"
    return f"{share:g} %"


def drawn(figure: ItemFigure) -> Markup:
    """Return the estimate with its interval on 1-5, nothing where hidden."""
    if figure.value is None or figure.low is None or figure.high is None:
        return Markup("")
    return drawing.interval(figure.value, figure.low, figure.high, start=1, end=5)


def split(figure: ItemFigure, *, reverse: bool) -> Markup:
    """Return the bar of the three shares, nothing where they are not published."""
    if figure.favourable is None or figure.neutral is None or figure.unfavourable is None:
        return Markup("")
    return drawing.split(figure.favourable, figure.neutral, figure.unfavourable, reverse=reverse)
