"""The CSV export and its data dictionary."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.errors import BadRelease, InvalidValue, Refused
from pulse.export import FORMATS, Selection, export_file
from pulse.export import csv as csv_format
from pulse.export.dictionary import DICTIONARY, as_csv
from pulse.release import cells
from pulse.release.cell import COLUMNS
from tests.unit.export.released import WAVES, renamed, rows, tree, write_releases


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Return a folder with three releases."""
    return write_releases(tmp_path / "releases")


def exported(releases: Path, selection: Selection) -> list[dict[str, str]]:
    """Export as CSV and read it back with the standard library's strict reader."""
    out = releases.parent / "out.csv"
    count = export_file(releases, out, "csv", selection)
    with out.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file, strict=True))
    assert len(read) == count
    return read


def plain(text: str) -> str:
    """Undo the apostrophe before a formula."""
    return text[1:] if text[:2] in {"'=", "'@", "'+", "'-", "'\t", "'\r"} else text


def test_the_columns_are_those_of_a_release_in_their_order(releases: Path) -> None:
    """The header line is cells.parquet's column names, in order."""
    out = releases.parent / "out.csv"
    export_file(releases, out, "csv", Selection())
    assert out.read_bytes().partition(b"\r\n")[0].decode().split(",") == list(COLUMNS)


def test_every_released_row_is_exported_as_it_is(releases: Path) -> None:
    """Without a selection the file holds every cell but the leader items, wave by wave."""
    expected = [
        cell
        for wave in WAVES
        for cell in rows(wave, tree(without_team=wave == WAVES[-1]))
        if cell.measure != "item:P25"
    ]
    found = exported(releases, Selection())
    assert len(found) == len(expected)
    for row, cell in zip(found, expected, strict=True):
        for name in COLUMNS:
            value = getattr(cell, name)
            assert plain(row[name]) == ("" if value is None else str(value))


def test_a_suppressed_value_is_empty_and_never_zero(releases: Path) -> None:
    """A hidden team's row keeps who and what it is; every figure is an empty field."""
    hidden = [row for row in exported(releases, Selection()) if row["status"] == "suppressed"]
    assert len(hidden) == 2
    assert {value for row in hidden for value in list(row.values())[7:]} == {""}


def test_no_field_begins_like_a_formula(releases: Path) -> None:
    """Names that begin with = or @ have an apostrophe in front."""
    found = exported(releases, Selection())
    assert {"'=1+1", "'@B"} <= {row["name"] for row in found}
    assert not [
        value for row in found for value in row.values() if value[:1] in csv_format.FORMULA_STARTS
    ]


def test_a_writer_that_only_quotes_is_caught() -> None:
    """The test above fails for a plain CSV writer: quotes do not stop a formula."""
    naive = cells.frame(rows(WAVES[0], tree())).write_csv()
    found = list(csv.DictReader(io.StringIO(naive)))
    assert [row for row in found if row["name"][:1] in csv_format.FORMULA_STARTS]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1))
def test_any_name_survives_and_stays_one_field(name: str) -> None:
    """Quotes, commas, line ends and foreign scripts come back as they were, formulas disarmed."""
    out = io.BytesIO()
    csv_format.write([cells.frame([renamed(rows(WAVES[0], tree())[0], name)])], out)
    (row,) = csv.DictReader(io.StringIO(out.getvalue().decode(), newline=""), strict=True)
    disarmed = name[0] in csv_format.FORMULA_STARTS
    assert row["name"] == ("'" if disarmed else "") + name


@pytest.mark.parametrize("bom", [True, False])
def test_lines_end_as_rfc_4180_says(bom: bool) -> None:  # noqa: FBT001 - a parametrised case
    """Every line ends in CRLF; the byte order mark is there exactly when asked for."""
    out = io.BytesIO()
    csv_format.write([cells.frame(rows(WAVES[0], tree()))], out, bom=bom)
    data = out.getvalue()
    assert data.startswith(b"\xef\xbb\xbf") is bom
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")


