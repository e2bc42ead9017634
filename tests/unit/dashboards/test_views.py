"""The table of units as its address asks for it: opened, sorted, sought; and its colours."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import structs

import dashboards
from dashboards.closer import near
from dashboards.desk import Book
from dashboards.pages.beside import YOUNG, comparison
from dashboards.pages.heat import MOST_ROWS, HeatTable, heat_table
from dashboards.pages.view import EVERYTHING, View, view
from dashboards.sight import Sight
from pulse.accounts.scope import Scope
from pulse.instrument import Item
from pulse.release import hidden
from pulse.signin.assets import SHARED
from pulse.signin.failures import NotHere
from pulse.terms import Unit
from tests.unit.dashboards import house
from tests.unit.statistics.histories import ROOT, history, team

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

ALL: Final = Scope("hr", None, "org", None, frozenset())
STYLE: Final = SHARED / "base.css"


def _mean(unit: str, item: str, t: int) -> float | None:
    """Give later teams higher means in steps; the third is hidden."""
    del item, t
    return None if unit == "t2" else 2.0 + (int(unit[1:]) % 5) / 2 if unit[1:].isdigit() else 3.0


def _book(teams: int) -> Book:
    return Book("", history(_mean, 8, tuple(team(f"t{number}") for number in range(teams))))


def _deep(levels: int, each: int) -> Book:
    """Return a book of a tree with `each` units below each unit, `levels` deep."""
    units: list[Unit] = []
    above = ["org"]
    for level in range(levels):
        below = []
        for parent in above:
            for place in range(each):
                unit_id = f"u{level}{place}{parent.removeprefix('org')}"
                units.append(Unit(unit_id, parent, unit_id, 9, group=level == levels - 1,
                                  series=ROOT.series))  # fmt: skip
                below.append(unit_id)
        above = below
    return Book("", history(lambda *_: 3.0, 1, tuple(units)))


def _ids(table: HeatTable) -> list[str]:
    return [line.row.unit_id for line in table.lines]


def test_a_small_table_is_open_and_a_large_one_closed() -> None:
    """Up to 24 rows stand open; of more, only the top's children, each with what is below it."""
    small = heat_table(_deep(2, 4), ALL, "org")
    assert len(small.lines) == 21
    large = heat_table(_deep(3, 5), ALL, "org")
    assert [line.depth for line in large.lines] == [0, 1, 1, 1, 1, 1]
    assert [line.below for line in large.lines] == [155, 30, 30, 30, 30, 30]
    assert not any(line.open for line in large.lines[1:])


def test_a_branch_opens_and_closes_by_its_address() -> None:
    """Following the address of a branch opens it where it stands; following it again closes it."""
    book = _deep(3, 5)
    closed = heat_table(book, ALL, "org")
    address = closed.lines[1].toggle
    opened = heat_table(book, ALL, "org", view("/", opened="u00", sort="", find=""))
    assert address == "/?open=u00#units"
    assert _ids(opened)[:3] == ["org", "u00", "u10u00"]
    assert opened.lines[1].toggle == "/?open=#units"
    assert heat_table(book, ALL, "org", view("/", opened="", sort="", find="")).lines[2].depth == 1


def test_thousands_of_units_are_never_sent_at_once() -> None:
    """Everything open shows the first rows in tree order and says how many it leaves out."""
    book = _deep(4, 8)
    table = heat_table(book, ALL, "org", View(open=(EVERYTHING,)))
    assert len(table.lines) == MOST_ROWS
    assert table.cut == 1 + 8 + 64 + 512 + 4096 - MOST_ROWS
    assert len(heat_table(book, ALL, "org").lines) == 9


def test_sorting_is_by_colour_inside_a_branch() -> None:
    """By a scale the lowest colour comes first, equal colours in tree order, hidden ones last."""
    book = _book(10)
    assert _ids(heat_table(book, ALL, "org"))[1:] == [f"t{n}" for n in range(10)]
    table = heat_table(book, ALL, "org", View(sort="energy"))
    shades = [line.row.cells[1].shade for line in table.lines[1:]]
    shown = [shade for shade in shades if shade is not None]
    assert shown == sorted(shown)
    assert shades[-1] is None
    for shade in set(shades):
        same = [int(line.row.unit_id[1:]) for line in table.lines[1:]
                if line.row.cells[1].shade == shade]  # fmt: skip
        assert same == sorted(same)
    assert _ids(heat_table(book, ALL, "org", View(sort="nothing"))) == _ids(
        heat_table(book, ALL, "org")
    )


