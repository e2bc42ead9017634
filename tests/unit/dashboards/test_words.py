"""What a page says beside its figures is true of the releases behind them."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Template
from msgspec import structs

from dashboards.desk import Book
from dashboards.layout import templates
from dashboards.pages.against import against
from dashboards.pages.beside import comparison
from dashboards.pages.heat import heat_table
from dashboards.pages.hidden import hidden
from dashboards.pages.tiles import tiles
from dashboards.pages.trends import months, sections
from pulse.accounts.scope import Scope
from pulse.instrument.practices import shipped
from pulse.release.hidden import REASON
from pulse.statistics.scales import Scales
from pulse.statistics.standing import NO_COMPARISON, ONE_WEEK, standing
from tests.unit.statistics.histories import INSTRUMENT, history, team

EVERYTHING = Scope("hr", None, "org", None, frozenset())


def lately(unit: str, item: str, t: int) -> float | None:
    """Show team "a" from the fifth wave on, everybody else always."""
    del item
    return None if unit == "a" and t < 4 else 3.0


def test_a_shown_figure_is_not_called_hidden() -> None:
    """Where only the weeks before are hidden, the tile says that there is no comparison."""
    for tile in tiles(Scales(history(lately, 8, (team("a"),))), "a"):
        assert tile.estimate is not None
        assert tile.says == NO_COMPARISON
    for tile in tiles(Scales(history(lately, 4, (team("a"),))), "a"):
        assert tile.estimate is None
        assert "too" in tile.says


@pytest.mark.parametrize("shown", [0, 1, 2, 4])
def test_one_shown_week_of_four_is_the_reason_that_is_given(shown: int) -> None:
    """Tile, table, comparison and staff's page say so; of no week at all, that answers were few."""

    def rule(unit: str, item: str, t: int) -> float | None:
        del item
        return None if unit == "a" and t >= 4 + shown else 3.0

    book = Book("", history(rule, 8, (team("a"), team("b"))))
    row = heat_table(book, EVERYTHING, "org").lines[1].row
    panels = comparison(book, ("a", "b")).scales[0].panels
    told = [
        *(tile.says for tile in tiles(book.scales, "a")),
        standing(book.scales, "a", "energy", book.scales.last_block("a", "energy"), ()).words,
        *(cell.why for cell in row.cells),
        row.why,
        panels[0].reason,
        macro("parts.html", "heat_cells", row).replace("Only", "only"),
    ]
    assert all((ONE_WEEK in text) == (shown == 1) for text in told)
    few = {text for text in told[:4] if REASON in text}
    assert bool(few) == (shown == 0)


def test_a_band_is_not_set_against_another_week_s_headcount() -> None:
    """A table over four weeks says how many answered, not of how many are invited by now."""
    smaller = team("a", invited=9)
    lines = heat_table(Book("", history(lately, 8, (smaller,))), EVERYTHING, "org").lines
    assert [line.row.answers for line in lines] == ["at least 250 answers", "at least 10 answers"]


@pytest.mark.parametrize(
    ("series", "note"),
    [
        ("2026-W05", "Week 5, 2026, the first week shown"),
        ("2026-W07", "Week 7, 2026: before a reorganisation"),
    ],
)
def test_a_line_that_begins_late_says_why(series: str, note: str) -> None:
    """Only a unit that was shown before with other people was reorganised."""
    unit = structs.replace(team("a"), series=series)
    (told,) = hidden(history(lately, 8, (unit,)), EVERYTHING, "a").notes
    assert f"This line begins in {note}" in told
    assert (
        hidden(
            history(lately, 4, (structs.replace(unit, series="2026-W04"),)), EVERYTHING, "a"
        ).notes
        == ()
    )


def test_a_line_that_has_just_begun_is_told_to_be_of_this_week() -> None:
    """In a table over four weeks, a unit without such a block yet names its own period."""
    new = team("a", series="2026-W06")
    table = heat_table(Book("", history(lately, 8, (new,))), EVERYTHING, "org")
    assert table.period == "weeks 5\N{EN DASH}8, 2026"
    assert [line.row.answers for line in table.lines] == [
        "at least 250 answers", "at least 10 answers this week",
    ]  # fmt: skip
    assert all(cell.number for cell in table.lines[1].row.cells)