def test_a_unit_stands_for_all_below_it_and_its_pools(releases: Path) -> None:
    """Choosing a department gives it, its teams and its pool, and nothing beside or above."""
    found = exported(releases, Selection(unit="dep"))
    assert {row["unit_id"] for row in found} == {"dep", "dep.a", "dep.b", "dep:others"}
    assert {row["unit_id"] for row in exported(releases, Selection(unit="c"))} == {"c"}


def test_a_unit_is_looked_up_in_each_waves_own_tree(releases: Path) -> None:
    """A team that is gone has rows only in the waves in which it was there."""
    found = exported(releases, Selection(unit="dep.b"))
    assert [row["wave"] for row in found] == list(WAVES[:2])


def test_an_unknown_unit_is_refused_and_leaves_no_file(releases: Path) -> None:
    """A unit of no tree is refused; there is neither a file nor a part of one."""
    out = releases.parent / "out.csv"
    with pytest.raises(Refused, match="has this unit"):
        export_file(releases, out, "csv", Selection(unit="nobody"))
    assert list(releases.parent.iterdir()) == [releases]


@pytest.mark.parametrize(
    ("first", "last", "waves"),
    [
        ("", "", WAVES),
        (WAVES[1], "", WAVES[1:]),
        ("", WAVES[1], WAVES[:2]),
        (WAVES[1], WAVES[1], WAVES[1:2]),
    ],
)
def test_a_span_of_waves_includes_both_ends(
    releases: Path, first: str, last: str, waves: tuple[str, ...]
) -> None:
    """`first` and `last` are both inside the span."""
    found = exported(releases, Selection(first=first, last=last))
    assert tuple(sorted({row["wave"] for row in found})) == waves


def test_a_span_that_is_no_week_is_refused(releases: Path) -> None:
    """A bound that is no wave id is a sentence, not an empty file."""
    with pytest.raises(InvalidValue):
        exported(releases, Selection(first="yesterday"))


def test_a_span_that_ends_before_it_begins_is_refused(releases: Path) -> None:
    """Two weeks the wrong way round are a sentence, not a file without rows."""
    with pytest.raises(InvalidValue, match="before the first"):
        exported(releases, Selection(first=WAVES[2], last=WAVES[0]))


def test_leader_items_leave_only_when_asked(releases: Path) -> None:
    """Items about one leader are in no export but one that asks for them."""
    measures = {row["measure"] for row in exported(releases, Selection())}
    assert measures == {"item:A1", "sigma2:A1"}
    assert {row["measure"] for row in exported(releases, Selection(leader_items=True))} == {
        "item:A1", "item:P25", "sigma2:A1",
    }  # fmt: skip


def test_further_items_can_be_left_out(releases: Path) -> None:
    """A reader who may not see an item gets an export without it."""
    assert {row["measure"] for row in exported(releases, Selection(without=["A1"]))} == {
        "sigma2:A1"
    }


def test_a_changed_release_is_not_exported(releases: Path) -> None:
    """A release whose bytes differ from the ledger's hash stops the export."""
    path = releases / WAVES[0] / "cells.parquet"
    path.write_bytes(cells.encode(rows(WAVES[0], tree())[:-1]))
    with pytest.raises(BadRelease):
        exported(releases, Selection())


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    """A format that is not offered is refused with those that are."""
    with pytest.raises(Refused, match=f"choose {', '.join(FORMATS)}"):
        export_file(tmp_path, tmp_path / "out", "doc", Selection())
    assert "csv" in FORMATS


def test_an_empty_home_exports_its_header(tmp_path: Path) -> None:
    """Before the first release an export has its header line and no row."""
    assert exported(tmp_path, Selection()) == []


def test_the_data_dictionary_describes_every_column() -> None:
    """Each column of a release has exactly one entry, in order, with a meaning."""
    assert tuple(column.name for column in DICTIONARY) == COLUMNS
    assert all(column.meaning.endswith(".") and column.kind for column in DICTIONARY)


def test_the_dictionary_can_be_handed_over() -> None:
    """As CSV it has one line a column, and a header."""
    table = list(csv.reader(io.StringIO(as_csv().decode(), newline=""), strict=True))
    assert [row[0] for row in table[1:]] == list(COLUMNS)
