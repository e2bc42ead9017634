"""Whatever is shown anywhere is a function of the release files, and of nothing else."""

import csv
import datetime as dt
import io
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from litestar import Litestar, get
from litestar.params import FromPath

from pulse.clock import FixedClock, SystemClock
from pulse.demo.build import Demo, build
from pulse.release import cells, ledger, manifest, reading
from pulse.release.cell import COLUMNS, Cell
from pulse.settings import Home
from pulse.store.home import make_home
from tests import looking
from tests.looking import Alter, Seen, everything
from tests.unit.dashboards.house import CLOCK

SIDE_FILE: Final = "exact.json"
Leak = Callable[[str, bytes, Mapping[str, str]], bytes]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Demo]:
    """Make an organisation with nine weeks closed for real, a reorganisation and an open week."""
    home = Home(tmp_path_factory.mktemp("made") / "home")
    demo = build(
        home, SystemClock(), base_url="http://127.0.0.1:8000",
        dashboards_url="http://127.0.0.1:8001", people=120, weeks=9,
    )  # fmt: skip
    return home, demo


@pytest.fixture(scope="module")
def bare(made: tuple[Home, Demo], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Make a home that holds a copy of the releases and the same settings, and nothing else."""
    home = Home(tmp_path_factory.mktemp("bare") / "home")
    make_home(home, made[0].settings_file.read_text())
    shutil.copytree(made[0].releases, home.releases, dirs_exist_ok=True)
    return home


def differing(one: Seen, other: Seen) -> list[str]:
    """Name what is shown differently, but for the open week's files of the intake."""
    names = sorted(one.keys() | other.keys())
    return [n for n in names if not n.startswith(looking.INTAKE) and one.get(n) != other.get(n)]


@pytest.fixture(scope="module")
def seen(made: tuple[Home, Demo], tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Look at the organisation once."""
    return everything(made[0], CLOCK, tmp_path_factory.mktemp("seen") / "out.csv")


def test_everything_shown_comes_from_the_release_files(
    seen: Seen, bare: Home, tmp_path: Path
) -> None:
    """A home of nothing but releases shows the same bytes at every address, to every role."""
    assert differing(seen, everything(bare, CLOCK, tmp_path / "out.csv")) == []
    pages = [name for name, reply in seen.items() if reply.status == 200]
    assert len(pages) > 300


def test_the_look_leaves_no_address_out(seen: Seen, made: tuple[Home, Demo]) -> None:
    """Every GET route of every app was seen to lead somewhere."""
    for stand in looking.stands(made[0], CLOCK):
        assert looking.unvisited(stand, seen) == []


def test_a_new_address_that_nothing_looks_at_is_noticed(seen: Seen) -> None:
    """The twin: an app with one route more is not looked at completely."""

    @get("/units/{unit_id:str}/secret", sync_to_thread=False)
    def secret(unit_id: FromPath[str]) -> str:
        return unit_id

    stand = looking.Stand("dashboards", Litestar([secret]), (), {}, {}, ())
    assert "/units/{unit_id:str}/secret" in looking.unvisited(stand, seen)


# Broken apps: each shows something of the exact answers that a careless closing left behind.
def exact_n_on_a_page(address: str, body: bytes, exact: Mapping[str, str]) -> bytes:
    """Write the exact number of answers under a unit's page."""
    unit = address.removeprefix("/units/")
    return body.replace(b"</main>", f"<p>{exact.get(unit, '')} answers</p></main>".encode())


def exact_mean_in_the_api(address: str, body: bytes, exact: Mapping[str, str]) -> bytes:
    """Fill a field of the data answers from unrounded answers."""
    unit = address.removeprefix("/api/v1/units/").removesuffix("/series")
    return body.replace(b'"raw":', f'"exact":"{exact.get(unit, "")}","raw":'.encode(), 1)


def exact_mean_in_a_tooltip(address: str, body: bytes, exact: Mapping[str, str]) -> bytes:
    """Let the text beside a point say more digits than the record has."""
    if not address.startswith("/figures/"):
        return body
    unit = address.removeprefix("/figures/").partition("/")[0]
    return body.replace(b" answers", f" answers ({exact.get(unit, '')})".encode())


LEAKS: Final[tuple[Leak, ...]] = (exact_n_on_a_page, exact_mean_in_the_api, exact_mean_in_a_tooltip)


def leaking(leak: Leak, home: Home) -> Alter:
    """Return what an app does that reads the side file of its home."""
    file = home.state / SIDE_FILE
    exact = msgspec.json.decode(file.read_bytes()) if file.exists() else {}
    return lambda address, body: leak(address, body, exact)


@pytest.fixture
def careless(bare: Home, tmp_path: Path) -> Home:
    """Make the bare home once more, with exact figures beside the releases."""
    home = Home(tmp_path / "careless")
    shutil.copytree(bare.path, home.path)
    units = reading.load(home.releases, reading.waves(home.releases)[-1]).tree.units
    exact = {unit.unit_id: f"{4.1234 - at / 97:.4f}" for at, unit in enumerate(units)}
    (home.state / SIDE_FILE).write_bytes(msgspec.json.encode(exact))
    return home


_VALUES: Final = frozenset({"y", "base", "customdata", "error_y", "array", "arrayminus"})


def too_fine(seen: Seen) -> list[str]:
    """Name what shows a number with more digits than its kind has.

    Words beside points and lines are whole numbers, points have one decimal, those of a statement
    and the data of a line two; a page prints a mean to its step, 0.25 at the finest.
    """
    found = []
    for name, reply in seen.items():
        body = reply.body
        if reply.status != 200:
            continue
        if " /figures/" in name:
            traces = msgspec.json.decode(body)["data"]
            digits = (2, 2) if "/item:" in name else (1, 0)
            fine = any(value != round(value, digits[0]) for value in _numbers(traces))
            fine = fine or _decimals(" ".join(map(_words, traces))) > digits[1]
        elif name.endswith("/series"):
            fine = _decimals(body.decode()) > 2
        else:
            text = re.sub(rb"<[^>]*>", b" ", body).decode() if b"<html" in body else ""
            fine = _decimals(text) > 2
        found += [name] if fine else []
    return found


def _numbers(drawn: Any) -> Iterator[float]:
    """Yield every number of a figure's traces, but for how they look."""
    if isinstance(drawn, int | float):
        yield drawn
    elif isinstance(drawn, list):
        for each in drawn:
            yield from _numbers(each)
    elif isinstance(drawn, dict):
        for name, each in drawn.items():
            if name in _VALUES:
                yield from _numbers(each)


def _words(trace: Mapping[str, Any]) -> str:
    """Return what is written beside the points, without what is filled in from their numbers."""
    template = re.sub(r"%\{[^}]*\}", "", str(trace.get("hovertemplate", "")))
    return " ".join([template, *(text or "" for text in trace.get("text", []))])


def _decimals(text: str) -> int:
    return max((len(part) for part in re.findall(r"\d\.(\d+)", text)), default=0)


def test_no_number_is_finer_than_its_kind(seen: Seen) -> None:
    """Pages, tooltips, points and data answers have the digits that their kind allows."""
    assert too_fine(seen) == []


@pytest.mark.parametrize("leak", LEAKS)
def test_a_figure_from_anywhere_else_is_noticed(
    careless: Home, seen: Seen, tmp_path: Path, leak: Leak
) -> None:
    """The twins: a page, data answer or tooltip that knows more differs, and shows more digits."""
    alter = leaking(leak, careless)
    looked = everything(careless, CLOCK, tmp_path / "out.csv", alter=alter)
    assert differing(seen, looked) != []
    assert too_fine(looked) != []


def strangers(seen: Seen, home: Home) -> list[str]:
    """Name what gives out a record that is in no release: data answers and exports."""
    tables = [
        cells.rows(cells.read(home.releases / wave / cells.NAME))
        for wave in reading.waves(home.releases)
    ]
    released = {cell for table in tables for cell in table}
    printed = {tuple(_printed(v) for v in msgspec.structs.astuple(cell)) for cell in released}
    found = []
    for name, reply in seen.items():
        if reply.status != 200:
            continue
        if "/cells" in name:
            rows = msgspec.json.decode(reply.body)["items"]
            found += [name for row in rows if msgspec.convert(row, Cell) not in released]
        elif "export.csv" in name:
            lines = csv.reader(io.StringIO(reply.body.decode("utf-8-sig")))
            assert tuple(next(lines)) == COLUMNS
            found += [name for row in lines if tuple(row) not in printed]
    return found


def _printed(value: object) -> str:
    return "" if value is None else str(value)


def test_every_row_given_out_is_a_released_record(seen: Seen, bare: Home) -> None:
    """Each row of each data answer and export stands in a `cells.parquet`, field for field."""
    assert strangers(seen, bare) == []


def test_a_row_of_its_own_is_noticed(seen: Seen, bare: Home) -> None:
    """The twin: a mean moved by a hair in one answer is no released record."""
    name, reply = next((n, r) for n, r in seen.items() if "/cells" in n and b'"mean":3.' in r.body)
    moved = reply.body.replace(b'"mean":3.', b'"mean":3.01', 1)
    assert strangers({name: reply._replace(body=moved)}, bare) != []


def off_band(seen: Seen) -> list[str]:
    """Name what says "at least b", "at least b of H" where b is no band's edge, or over H - 2."""
    said = re.compile(rb'(?:[Aa]t least |"at_least":)(\d+)(?: of (\d+))?')
    return [
        name
        for name, reply in seen.items()
        for least, invited in said.findall(reply.body)
        if int(least) % 5 or (invited and int(least) > int(invited) - 2)
    ]


def test_every_count_in_words_is_the_edge_of_a_band(seen: Seen) -> None:
    """P20: pages, tooltips and data answers say how many answered in steps of five only."""
    assert off_band(seen) == []
    assert sum(b"t least " in reply.body for reply in seen.values()) > 50


@pytest.mark.parametrize("said", [b"At least 16 of 30 answered", b"At least 30 of 31 answered"])
def test_a_count_inside_a_band_is_noticed(seen: Seen, said: bytes) -> None:
    """The twin: one sentence with the number itself, or with everybody counted."""
    name, reply = next((n, r) for n, r in seen.items() if re.search(rb"t least \d+ of", r.body))
    body = re.sub(rb"At least \d+ of \d+ (people )?answered", said, reply.body, count=1)
    assert off_band({name: reply._replace(body=body)}) == [name]


def retouched(home: Home, wave: str, change: Callable[[list[Cell]], list[Cell]]) -> None:
    """Change the cells of the newest release and make every hash fit again."""
    folder = home.releases / wave
    data = cells.encode(change(cells.rows(cells.read(folder / cells.NAME))))
    (folder / cells.NAME).write_bytes(data)
    described = manifest.decode((folder / manifest.NAME).read_bytes())
    files = {**described.files, cells.NAME: ledger.digest(data)}
    text = manifest.encode(msgspec.structs.replace(described, files=files))
    (folder / manifest.NAME).write_bytes(text)
    *before, last = ledger.read(home.releases)
    assert last.wave == wave
    entries = [*before, msgspec.structs.replace(last, manifest=ledger.digest(text))]
    lines = b"".join(ledger.line(entry) + b"\n" for entry in entries)
    (home.releases / ledger.NAME).write_bytes(lines)


def one_step_up(rows: list[Cell]) -> Cell:
    """Choose a shown group's item that may stand one step higher."""
    inner = {cell.parent_id for cell in rows}
    return next(
        cell
        for cell in rows
        if cell.kind == "unit" and cell.unit_id not in inner and cell.mean_bound == "exact"
        and cell.measure.startswith("item:") and cell.mean == 3
    )  # fmt: skip


def test_one_changed_record_shows_where_it_stands(bare: Home, seen: Seen, tmp_path: Path) -> None:
    """Of all raw data exactly that record's changes, and the unit's own page follows it."""
    home = Home(tmp_path / "home")
    shutil.copytree(bare.path, home.path)
    wave = reading.waves(home.releases)[-1]
    chosen = one_step_up(cells.rows(cells.read(home.releases / wave / cells.NAME)))
    moved = msgspec.structs.replace(chosen, mean=3 + (chosen.step or 0))
    retouched(home, wave, lambda rows: [moved if row == chosen else row for row in rows])
    changed = differing(seen, everything(home, CLOCK, tmp_path / "out.csv"))
    address = f"/api/v1/units/{chosen.unit_id}/cells"
    raw = {name for name in seen if name.endswith((address, f"{address}?wave={wave}"))}
    able = {name for name in raw if seen[name].status == 200}
    assert {name for name in changed if "/cells" in name} == able != set()
    assert {f"dashboards hr /units/{chosen.unit_id}", "pulse export.csv True"} <= set(changed)
    assert not [
        name for name in changed if name.startswith(("staff", "admin", "dashboards nobody"))
    ]


def test_nothing_shown_depends_on_when_somebody_looks(
    bare: Home, seen: Seen, tmp_path: Path
) -> None:
    """A look fifty days later differs in times that are no figure's.

    Those are the access log's, which an auditor reads, since when one is signed in, and what could
    be told of a practice that a leader began today.
    """
    later = FixedClock(CLOCK.now() + dt.timedelta(days=50))
    changed = differing(seen, everything(bare, later, tmp_path / "out.csv"))
    log = {f"dashboards auditor {path}" for path in ("/", "/access", "/access.csv")}
    begun = {f"dashboards {role} /practices" for role in ("leader", "team")}
    assert {name.partition("?")[0] for name in changed} == log | begun | {
        f"dashboards {role} /account" for role in looking.ROLES
    }
