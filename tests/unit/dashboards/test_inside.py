"""No page prints a figure outside the interval it prints beside it."""

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from dashboards.pages import weeks
from dashboards.pages.statements import interval_words, mean_words, value_words
from pulse.settings import Home
from pulse.statistics.history import History, read_history
from pulse.statistics.items import ItemFigure, items_of_week
from pulse.statistics.scales import Scales
from pulse.statistics.standing import first_weeks
from tests.unit.dashboards import numbers
from tests.unit.statistics.histories import INSTRUMENT, ROOT, history, team

Words = Callable[[ItemFigure], str]
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def outside(value: str, interval: str) -> bool:
    """Tell whether what is printed as a figure lies outside what is printed as its interval."""
    (told,) = NUMBER.findall(value)
    low, high = NUMBER.findall(interval)
    return not float(low) <= float(told) <= float(high)


def statements(known: History, words: Words, interval: Words) -> Iterator[bool]:
    """Yield for every shown statement whether its figure lies outside, both as told."""
    for unit in known.units:
        for one in items_of_week(known, unit):
            if one.value is not None:
                yield outside(words(one), interval(one))


def of_level(figure: ItemFigure) -> str:
    """Return the interval of the level, that of another figure than the released one."""
    assert figure.level is not None
    return weeks.between(figure.level.low, figure.level.high, 1)


def scattered(levels: list[float]) -> History:
    """Return four weeks of teams whose statements all have the mean of their team."""
    place = {f"t{n:02d}": level for n, level in enumerate(levels)}
    teams = tuple(team(name, 14 + n % 5) for n, name in enumerate(place))
    return history(lambda unit, *_: place.get(unit, 3.2), 4, teams, root=ROOT)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.floats(1.0, 5.0), min_size=1, max_size=24))
def test_a_printed_figure_lies_in_its_printed_interval(levels: list[float]) -> None:
    """Of statements, first weeks and blocks, pooled or not, coded or not."""
    known = scattered(levels)
    assert not any(statements(known, value_words, interval_words))
    scales = Scales(known)
    for unit in known.units:
        week = items_of_week(known, unit)
        for scale in INSTRUMENT.scales:
            for block in (scales.last_block(unit, scale), first_weeks(INSTRUMENT, scale, week)):
                if block is not None and (e := block.estimate) is not None:
                    assert not outside(weeks.whole(e.value), weeks.between(e.low, e.high))


def test_a_released_mean_printed_beside_it_would_lie_outside() -> None:
    """The twin: "4.5 or more" beside the interval of a level drawn towards the other groups."""
    known = scattered([*(3.0 + 0.01 * n for n in range(23)), 4.95])
    assert any(statements(known, mean_words, of_level))
    assert not any(statements(known, value_words, interval_words))


@pytest.fixture(scope="module")
def known(released: Home) -> History:
    """Give the releases behind the pages."""
    return read_history(released.releases)


@pytest.mark.enable_socket
def test_every_page_prints_figures_inside(hr: TestClient[Litestar], known: History) -> None:
    """Tiles, heat tables, months, lines, statements and comparisons of all units."""
    paths = ["/", "/compare?unit=web&unit=desk&unit=eng"]
    for unit in known.units:
        paths += [f"/units/{unit}", f"/units/{unit}/items/A1", f"/units/{unit}/items/S4"]
    found = 0
    for path in paths:
        page = hr.get(path).text
        pairs = re.findall(
            r"<b>(?:<data[^>]*>)?([\d.]+)(?:</data>)?</b>(.*?)</bdi>", page, re.DOTALL
        )
        cells = re.findall(r"<b>([\d.]+)</b>.*?likely </span>([^<]*)</span>", page, re.DOTALL)
        for value, rest in (*pairs, *cells):
            interval = re.sub(r"<[^>]+>", " ", rest)
            ends = re.search(r"([\d.]+)\N{EN DASH}([\d.]+)", interval)
            if ends is not None:
                found += 1
                assert not outside(value, f"{ends[1]} {ends[2]}"), (path, value, interval)
        for rows in numbers.tables(page).values():
            for values in rows.values():
                told, low, high, *_ = values  # the first of months; lines and statements have one
                assert low <= told <= high, (path, values)
    assert found > 50
