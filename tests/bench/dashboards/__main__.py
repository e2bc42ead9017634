"""Measure pages and figures: `python -m tests.bench.dashboards [--units N] [--weeks N]`."""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

from dashboards.desk import Book, Desk
from pulse.settings import Home
from tests.bench.dashboards import measuring, organisation
from tests.unit.dashboards import house

FIGURES = ("energy", "months", "item:A1", "item:S4")


def addresses(book: Book) -> dict[str, str]:
    """Return what is measured, the overview first; units of every depth."""
    units = book.history.units
    by_depth = {len(unit_id.split(".")): unit_id for unit_id in units if unit_id != "org"}
    division, department, team = (by_depth[depth] for depth in (1, 2, 3))
    halfway = book.history.waves[len(book.history.waves) // 2]
    return {
        "overview": "/",
        "overview, a division open": f"/?open={division}",
        "overview, everything open (200 rows)": "/?open=*",
        "overview, sorted by energy": "/?sort=energy",
        "overview, a unit sought": f"/?find={units[team].name.replace(' ', '+')}",
        "the organisation": "/units/org",
        "a division": f"/units/{division}",
        "a department": f"/units/{department}",
        "a team": f"/units/{team}",
        "a team, as of an older week": f"/units/{team}?to={halfway}",
        "a statement asked every week": f"/units/{team}/items/A1",
        "a statement asked in turn": f"/units/{team}/items/S4",
        "four units compared": f"/compare?unit={team}&unit={department}&unit={division}&unit=org",
        "units to choose from": "/compare",
        "a line": f"/figures/{team}/energy",
    }


def tell(line: str) -> None:
    """Write a line."""
    sys.stdout.write(line + "\n")


def run(home: Home) -> None:
    """Serve a home and print what it takes."""
    app = house.an_app(home)
    desk: Desk = app.state["desk"]
    start, busy = time.perf_counter(), time.process_time()
    book = desk.shelf.book()
    read, busy = time.perf_counter() - start, time.process_time() - busy
    cells = book.history.cells
    tell(f"{len(book.history.units)} units, {len(book.history.waves)} weeks, {cells.height} cells")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    tell(f"cold start: {read:.1f} s, {busy:.1f} s of processor; memory {memory:.1f} GB\n")
    tell("| page | first, ms | warm, ms | kB |\n|---|---|---|---|")
    for page in measuring.measure(app, addresses(book)):
        tell(f"| {page.name} | {page.first:.0f} | {page.warm:.1f} | {page.kilobytes:.0f} |")
    tell("\n| figure | built, ms | kept, ms | times cheaper | whole answer, ms | times cheaper "
         "| bytes | of the default's |")  # fmt: skip
    tell("|---|---|---|---|---|---|---|---|")
    team = addresses(book)["a team"].removeprefix("/units/")
    for one in measuring.figures(app, book, team, FIGURES):
        tell(
            f"| {one.name} | {one.built:.1f} | {one.kept:.4f} | {one.cheaper:.0f} "
            f"| {one.answer:.2f} | {one.cheaper_over_http:.0f} | {one.bytes} | {one.share:.2f} |"
        )


def main() -> None:
    """Write the releases, or take those of `--home`, and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.dashboards")
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--weeks", type=int, default=104)
    parser.add_argument("--home", type=Path, help="keep the releases here, and use those it has")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = asked.home or Path(folder)
        if (place / "home" / "releases" / "ledger.jsonl").exists():
            run(Home(place / "home"))
            return
        place.mkdir(parents=True, exist_ok=True)
        start = time.perf_counter()
        home = organisation.write(place, asked.units, asked.weeks)
        tell(f"releases written through the press in {time.perf_counter() - start:.0f} s")
        run(home)


if __name__ == "__main__":
    main()