def test_a_unit_is_found_by_a_part_of_its_name() -> None:
    """The found units stand under those above them, whatever is closed, and nothing else does."""
    table = heat_table(_deep(3, 5), ALL, "org", View(find="U24U13U02"))
    assert _ids(table) == ["org", "u02", "u13u02", "u24u13u02"]
    assert len(heat_table(_deep(2, 2), ALL, "org", View(find="nobody")).lines) == 1


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=300), st.text(max_size=40), st.text(max_size=200))
def test_no_address_is_too_strange(opened: str, sort: str, find: str) -> None:
    """Whatever stands in an address, the table begins with the page's own unit."""
    looked = view("/", opened=opened, sort=sort, find=find)
    assert _ids(heat_table(_BOOK, ALL, "org", looked))[0] == "org"
    assert "\n" not in looked.address()


_BOOK: Final = _book(6)


def test_a_search_reaches_no_unit_outside_the_scope(app: Litestar) -> None:
    """A leader who seeks or opens a unit elsewhere gets the page without it."""
    leader = house.visitor(app, house.LEADER)
    for address in ("/?find=desk", "/?open=ops,org", "/?sort=care&open=*"):
        page = leader.get(address).text
        assert set(re.findall(r'data-unit="([^"]+)"', page)) <= {"eng", "web", "data", "tiny"}


def test_two_to_four_units_of_the_scope_are_compared(
    hr: TestClient[Litestar], leader: TestClient[Litestar]
) -> None:
    """A unit outside the scope is the same 404 as one that does not exist; a fifth is left out."""
    foreign = leader.get("/compare?unit=web&unit=desk")
    gone = leader.get("/compare?unit=web&unit=gone")
    assert (foreign.status_code, foreign.content) == (gone.status_code, gone.content)
    assert foreign.status_code == 404
    five = hr.get("/compare?unit=web&unit=eng&unit=ops&unit=desk&unit=night&unit=web").text
    assert five.count('class="panels panels4"') == 4
    assert "Only the first 4 are shown" in five
    assert 'href="/compare?unit=web"' in leader.get("/compare").text


def test_every_difference_is_told_with_its_interval(hr: TestClient[Litestar]) -> None:
    """Real or not: of three units all three pairs, each adding up with the figures above it."""
    teams = tuple(team(f"t{number}") for number in (0, 1, 3, 4))
    found = comparison(Book("", history(_mean, 8, teams)), ("t0", "t1", "t3"))
    for scale in found.scales:
        number = {panel.unit.name: int(panel.number) for panel in scale.panels}
        pairs = [("T0", "T1"), ("T0", "T3"), ("T1", "T3")]
        assert [(pair.one, pair.other) for pair in scale.pairs] == pairs
        for pair in scale.pairs:
            told = int(pair.difference.replace("\N{MINUS SIGN}", "-"))
            assert told == number[pair.one] - number[pair.other]
            low, high = pair.interval.replace("\N{MINUS SIGN}", "-").split(" to ")
            assert int(low) <= told <= int(high)
    page = hr.get("/compare?unit=web&unit=desk").text
    rows = re.findall(r'"rowheader">Web &amp; &lt;Mobile&gt; minus Desk</th>(.*?)</tr>', page)
    assert len(rows) == 4
    assert all(
        re.search(r'<bdi class="muted">\S+ to \S+</bdi></td><td role="cell">\w', r) for r in rows
    )


def test_what_is_too_young_to_compare_is_not_called_hidden() -> None:
    """A line younger than four weeks says so; one of too few answers says that; nobody guesses."""
    teams = (team("t0"), team("t2"), team("t3", series="2026-W07"))
    found = comparison(Book("", history(_mean, 8, teams)), ("t0", "t2", "t3"))
    reasons = [panel.reason for panel in found.scales[0].panels]
    assert reasons == ["", hidden.REASON, YOUNG]
    early = comparison(Book("", history(_mean, 3, teams[:2])), ("t0", "t2"))
    assert early.period == ""


