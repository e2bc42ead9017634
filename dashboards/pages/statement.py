"""One statement of one unit: what it asks, its history, and when it is asked again."""

from typing import Final

import msgspec
from markupsafe import Markup

from dashboards.desk import Book
from dashboards.pages import weeks
from dashboards.pages.sheet import Sheet, tenth
from dashboards.pages.statements import (
    drawn,
    interval_words,
    mean_words,
    released_words,
    share_words,
    split,
    value_words,
)
from dashboards.pages.trends import YEAR
from pulse.charts import figure
from pulse.charts.asked import asked
from pulse.instrument import Instrument, Item
from pulse.release.hidden import REASON
from pulse.statistics.items import ItemFigure, items_of_week
from pulse.statistics.shares import Range

_EVERY_WEEK: Final = "Asked every week."
_NOT_IN_TURN: Final = "Not in the weekly turn: asked while its practice runs."


class AskedRow(msgspec.Struct, frozen=True):
    """One week in which the statement was asked; `value` is empty where it is hidden.

    `value` is the estimate that `interval` belongs to, `mean` what was released, `released` the
    same where it reads otherwise than `value`. `exact` holds value, low, high and the released
    mean as the figure draws them.
    """

    wave: str
    week: str
    value: str
    interval: str
    mean: str
    released: str
    at_least: int | None
    shares: str
    no_answer: str
    agree: str
    everybody: str
    pooled: bool
    drawn: Markup
    drawn_split: Markup
    exact: tuple[float | None, ...]


class StatementHistory(msgspec.Struct, frozen=True):
    """Everything the page of a statement says; `rows` are newest first."""

    item: Item
    scale: str
    next: str
    rows: tuple[AskedRow, ...]
    hidden: str

    @property
    def drawable(self) -> bool:
        """Whether any week has a figure."""
        return any(row.value for row in self.rows)

    @property
    def pooled(self) -> bool:
        """Whether any interval was read together with the other groups."""
        return any(row.pooled for row in self.rows)

    @property
    def splits(self) -> bool:
        """Whether any week may be split into agreeing, neither, disagreeing."""
        return any(row.shares for row in self.rows)


def statement_history(book: Book, unit_id: str, item: Item, to: str = "") -> StatementHistory:
    """Return the weeks of the unit's last year in which `item` was asked, within its series."""
    history = book.history
    newest = history.release(history.waves[-1]).manifest.form
    sides = history.instrument.sides
    rows = tuple(_row(one, item, sides) for one in reversed(_figures(book, unit_id, item.id, to)))
    return StatementHistory(
        item=item,
        scale=history.instrument.scales[item.scale].name if item.scale else "",
        next=when_next(history.instrument, newest, item),
        rows=rows,
        hidden=REASON,
    )


def when_next(instrument: Instrument, form: int, item: Item) -> str:
    """Return when `item` is asked again, counted from the wave that had rotation block `form`."""
    if item.id in instrument.anchors:
        return _EVERY_WEEK
    forms = len(instrument.blocks)
    for ahead in range(1, forms + 1):
        if item.id in instrument.form((form + ahead) % forms):
            told = "in the week after" if ahead == 1 else f"{ahead} weeks after"
            return f"Asked in turn: next {told} the newest shown; weeks left out are not counted."
    return _NOT_IN_TURN


def statement_json(book: Book, unit_id: str, item: Item, to: str = "") -> bytes:
    """Return the figure of a statement: dots in the weeks in which it was asked."""
    waves = [w for w in book.history.series_waves(unit_id) if not to or w <= to][-YEAR:]
    found = _figures(book, unit_id, item.id, to)
    return figure.to_json(asked(found, name=item.id, pauses=figure.pauses(waves)))


def statement_sheet(book: Book, unit_id: str, item: Item, to: str = "") -> Sheet:
    """Return the numbers of a statement."""
    return Sheet(
        ("wave", "status", "mean", "mean_bound", "value", "low_95", "high_95", "at_least",
         "favourable", "neutral", "unfavourable", "favourable_low_95", "favourable_high_95"),
        tuple(
            (f.wave, f.status, f.mean, f.mean_bound, *_estimate(f), f.at_least, f.favourable,
             f.neutral, f.unfavourable, *map(tenth, f.agree or (None, None)))
            for f in _figures(book, unit_id, item.id, to)
        ),
    )  # fmt: skip


def _figures(book: Book, unit_id: str, item: str, to: str) -> tuple[ItemFigure, ...]:
    def make() -> tuple[ItemFigure, ...]:
        history = book.history
        waves = [w for w in history.series_waves(unit_id) if not to or w <= to][-YEAR:]
        asked_in = [w for w in waves if item in history.release(w).manifest.items]
        return tuple(
            one for wave in asked_in for one in items_of_week(history, unit_id, wave, item)
        )

    return book.once(f"asked {item} {unit_id} {to}", make)


def _estimate(one: ItemFigure) -> tuple[float | None, ...]:
    return tuple(None if x is None else round(x, 2) for x in (one.value, one.low, one.high))


def _percent(share: Range | None) -> str:
    return "" if share is None else f"{weeks.between(share.low, share.high)} %"


def _row(one: ItemFigure, item: Item, sides: tuple[str, str, str]) -> AskedRow:
    return AskedRow(
        wave=one.wave,
        week=weeks.short(one.wave),
        value=value_words(one),
        interval=interval_words(one),
        mean=mean_words(one),
        released=released_words(one),
        at_least=one.at_least,
        shares=share_words(one, sides),
        no_answer=one.no_answer or "",
        agree=_percent(one.agree),
        everybody=_percent(one.everybody_agrees),
        pooled=one.pooled,
        drawn=drawn(one),
        drawn_split=split(one, reverse=item.reverse),
        exact=(*_estimate(one), one.mean),
    )
