"""Of every figure the JSON, the table, the sheet and the release say the same numbers."""

import json
from collections.abc import Callable

import polars as pl
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from pulse.release import cells
from pulse.settings import Home
from pulse.statistics.history import History, read_history
from pulse.statistics.items import items_of_week
from pulse.statistics.scales import Scales
from tests.unit.dashboards import house, numbers
from tests.unit.dashboards.numbers import Numbers

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

UNITS = ("eng", "web", "desk", "tiny")
ITEMS = ("A1", "A2", "S4", "E1")


def _same(*said: Numbers) -> None:
    first, *others = said
    for other in others:
        assert other.keys() == first.keys()
        for key, values in first.items():
            assert other[key][:3] == pytest.approx(values[:3], abs=0.011), key


@pytest.fixture(scope="module")
def scales(released: Home) -> Scales:
    """Give the statistics, made from the release files once more."""
    return Scales(read_history(released.releases))


def _lines(
    hr: TestClient[Litestar], unit: str, scale: str, name: str, to: str = ""
) -> tuple[Numbers, ...]:
    drawn = numbers.of_trend(hr.get(f"/figures/{unit}/{scale}{to}").content, name)
    rows = numbers.tables(hr.get(f"/units/{unit}{to}").text)[f"{name} by week"]
    told = {(name, numbers.week_of(heading)): values for heading, values in rows.items()}
    sheet: Numbers = {
        (name, row["wave"]): (float(row["level"]), float(row["low_80"]), float(row["high_80"]))
        for row in numbers.sheet(hr.get(f"/tables/{unit}/{scale}{to}").text)
        if row["level"]
    }
    return drawn, told, sheet


@pytest.mark.parametrize("unit", UNITS)
def test_a_line_says_the_same_everywhere(
    hr: TestClient[Litestar],
    scales: Scales,
    unit: str,
) -> None:
    """Level and band of each week are one number in figure, table, sheet and statistics."""
    for scale in scales.history.instrument.scales.values():
        known = {
            (scale.name, p.wave): tuple(round(x or 0, 1) for x in (p.value, p.low, p.high))
            for p in scales.weekly(unit, scale.id)
            if p.value is not None
        }
        assert bool(known) == (unit != "tiny")
        _same(known, *_lines(hr, unit, scale.id, scale.name))


@pytest.mark.parametrize("unit", UNITS)
def test_months_say_the_same_everywhere(
    hr: TestClient[Litestar],
    scales: Scales,
    unit: str,
) -> None:
    """Value and interval of each block are one number in figure, table, sheet and statistics."""
    named = scales.history.instrument.scales
    known = {
        (scale.name, b.waves[0]): tuple(round(x, 1) for x in (e.value, e.low, e.high))
        for scale in named.values()
        for b in scales.blocks(unit, scale.id)
        if (e := b.estimate) is not None
    }
    drawn = numbers.of_steps(
        hr.get(f"/figures/{unit}/months").content, tuple(s.name for s in named.values())
    )
    sheet: Numbers = {
        (named[row["scale"]].name, row["from"]): tuple(
            float(row[column]) for column in ("value", "low_95", "high_95")
        )
        for row in numbers.sheet(hr.get(f"/tables/{unit}/months").text)
        if row["value"]
    }
    _same(known, drawn, sheet)
    told = numbers.tables(hr.get(f"/units/{unit}").text).get("Table of periods", {})
    in_rows = sorted(value for values in told.values() for value in values)
    assert in_rows == sorted(value for values in known.values() for value in values)


def _statement(history: History, home: Home, unit: str, item: str) -> tuple[Numbers, Numbers]:
    """Return each week's estimate with its interval, and its mean in cells.parquet."""
    told: Numbers = {}
    released: Numbers = {}
    for wave in history.waves:
        table = cells.read(home.releases / wave / "cells.parquet").filter(
            (pl.col("unit_id") == unit) & (pl.col("measure") == f"item:{item}")
        )
        own = {f.item: f for f in items_of_week(history, unit, wave)}
        for row in table.to_dicts():
            if row["mean"] is not None:
                one = own[item]
                told[item, wave] = tuple(round(x or 0, 2) for x in (one.value, one.low, one.high))
                released[item, wave] = (row["mean"],)
    return told, released


