"""Staff and leaders who look at the same unit read the same number and the same words."""

import re
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from dashboards.pages.tiles import tiles
from pulse.release import ledger
from pulse.statistics import summary as summaries
from pulse.statistics.history import History
from pulse.statistics.scales import Scales
from pulse.statistics.summarising import summarise
from pulse.terms import Unit
from pulse.upkeep.telling import tell
from pulse.web.results import results_page
from pulse.web.scales import Scale, period, scales_of
from tests.unit.dashboards.house import HR, a_home, an_app, visitor
from tests.unit.statistics.histories import INSTRUMENT, history, team

HEAD = "0" * 64
DEPARTMENT = Unit("d", "org", "Platform", 48, group=False, series="2026-W01")
UNITS = (DEPARTMENT, structs.replace(team("a"), parent_id="d"), team("b"), team("c"))
Read = tuple[tuple[str, str, str, str], ...]


def moving(seed: int, hidden: int, weeks: int, fall: float) -> History:
    """Return a history in which anything moves, some weeks are hidden, and energy falls late."""

    def rule(unit: str, item: str, t: int) -> float | None:
        chance = sum(map(ord, unit + item)) * 7 + t * t * 5 + seed
        if unit != "org" and chance % 11 < hidden:
            return None
        up = 2.4 + 0.1 * (chance % 14) - fall * (t >= 12 and INSTRUMENT.items[item].scale == "care")
        return 6 - up if INSTRUMENT.items[item].reverse else up

    return history(rule, weeks, UNITS, step=0.25)


def by_leaders(scales: Scales, unit_id: str) -> Read:
    """Return what the leaders' tiles of a unit say."""
    return tuple((t.number, t.interval, t.says, t.alarm) for t in tiles(scales, unit_id))


def by_staff(scales: tuple[Scale, ...]) -> Read:
    """Return what the staff's page says of a unit; of a hidden scale it says nothing."""
    return tuple((_number(s), s.interval, s.direction, s.alarm) for s in scales)


def _number(scale: Scale) -> str:
    return "" if scale.value is None else scale.whole


def without_words(read: Read) -> Read:
    """Leave out the words of what is not shown."""
    return tuple(each if each[0] else ("", "", "", "") for each in read)


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(0, 8), st.sampled_from([1, 3, 4, 9, 20]),
    st.floats(0, 0.8),
)  # fmt: skip
def test_the_same_number_and_the_same_words(
    seed: int, hidden: int, weeks: int, fall: float
) -> None:
    """Of the organisation and each department, whatever is hidden, early or falling."""
    scales = Scales(moving(seed, hidden, weeks, fall))
    data = summaries.encode(summarise(scales, HEAD))
    told = msgspec.json.decode(data, type=summaries.Summary)
    assert [unit.unit_id for unit in told.departments] == ["d", "b", "c"]
    for unit in (told.whole, *told.departments):
        read = without_words(by_leaders(scales, unit.unit_id))
        assert by_staff(scales_of(unit)) == (read if unit.shown else ())
        assert unit.shown == any(number for number, *_ in read)
        if unit.shown:
            assert period(unit) in {tile.period for tile in tiles(scales, unit.unit_id)}


def test_one_week_as_released_is_another_number() -> None:
    """The twin, the newest week's own scale: another figure under the same name."""
    scales = Scales(moving(3, 0, 9, 0.5))
    week = scales.history.cells_of(scales.history.waves[-1])
    rows = week.filter((week["unit_id"] == "org") & week["mean"].is_not_null())
    for scale, (number, *_) in zip(INSTRUMENT.scales, by_leaders(scales, "org"), strict=True):
        up = [
            6 - mean if INSTRUMENT.items[name[5:]].reverse else mean
            for name, mean in rows.select("measure", "mean").iter_rows()
            if INSTRUMENT.items[name[5:]].scale == scale
        ]
        if scale in {"energy", "safety"}:
            assert f"{25 * (sum(up) / len(up) - 1):.0f}" != number


def test_the_pages_themselves_read_alike(tmp_path: Path) -> None:
    """What stands on the leaders' first page stands on the staff's too, figure by figure."""
    home = a_home(tmp_path)
    tell(home)
    told = summaries.read(home.summary, ledger.head(home.releases))
    newest = max(path for path in home.releases.iterdir() if path.is_dir())
    staff = results_page((newest / "results.json").read_bytes(), "O", told).decode()
    with visitor(an_app(home), HR) as client:
        page = client.get("/").text
    front = page[page.index('<ul class="tiles">') : page.index('id="participation"')]
    figure = re.compile(r"<b>(\d+)</b>.*?<bdi>(.*?)</bdi>", re.DOTALL)
    listed = staff[staff.index('<dl class="scales">') : staff.index("</dl>")]
    assert len(figure.findall(front)) == 4
    assert figure.findall(listed) == figure.findall(front)
    words = re.findall(r'<span class="direction">.*?<span>(.*?)</span>', front, re.DOTALL)
    assert re.findall(r'<p class="quiet">([^<;]*)', listed) == words
