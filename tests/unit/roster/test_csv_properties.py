"""Whatever the bytes, a roster is read as it was written or refused in a sentence."""

import contextlib
import csv
import io
import string
import tempfile
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.errors import BadRoster
from pulse.roster import read_files

IDS: Final = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=8)
NAMES: Final = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12
).filter(lambda name: name == name.strip() and name.isprintable())
HEADS: Final = (b"unit_id,parent_id,name\n", b"person_id,email,unit_id,locale,timezone\n", b"")


def written(rows: list[list[str]]) -> bytes:
    """Return rows as CSV bytes."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


@given(st.lists(st.tuples(IDS, NAMES, st.integers(0)), min_size=1, unique_by=lambda row: row[0]))
def test_units_come_back_as_they_were_written(rows: list[tuple[str, str, int]]) -> None:
    """Any tree of names survives the file, quotes, commas and all."""
    parents = ["" if not i else rows[pick % i][0] for i, (_, _, pick) in enumerate(rows)]
    table = [
        [unit_id, parent, name] for (unit_id, name, _), parent in zip(rows, parents, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        units, people = Path(folder) / "u.csv", Path(folder) / "p.csv"
        units.write_bytes(written([["unit_id", "parent_id", "name"], *table]))
        people.write_bytes(written([["person_id", "email", "unit_id"], ["p", "", rows[0][0]]]))
        roster = read_files(units, people)
    read = sorted((unit.unit_id, unit.parent_id or "", unit.name) for unit in roster.units)
    assert read == sorted((row[0], row[1], row[2]) for row in table)
    seen: set[str | None] = {None}
    for unit in roster.units:
        assert unit.parent_id in seen
        seen.add(unit.unit_id)


@given(st.sampled_from(HEADS), st.binary(max_size=200), st.booleans())
def test_hostile_bytes_are_refused_without_a_traceback(
    head: bytes,
    tail: bytes,
    as_people: bool,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    """Random bytes under a good header are refused as BadRoster, never another error."""
    with tempfile.TemporaryDirectory() as folder:
        units, people = Path(folder) / "u.csv", Path(folder) / "p.csv"
        good = b"unit_id,parent_id,name\na,,A\n"
        units.write_bytes(good if as_people else head + tail)
        people.write_bytes(head + tail if as_people else b"person_id,email,unit_id\np,,a\n")
        with contextlib.suppress(BadRoster):
            read_files(units, people)


@given(st.text(max_size=80))
def test_any_text_as_an_address_is_accepted_only_if_plain(text: str) -> None:
    """An accepted address has one @, no space, no sign that could end a header."""
    with tempfile.TemporaryDirectory() as folder:
        units, people = Path(folder) / "u.csv", Path(folder) / "p.csv"
        units.write_bytes(b"unit_id,parent_id,name\na,,A\n")
        header = ["person_id", "email", "unit_id"]
        people.write_bytes(written([header, ["p", text, "a"]]).decode().encode("utf-8", "replace"))
        try:
            address = read_files(units, people).people[0].email
        except BadRoster:
            return
    assert address == "" or (address.count("@") == 1 and address.isascii())
    assert not set(address) & set(' \t\r\n<>",;:()[]\\')


def test_a_reader_that_forgot_the_printable_rule_would_be_caught() -> None:
    """The address rule itself refuses what the row rule would have stopped."""
    from pulse.roster.files import is_address

    for text in ("a@b\r\nBcc: c@d", "a@b c@d", "a@@b", "@b", "a@", "a@-b.c", "ä@b.c"):
        assert not is_address(text)
    assert is_address("first.last+tag@sub.example.org")


@pytest.mark.parametrize("text", ["\x00", "\ufeff\ufeffunit_id", '"' * 9, ",\n" * 500])
def test_known_nasty_files_are_refused(tmp_path: Path, text: str) -> None:
    """NULs, double byte-order marks, lone quotes and empty grids are refused."""
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadRoster):
        read_files(path, path)
