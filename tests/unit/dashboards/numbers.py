"""Takes the numbers out of what a browser gets: figure JSON, tables of a page, sheets."""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

Point = tuple[str, str]  # what a number is of: a series' name and its wave (or first wave)
Numbers = dict[Point, tuple[float, ...]]


def wave_of(day: str) -> str:
    """Return the ISO week of a date on a figure's axis."""
    year, week, _ = dt.date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02d}"


def _traces(figure: bytes, name: str) -> list[Any]:
    return [trace for trace in json.loads(figure)["data"] if trace["name"] == name]


def of_trend(figure: bytes, name: str) -> Numbers:
    """Return level, low and high of each week drawn; the shape of the band has the same ends."""
    found: Numbers = {}
    for line in _traces(figure, name):
        rows = zip(line["x"], line["y"], line["customdata"], strict=True)
        found |= {(name, wave_of(day)): (y, *told[:2]) for day, y, told in rows if day}
    (band,) = _traces(figure, "80 % band")
    ends = {value for _, *pair in found.values() for value in pair}
    assert {y for y in band["y"] if y is not None} == ends
    return found


def of_steps(figure: bytes, names: tuple[str, ...]) -> Numbers:
    """Return value, low and high of each block drawn, by its first wave."""
    found: Numbers = {}
    for name in names:
        (line,), (bars,) = _traces(figure, name), _traces(figure, f"{name}, 95 % interval")
        values = zip(line["x"][::3], line["y"][::3], bars["base"], bars["y"], strict=True)
        for day, value, low, height in values:
            found[name, wave_of(day)] = (value, low, round(low + height, 1))
        told = [tuple(each[:2]) for each in bars["customdata"]]
        assert told == [(v, high) for (own, _), (v, _, high) in found.items() if own == name]
    return found


def of_dots(figure: bytes, name: str) -> Numbers:
    """Return mean, low and high of each week that has a dot."""
    (dots,), (bars,) = _traces(figure, name), _traces(figure, "95 % interval")
    reach = dict(
        zip(bars["x"][::3], zip(bars["y"][::3], bars["y"][1::3], strict=False), strict=True)
    )
    pairs = zip(dots["x"], dots["y"], strict=True)
    return {(name, wave_of(day)): (y, *reach[day]) for day, y in pairs}


class _Tables(HTMLParser):
    """Keeps the rows of every table, each as its heading and the values of its `data` elements."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[tuple[str, list[float]]]]] = []
        self._region = ""
        self._heading: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Follow where in a table we are."""
        known: Mapping[str, str | None] = dict(attrs)
        if known.get("role") == "region":
            self._region = known.get("aria-label") or ""
        elif tag == "table":
            self.tables.append((self._region, []))
            self._region = ""
        elif tag == "tr" and self.tables:
            self.tables[-1][1].append(("", []))
            self._heading = None
        elif tag == "th" and known.get("scope") == "row":
            self._heading = []
        elif tag == "data" and self.tables:
            values = (known.get("value") or "").split()
            self.tables[-1][1][-1][1].extend(map(float, values))

    def handle_endtag(self, tag: str) -> None:
        """Close a heading."""
        if tag == "th" and self._heading is not None:
            rows = self.tables[-1][1]
            rows[-1] = ("".join(self._heading).strip(), rows[-1][1])
            self._heading = None

    def handle_data(self, data: str) -> None:
        """Collect the words of a heading."""
        if self._heading is not None:
            self._heading.append(data)


def tables(page: str) -> dict[str, dict[str, tuple[float, ...]]]:
    """Return the tables of a page by the name of their region, rows by heading."""
    parser = _Tables()
    parser.feed(page)
    return {
        name: {heading: tuple(values) for heading, values in rows if values}
        for name, rows in parser.tables
    }


def week_of(heading: str) -> str:
    """Return the wave that a row is headed with: "Week 47, 2026"."""
    found = re.match(r"Week (\d+), (\d{4})", heading)
    assert found is not None
    return f"{found[2]}-W{int(found[1]):02d}"


def sheet(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV."""
    return list(csv.DictReader(io.StringIO(text)))
