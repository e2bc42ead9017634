"""The table of promises in README.md beside this file is complete and names tests that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
ROW = re.compile(r"^\| P(\d+) (.+?) \| (.+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w./*]+\.py)`")


def gaps(table: str) -> Iterator[str]:
    """Yield what a table lacks: a promise, a twin, a file."""
    rows = ROW.findall(table)
    missing = {str(number) for number in range(1, 21)} - {number for number, *_ in rows}
    yield from (f"P{number} is missing" for number in sorted(missing))
    for number, _, where, _ in rows:
        files = NAMED.findall(where)
        yield from (f"P{number}: no {file}" for file in files if not list(_matching(file)))
        if not files:
            yield f"P{number} is tested nowhere"


def _matching(file: str) -> Iterator[Path]:
    folder = (HERE / file).resolve().parent
    return folder.glob(Path(file).name)


def test_every_promise_has_a_test_and_a_twin() -> None:
    """P1 to P20 each stand in the table with a twin, and every file named is there."""
    assert list(gaps((HERE / "README.md").read_text(encoding="utf-8"))) == []


def test_a_gap_in_the_table_is_seen() -> None:
    """The twin: a dropped row and a file that is not there are both told."""
    table = (HERE / "README.md").read_text(encoding="utf-8")
    without = re.sub(r"^\| P4 .*\n", "", table, flags=re.MULTILINE)
    found = list(gaps(without.replace("`test_scales.py`", "`test_nowhere.py`")))
    assert found == ["P4 is missing", "P16: no test_nowhere.py"]
