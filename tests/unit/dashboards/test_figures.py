"""Every number shown is one of the release, or computed from it by `pulse.statistics`."""

import csv
import io
import json
import re

import polars as pl
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from dashboards.pages.heat import EDGES
from pulse.accounts import accesslog
from pulse.instrument.practices import shipped
from pulse.release import cells, reading
from pulse.release.cell import COLUMNS
from pulse.settings import Home
from pulse.statistics.history import read_history
from pulse.statistics.items import items_of_week
from pulse.statistics.participation import participation
from pulse.statistics.scales import Scales
from pulse.store.engine import sqlite_engine
from tests.unit.dashboards import house

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

LATEST = house.WAVES[-1]


def _words(page: str) -> str:
    """Return the text of a page's main part, tags taken out and space put together."""
    main = page[page.index("<main") : page.index("</main>")]
    text = re.sub(r"<(script|style)\b.*?</\1>", "", main, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("&#39;", "'")


def _released(home: Home, unit: str, wave: str = LATEST) -> pl.DataFrame:
    table = cells.read(home.releases / wave / "cells.parquet")
    return table.filter(pl.col("unit_id") == unit)


def test_the_overview_shows_the_last_block_of_each_scale(
    released: Home, leader: TestClient[Litestar]
) -> None:
    """The four tiles carry value, interval and direction as the statistics say them."""
    scales = Scales(read_history(released.releases))
    page = leader.get("/").text
    tiles = re.findall(r'<li class="tile">(.*?)</li>', page, flags=re.DOTALL)
    assert len(tiles) == 4
    for tile, scale in zip(tiles, scales.history.instrument.scales.values(), strict=True):
        estimate = scales.blocks("eng", scale.id)[-1].estimate
        assert estimate is not None
        assert f"<b>{estimate.value:.0f}</b>" in tile
        assert f"{estimate.low:.0f}\N{EN DASH}{estimate.high:.0f}" in tile
        assert scales.directions["eng", scale.id].words in tile
        assert scale.name in tile


def test_the_statements_are_the_released_rows(released: Home, leader: TestClient[Litestar]) -> None:
    """Each statement of the week stands there with its released mean, band and shares."""
    history = read_history(released.releases)
    text = _words(leader.get("/units/web").text)
    rows = _released(released, "web").filter(pl.col("measure").str.starts_with("item:")).to_dicts()
    assert len(rows) == 6
    for row in rows:
        item = history.instrument.items[row["measure"].removeprefix("item:")]
        assert item.text.replace("'", "'") in text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        coded = {"at_most": " or less", "at_least": " or more", "exact": " likely"}
        mean = f"{row['mean']:.2f}" if row["step"] == 0.25 else f"{row['mean']:.1f}"
        assert f"{mean}{coded[row['mean_bound']]}" in text
        assert f"at least {row['at_least']} answers" in text


def test_participation_is_the_released_band(released: Home, leader: TestClient[Litestar]) -> None:
    """A unit page says "At least b of H" and no other figure of participation."""
    history = read_history(released.releases)
    for unit in ("eng", "web", "data"):
        page = leader.get(f"/units/{unit}").text
        section = page[page.index('class="participation"') :]
        told = re.sub(r"<[^>]+>", " ", section[: section.index("</section>")].partition(">")[2])
        assert told.split() == ["Participation", *participation(history, unit).words.split()]


def test_every_number_of_a_page_comes_from_the_release(
    released: Home, leader: TestClient[Litestar]
) -> None:
    """No number stands in the overview that is not in the release or made from it."""
    history = read_history(released.releases)
    scales = Scales(history)
    allowed = {"0", "1", "5", "10", "19", "20", "47", "16", "2026", "50", "100", "80", "8"}
    allowed |= {str(edge) for edge in EDGES}  # of the colours, in the legend
    for unit in history.units.values():
        figures = items_of_week(history, unit.unit_id)
        allowed |= {str(unit.invited)}
        for figure in figures:
            if figure.mean is not None:
                allowed |= {f"{figure.mean:.2f}", f"{figure.mean:.1f}", str(figure.at_least)}
                allowed |= {f"{figure.value:.1f}", f"{figure.low:.1f}", f"{figure.high:.1f}"}
            for share in (figure.favourable, figure.neutral, figure.unfavourable):
                allowed |= set() if share is None else {f"{share:g}"}
        for scale in history.instrument.scales:
            for block in scales.blocks(unit.unit_id, scale):
                allowed |= {wave.split("-W")[1] for wave in block.waves} | {str(block.at_least)}
                if block.estimate is not None:
                    e = block.estimate
                    allowed |= {f"{e.value:.0f}", f"{e.low:.0f}", f"{e.high:.0f}"}
    for card in shipped().values():  # something to try: how long, and when to look
        allowed |= {str(card.minutes), str(card.look_after_weeks)}
    found = set(re.findall(r"\d+(?:\.\d+)?", _words(leader.get("/").text)))
    assert found - allowed == set()
    assert found - (allowed - {f"{history.units['eng'].invited}"}) != set()  # the test can fail


def test_a_hidden_unit_is_hatched_and_says_why(leader: TestClient[Litestar]) -> None:
    """Tiny, of whom three answered, has hatched cells, one sentence, and no figure anywhere."""
    page = leader.get("/").text
    row = page[page.index('data-unit="tiny"') :]
    row = row[: row.index("</tr>")]
    assert row.count('class="hatch"') == 4
    assert not re.search(r"<b>\d", row)
    assert "too few answers here or nearby to show safely" in page
    own = _words(leader.get("/units/tiny").text)
    assert "Too few answers here or nearby to show safely" in own
    assert "At least" not in own.split("Participation")[1].split("Safety")[0]


def test_names_from_the_roster_are_escaped(leader: TestClient[Litestar]) -> None:
    """A unit named like markup is shown as text."""
    page = leader.get("/").text
    assert "Web &amp; &lt;Mobile&gt;" in page
    assert "<Mobile>" not in page


def test_the_table_keeps_the_order_of_the_tree(hr: TestClient[Litestar]) -> None:
    """Units stand in tree order, whatever their figures are: there is no ranking."""
    units = re.findall(r'data-unit="([^"]+)"', hr.get("/").text)
    assert units == ["org", "eng", "web", "data", "tiny", "ops", "desk", "night"]


def test_cells_of_the_api_are_the_released_rows(released: Home, hr: TestClient[Litestar]) -> None:
    """The API gives each row of a unit and its pool as it stands in cells.parquet."""
    for wave in house.WAVES[-2:]:
        answer = hr.get("/api/v1/units/eng/cells", params={"wave": wave}).json()
        table = cells.read(released.releases / wave / "cells.parquet")
        expected = table.filter(pl.col("unit_id").is_in(["eng", "eng:others"])).to_dicts()
        assert answer == {"items": expected, "next": None}
    assert hr.get("/api/v1/units/eng/cells", params={"wave": "2020-W01"}).status_code == 404


def test_units_and_releases_of_the_api_are_the_ledger_and_the_tree(
    released: Home, hr: TestClient[Litestar], leader: TestClient[Litestar]
) -> None:
    """Releases are the ledger's lines; units those of the newest tree inside one's scope."""
    waves = [row["wave"] for row in hr.get("/api/v1/releases").json()["items"]]
    assert waves == list(reading.waves(released.releases))
    units = [row["unit_id"] for row in hr.get("/api/v1/units").json()["items"]]
    assert units == [unit.unit_id for unit in house.a_tree().units]
    mine = [row["unit_id"] for row in leader.get("/api/v1/units").json()["items"]]
    assert mine == ["eng", "web", "data", "tiny"]


def test_lists_go_on_where_they_stopped(hr: TestClient[Litestar]) -> None:
    """`after` continues behind a row; a row that is not there is a 422."""
    rest = hr.get("/api/v1/units", params={"after": "eng"}).json()
    assert rest["items"][0]["unit_id"] == "web"
    assert rest["next"] is None
    assert hr.get("/api/v1/units", params={"after": "nothing"}).status_code == 422


def test_the_series_is_the_line_of_the_page(released: Home, leader: TestClient[Litestar]) -> None:
    """Series, figure and table carry the same values of the same weeks."""
    scales = Scales(read_history(released.releases))
    rows = leader.get("/api/v1/units/web/series").json()["items"]
    points = scales.weekly("web", "energy")
    mine = [row for row in rows if row["measure"] == "scale:energy"]
    assert [row["value"] for row in mine] == [pytest.approx(p.value, abs=0.005) for p in points]
    figure = leader.get("/figures/web/energy").json()
    line = next(trace for trace in figure["data"] if trace.get("name") == "Energy")
    drawn = [round(point.value, 1) for point in points if point.value is not None]
    assert line["y"] == pytest.approx(drawn, abs=0.1)
    table = _words(leader.get("/units/web").text)
    for point in points:
        if point.value is not None:
            assert f"{point.value:.0f} {point.low:.0f}\N{EN DASH}{point.high:.0f}" in table


def test_a_figure_is_sent_once_and_then_304(leader: TestClient[Litestar]) -> None:
    """The ETag is the content's; a browser that has it gets 304 and no body."""
    first = leader.get("/figures/web/safety")
    assert first.headers["cache-control"] == "private, no-cache"
    again = leader.get("/figures/web/safety", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = leader.get("/figures/data/safety")
    assert other.headers["etag"] != first.headers["etag"]
    stale = leader.get("/figures/web/safety", headers={"If-None-Match": other.headers["etag"]})
    assert stale.status_code == 200


def test_the_export_is_the_released_cells(released: Home, hr: TestClient[Litestar]) -> None:
    """HR's CSV has the columns and rows of cells.parquet, hidden values empty, and is noted."""
    answer = hr.get("/api/v1/export.csv", params={"from": LATEST, "to": LATEST, "unit": ""})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == COLUMNS
    table = cells.read(released.releases / LATEST / "cells.parquet")
    assert len(rows) - 1 == table.height
    hidden = next(row for row in rows if row[1] == "tiny")
    assert set(hidden[7:]) == {""}
    one = hr.get("/api/v1/export.csv", params={"unit": "ops", "from": LATEST, "to": LATEST})
    seen = {row[1] for row in list(csv.reader(io.StringIO(one.text)))[1:]}
    assert seen <= {"ops", "ops:others", "desk", "night"}
    assert hr.get("/api/v1/export.csv", params={"from": "soon"}).status_code == 422
    engine = sqlite_engine(released.accounts / "accounts.db", journal="wal", create=False)
    newest = accesslog.newest(engine)[0]
    engine.dispose()
    assert (newest.email, newest.action) == (house.HR, "exported")


def test_the_columns_of_the_export_are_described_beside_it(hr: TestClient[Litestar]) -> None:
    """The data dictionary is one link away from the export and names each of its columns."""
    assert 'href="/api/v1/columns.csv"' in hr.get("/").text
    rows = list(csv.DictReader(io.StringIO(hr.get("/api/v1/columns.csv").text)))
    assert tuple(row["name"] for row in rows) == COLUMNS


def test_a_new_release_is_seen_at_once(fresh: Home) -> None:
    """Before the first release there is a marked example; after it, the figures of that week."""
    client = house.visitor(house.an_app(fresh), house.LEADER)
    empty = client.get("/").text
    assert "Example, with invented figures" in empty
    assert "No week has been shown yet" in empty
    house.release(fresh, 0)
    first = client.get("/").text
    assert "Example" not in first
    assert "this week" in first
    rows = _released(fresh, "eng", house.WAVES[0])
    for row in rows.filter(pl.col("measure").str.starts_with("scale:")).to_dicts():
        assert f"<b>{row['mean']:.0f}</b>" in first
    for week in (1, 2, 3):
        house.release(fresh, week)
    assert "weeks 38\N{EN DASH}41, 2026" in client.get("/").text


def test_the_document_of_the_api_describes_it(app: Litestar) -> None:
    """/openapi.json names every data route and no page."""
    document = json.loads(house.visitor(app).get("/openapi.json").content)
    assert sorted(document["paths"]) == [
        "/api/v1/columns.csv", "/api/v1/export.csv", "/api/v1/releases", "/api/v1/units",
        "/api/v1/units/{unit_id}/cells", "/api/v1/units/{unit_id}/series",
    ]  # fmt: skip