def test_a_statement_that_nobody_knows_is_the_same_404(hr: TestClient[Litestar]) -> None:
    """An unknown statement looks like an unknown unit, on pages and as a figure."""
    strange = hr.get("/units/eng/items/X9")
    assert (strange.status_code, strange.content) == (404, hr.get("/units/gone").content)
    assert hr.get("/figures/eng/item:X9").status_code == 404


def test_a_statement_about_a_leader_is_that_leader_s_alone() -> None:
    """The leader of a unit reaches it there and nowhere else; HR does not reach it at all."""
    known = history(_mean, 1, (team("t0"), team("t1")))
    item = Item("P11", "My leader made time for me.", "care", leader=True)
    known.instrument = structs.replace(
        known.instrument, items={**known.instrument.items, item.id: item}
    )
    book, items = Book("", known), frozenset({item.id})
    desk: Any = None  # not asked for anything here
    mine = Scope("leader", "t0", "t0", frozenset({"t0", "t1"}), items, frozenset({"t0"}))
    own = Sight(desk, book, mine)
    assert own.item("t0", "P11") is item
    everybody = Sight(desk, book, Scope("hr", None, "org", None, items))
    for seen, unit in ((own, "t1"), (everybody, "t0"), (everybody, "org")):
        with pytest.raises(NotHere):
            seen.item(unit, "P11")
    assert everybody.item("t0", "A1").id == "A1"


def _colours(dark: bool) -> dict[str, str]:  # noqa: FBT001 - one of two themes
    text = STYLE.read_text(encoding="utf-8")
    start = text.index("prefers-color-scheme: dark") if dark else text.index(":root")
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text[start : text.index("}", start)]))


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2, "relative luminance")."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _monotone(palette: list[str], *, dark: bool) -> bool:
    """Tell whether lightness changes one way from the middle to either end, in even pairs."""
    light = [_luminance(colour) for colour in palette]
    sign = 1 if dark else -1
    outward = (light[3::-1], light[3:])
    return all(
        sign * (after - before) > 0.002 for side in outward for before, after in pairwise(side)
    )


@pytest.mark.parametrize("dark", [False, True])
def test_the_palette_is_monotone_and_readable(dark: bool) -> None:  # noqa: FBT001 - as above
    """From grey to either end lightness goes one way; figures on every shade keep 4.5:1."""
    colours = _colours(dark)
    palette = [colours[f"shade{number}"] for number in range(7)]
    assert _monotone(palette, dark=dark)
    for shade in palette:
        assert contrast(colours["shade-ink"], shade) >= 4.5
        assert contrast(colours["shade-small"], shade) >= 4.5
    for text in ("ink", "muted", "accent", "warn"):
        assert contrast(colours[text], colours["ground"]) >= 4.5
    assert contrast(colours["ink"], colours["ground"]) >= 7
    swapped = [*palette[:2], palette[3], palette[2], *palette[4:]]
    assert not _monotone(swapped, dark=dark)  # the check can fail


def test_units_to_set_beside_are_above_below_or_beside() -> None:
    """The whole organisation has its departments near it, a team its sisters and its parent."""
    units = _deep(3, 6).history.units
    expected = {"org": 6, "u00": 5 + 1 + 6, "u10u00": 5 + 1 + 6, "u20u10u00": 5 + 1}
    for chosen, near_it in expected.items():
        found = near([u for u in units.values() if u.unit_id != chosen], [units[chosen]])
        assert len(found) == near_it
        kin = {chosen, units[chosen].parent_id}
        assert all(u.unit_id in kin or u.parent_id in kin for u in found)


def test_paper_has_the_colours_of_the_light_theme() -> None:
    """Printing from a dark screen gives the light palette."""
    paper = (Path(dashboards.__file__).parent / "static" / "print.css").read_text(encoding="utf-8")
    told = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", paper[: paper.index("}")]))
    light = _colours(dark=False)
    assert {name: light[name] for name in told} == told