@pytest.mark.parametrize("unit", UNITS)
def test_a_statement_says_the_same_everywhere(
    released: Home,
    hr: TestClient[Litestar],
    scales: Scales,
    unit: str,
) -> None:
    """Each week's released mean is the one of cells.parquet in figure, table and sheet.

    So is the estimate with its interval the one of the statistics.
    """
    for item in ITEMS:
        known, means = _statement(scales.history, released, unit, item)
        figure = hr.get(f"/figures/{unit}/item:{item}").content
        drawn = numbers.of_dots(figure, item)
        marks = {
            (item, numbers.wave_of(day)): (y,)
            for trace in json.loads(figure)["data"][2:]
            for day, y in zip(trace["x"], trace["y"], strict=True)
        }
        assert marks == means
        page = numbers.tables(hr.get(f"/units/{unit}/items/{item}").text)
        told = {
            (item, numbers.week_of(heading)): values
            for rows in page.values()
            for heading, values in rows.items()
        }
        sheet = {
            (item, row["wave"]): tuple(
                float(row[column]) for column in ("value", "low_95", "high_95", "mean")
            )
            for row in numbers.sheet(hr.get(f"/tables/{unit}/item:{item}").text)
            if row["mean"]
        }
        _same(known, told, sheet, drawn)
        assert {key: values[3:] for key, values in told.items()} == means
        assert {key: values[3:] for key, values in sheet.items()} == means


def test_the_comparison_shows_the_numbers_of_the_units(
    hr: TestClient[Litestar],
    scales: Scales,
) -> None:
    """Each panel has value and interval of its unit's newest block, in the order asked for."""
    page = hr.get("/compare?unit=web&unit=desk").text
    expected = []
    for scale in scales.history.instrument.scales:
        for unit in ("web", "desk"):
            e = scales.blocks(unit, scale)[-1].estimate
            assert e is not None
            expected += [round(e.value, 1), round(e.low, 1), round(e.high, 1)]
    parts = page.split('<data value="')[1:]
    found = [float(value) for part in parts for value in part[: part.index('"')].split()]
    assert found == expected


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("/figures/web/energy", lambda body: numbers.of_trend(body, "Energy")),
        ("/figures/web/item:A1", lambda body: numbers.of_dots(body, "A1")),
    ],
)
def test_a_wrong_number_is_caught(
    hr: TestClient[Litestar],
    path: str,
    read: Callable[[bytes], Numbers],
) -> None:
    """The twin: one value of a figure changed by a tenth no longer says the same."""
    body = hr.get(path).content
    figure = json.loads(body)
    trace = next(t for t in figure["data"] if t["name"] in {"Energy", "A1"})
    trace["y"][-1] += 0.1
    with pytest.raises(AssertionError):
        _same(read(body), read(json.dumps(figure).encode()))


def test_the_past_is_the_line_as_it_was_then(
    hr: TestClient[Litestar],
    scales: Scales,
) -> None:
    """With `?to=` all pages draw no later week in; what is never shown has no figure."""
    until = house.WAVES[-3]
    then = {
        ("Energy", p.wave): tuple(round(x or 0, 1) for x in (p.value, p.low, p.high))
        for p in scales.weekly("web", "energy", until)
    }
    lines = _lines(hr, "web", "energy", "Energy", f"?to={until}")
    _same(then, *lines)
    whole, *_ = _lines(hr, "web", "energy", "Energy")
    assert lines[0] != {key: values for key, values in whole.items() if key[1] <= until}
    third = hr.get(f"/units/web?to={house.WAVES[2]}").text
    assert third.count("The line begins after four weeks.") == 4
    hidden = hr.get("/units/tiny").text
    assert hidden.count("None of these weeks is shown.") == 4
    assert "/figures/tiny/months" not in hidden
    page = hr.get(f"/units/web?to={until}").text
    assert "As it stood then" in page
    assert "likely real" not in page[: page.index("How to read")]
    assert hr.get("/units/web?to=2020-W01").status_code == 404
    assert hr.get("/figures/web/energy?to=soon").status_code == 404
