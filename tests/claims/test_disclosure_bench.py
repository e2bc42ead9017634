"""The README's table of disclosure rules is what the bench measures."""

from pathlib import Path
from typing import Final

import pytest

from tests.bench.disclosure.__main__ import FULL, measured, own_contenders, shares
from tests.bench.disclosure.table import BEGIN, END, TIME, markdown
from tests.bench.disclosure.tauargus import METHODS

README: Final = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")

Rows = dict[str, dict[str, str]]


def tables(text: str) -> list[Rows]:
    """Read Markdown tables as {first cell: {column: cell}}, without the columns of time."""
    found: list[Rows] = []
    head: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if not line.startswith("|"):
            head = []
        elif not head:
            head = cells
            found.append({})
        elif cells[0] != "---":
            row = zip(head, cells, strict=True)
            found[-1][cells[0]] = {at: cell for at, cell in row if not at.startswith(TIME)}
    return found


def without_the_package(rows: Rows) -> Rows:
    """Leave out what only another package can measure."""
    return {name: row for name, row in rows.items() if name not in METHODS}


@pytest.fixture(scope="module")
def printed() -> list[Rows]:
    """The README's tables."""
    assert README.count(BEGIN) == README.count(END) == 1
    return tables(README.partition(BEGIN)[2].partition(END)[0])


def test_the_readme_states_what_every_rule_shows_and_leaks(printed: list[Rows]) -> None:
    """All numbers but times, of all rules that need no package, are measured again and equal."""
    again = tables(markdown(measured(FULL, own_contenders(), 1), shares(FULL)))
    assert [without_the_package(rows) for rows in printed] == again


def test_the_readme_tells_of_each_method_of_the_package(printed: list[Rows]) -> None:
    """The package's methods stand in the first table with all of its columns, or with a reason."""
    patterns, _ = printed
    columns = {tuple(row) for row in patterns.values()}
    failed = {name for name in METHODS if f"\n{name}: " in README}
    assert set(METHODS) & set(patterns) == set(METHODS) - failed
    assert len(columns) == 1


def test_the_comparison_sees_one_wrong_number(printed: list[Rows]) -> None:
    """A table with one number changed is not what the bench measures."""
    text = README.replace("842 868 864 · 0", "843 868 864 · 0")
    assert tables(text.partition(BEGIN)[2].partition(END)[0]) != printed