@pytest.mark.parametrize("high", [2.8, 4.9])
def test_weeks_that_are_marks_are_explained(high: float) -> None:
    """The caption names the diamonds where a week is drawn as one, and only there."""

    def rule(unit: str, item: str, t: int) -> float:
        return high if (unit, item, t) == ("a", "A2", 7) else 3.0

    scales = Scales(history(rule, 8, (team("a"),)))
    drawn = tiles(scales, "a")
    found = sections(scales, "a", drawn)
    assert [section.ends for section in found] == [0, int(high > 4), 0, 0]
    page = Path(__file__).parents[3] / "dashboards/templates/unit.html"
    text = page.read_text(encoding="utf-8")
    condition = text[text.index('{% if shown.trends|selectattr("ends")|list %}') :]
    words = Template(condition[: condition.index("{% endif %}") + len("{% endif %}")])
    assert ("Diamonds" in words.render(shown={"trends": found})) == (high > 4)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((), ""),
        ((3,), ""),
        ((5,), "1 of these four weeks is near the end of the answers: it counts here"),
        ((3, 4, 5, 6), "3 of these four weeks are near the end of the answers: they count here"),
    ],
)
def test_weeks_that_the_line_leaves_out_are_told(ends: tuple[int, ...], said: str) -> None:
    """Figure and line may lie apart: beside both stands how many of its weeks are only marks."""

    def rule(unit: str, item: str, t: int) -> float:
        energy = unit == "a" and INSTRUMENT.items[item].scale == "energy"
        top = 1.0 if INSTRUMENT.items[item].reverse else 5.0
        return top if energy and t in ends else 3.0

    book = Book("", history(rule, 8, (team("a"), team("b"))))
    told = {tile.scale: tile for tile in tiles(book.scales, "a")}
    assert told["energy"].ends.startswith(said)
    assert bool(told["energy"].ends) == bool(said)
    assert told["care"].ends == ""
    assert (said or "</svg>") in macro("parts.html", "tile_body", told["energy"])
    panels = {beside.scale: beside.panels for beside in comparison(book, ("a", "b")).scales}
    assert [panel.ends for panel in panels["energy"]] == [told["energy"].ends, ""]


def test_hidden_weeks_of_a_period_are_named_by_their_numbers() -> None:
    """Beside "weeks 1-4, 2026" the hidden ones need no year of their own."""

    def rule(unit: str, item: str, t: int) -> float | None:
        del item
        return None if unit == "a" and t in {1, 2} else 3.0

    (row,) = months(Scales(history(rule, 4, (team("a"),))), "a")
    assert (row.period, row.missing) == ("weeks 1\N{EN DASH}4, 2026", "weeks 2, 3")


@given(st.integers(0, 1000))
@settings(max_examples=3, deadline=None)
def test_what_is_told_beside_the_organisation_adds_up(seed: int) -> None:
    """The difference is that of the two whole numbers beside it."""

    def rule(unit: str, item: str, t: int) -> float:
        return 2.5 + 0.05 * ((sum(map(ord, unit + item)) * 7 + t * seed) % 21)

    book = Book("", history(rule, 8, tuple(team(name) for name in "abcdef"), step=0.1))
    rows = [row for name in "abcdef" for row in against(book, name).rows]
    assert len(rows) == 6 * 4
    for row in rows:
        told = int(row.difference.replace("\N{MINUS SIGN}", "-"))
        assert told == int(row.here) - int(row.there)


def macro(template: str, name: str, *arguments: object) -> str:
    """Return what a macro of a template writes."""
    environment = templates().engine_instance.engine
    return str(getattr(environment.get_template(template).module, name)(*arguments))


def test_what_small_moves_add_up_to_stands_on_the_tile() -> None:
    """A fall of months ago is no change between blocks, and the overview's tile tells it."""

    def tired(unit: str, item: str, t: int) -> float:
        way = 0.8 if INSTRUMENT.items[item].reverse else -0.8
        return 3 + way * (unit == "a" and t >= 12 and INSTRUMENT.items[item].scale == "energy")

    scales = Scales(history(tired, 20, (team("a"), team("b")), step=0.1))
    told = {tile.scale: tile for tile in tiles(scales, "a")}
    assert told["energy"].alarm == "lower than it used to be"
    assert told["care"].alarm == ""
    assert all(tile.alarm == "" for tile in tiles(scales, "a", "2026-W16"))
    assert "Lower than it used to be" in macro("parts.html", "tile_body", told["energy"])
    assert "used to be" not in macro("parts.html", "tile_body", told["care"])


def test_one_minute_is_one_minute() -> None:
    """Every card says its time as people do."""
    for card in shipped().values():
        words = macro("cards.html", "lines", card)
        assert ("1 minute," in words.replace("11 minute", "")) == (card.minutes == 1)
        assert not re.search(r"\b1 (minutes|weeks)\b", words)
