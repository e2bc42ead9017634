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
    """One statement as asked; `mean` is empty where it is hidden."""

    item: str
    text: str
    scale: str
    reverse: bool
    mean: str
    interval: str
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
    mean, low, high = figure.mean, figure.low, figure.high
    shown = mean is not None and low is not None and high is not None
    return Statement(
        item=figure.item,
        text=item.text if item else figure.item,
        scale=scale.name if scale else f"Asked for a while: {pack.title}" if pack else "",
        reverse=bool(item and item.reverse),
        mean=mean_words(figure),
        interval=weeks.between(low, high, 1) if low is not None and high is not None else "",
        at_least=figure.at_least,
        shares=share_words(figure),
        no_answer=figure.no_answer or "",
        drawn=_drawn(figure) if shown else Markup(""),
        drawn_split=split(figure, reverse=bool(item and item.reverse)),
    )


def mean_words(figure: ItemFigure) -> str:
    """Return the released mean as it reads: "3.5", "4.75 or more", or nothing where hidden."""
    if figure.mean is None:
        return ""
    digits = 2 if figure.step == _QUARTERS else 1
    ends = {"at_least": " or more", "at_most": " or less"}
    return f"{figure.mean:.{digits}f}{ends.get(figure.mean_bound or '', '')}"


def share_words(figure: ItemFigure) -> str:
    """Return the released split as it reads; the first and last step are open ends."""
    if figure.favourable is None or figure.unfavourable is None:
        return ""
    parts = (("agree", figure.favourable), ("disagree", figure.unfavourable))
    told = [f"{_share(share, figure.at_least or 0)} {name}" for name, share in parts]
    return ", ".join(p.replace(" ", "\N{NO-BREAK SPACE}") for p in (*told, "the rest neither"))


def _share(share: float, at_least: int) -> str:
    step = 5 if at_least >= 40 else 10  # noqa: PLR2004 - the policy's edge for finer shares
    if share <= step:
        return f"{step} % or less"
    if share >= 100 - step:
        return f"{100 - step} % or more"
    return f"{share:g} %"


def _drawn(figure: ItemFigure) -> Markup:
    side = {"at_least": 1, "at_most": -1}.get(figure.mean_bound or "", 0)
    mean, low, high = figure.mean or 1.0, figure.low or 1.0, figure.high or 5.0
    return drawing.interval(mean, low, high, start=1, end=5, open_end=side)


def split(figure: ItemFigure, *, reverse: bool) -> Markup:
    """Return the bar of the three shares, nothing where they are not published."""
    if figure.favourable is None or figure.neutral is None or figure.unfavourable is None:
        return Markup("")
    return drawing.split(figure.favourable, figure.neutral, figure.unfavourable, reverse=reverse)
