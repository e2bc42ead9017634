"""The two CSV files: what is read, and what is refused with file, line and column."""

from pathlib import Path
from typing import Final

import pytest

from pulse.errors import BadRoster
from pulse.roster import read_files
from pulse.roster.files import MAX_LEVELS
from pulse.roster.rows import MAX_BYTES
from pulse.terms import RosterUnit
from tests.unit.roster.conftest import Reader

UNITS: Final = "unit_id,parent_id,name\nall,,Everybody\nops,all,Operations\ndev,all,Development\n"
PEOPLE: Final = "person_id,email,unit_id\np1,Ada@example.org,ops\np2,,dev\n"

# what is wrong → (units, people, where, a word of the message)
WRONG: Final = {
    "semicolons": (UNITS.replace(",", ";"), PEOPLE, "units.csv:1", "commas"),
    "header missing": (UNITS.replace("name\n", "\n", 1), PEOPLE, "units.csv:1", "no name"),
    "header short": ("unit_id,parent_id\nall,\n", PEOPLE, "units.csv:1:name", "lacks"),
    "header twice": (UNITS, "email,email,unit_id\n", "people.csv:1:email", "twice"),
    "header unknown": (UNITS, "person_id,email,unit_id,age\n", "people.csv:1:age", "no column"),
    "empty units": ("", PEOPLE, "units.csv:1", "header"),
    "only a header": ("unit_id,parent_id,name\n", PEOPLE, "units.csv", "no units"),
    "no people": (UNITS, "person_id,email,unit_id\n", "people.csv", "no people"),
    "too many fields": (UNITS, PEOPLE + "p3,,dev,x\n", "people.csv:4", "4 fields"),
    "too few fields": (UNITS, PEOPLE + "p3\n", "people.csv:4", "1 fields"),
    "open quote": (UNITS, PEOPLE + '"p3,,dev\n', "people.csv:4", "CSV"),
    "bad unit id": (UNITS + "a b,all,X\n", PEOPLE, "units.csv:5:unit_id", "letters"),
    "dots only": (UNITS + "..,all,X\n", PEOPLE, "units.csv:5:unit_id", "letters"),
    "plus in unit id": (UNITS + "a+b,all,X\n", PEOPLE, "units.csv:5:unit_id", "letters"),
    "nameless": (UNITS + "x,all,  \n", PEOPLE, "units.csv:5:name", "no name"),
    "long name": (UNITS + f"x,all,{'n' * 201}\n", PEOPLE, "units.csv:5:name", "200"),
    "bell in a name": (UNITS + "x,all,a\ab\n", PEOPLE, "units.csv:5:name", "printed"),
    "turned text": (UNITS + "x,all,a\u202eb\n", PEOPLE, "units.csv:5:name", "printed"),
    "duplicate unit": (UNITS + "ops,all,X\n", PEOPLE, "units.csv:5:unit_id", "Line 3"),
    "unknown parent": (UNITS + "x,nowhere,X\n", PEOPLE, "units.csv:5:parent_id", "'nowhere'"),
    "two roots": (UNITS + "x,,X\n", PEOPLE, "units.csv:5:parent_id", "Line 2"),
    "no root": ("unit_id,parent_id,name\na,b,A\nb,a,B\n", PEOPLE, "units.csv:2:parent_id", "round"),
    "own parent": (UNITS + "x,x,X\n", PEOPLE, "units.csv:5:parent_id", "round"),
    "cycle": (UNITS + "x,y,X\ny,x,Y\n", PEOPLE, "units.csv:5:parent_id", "round"),
    "unclear mark": (
        "unit_id,parent_id,name,leaders\nall,,Everybody,yes\nops,all,Operations,x\n", PEOPLE,
        "units.csv:3:leaders", "yes or no",
    ),
    "bad person id": (UNITS, PEOPLE + "p 3,,dev\n", "people.csv:4:person_id", "letters"),
    "no person id": (UNITS, PEOPLE + ",,dev\n", "people.csv:4:person_id", "letters"),
    "duplicate person": (UNITS, PEOPLE + "p1,,dev\n", "people.csv:4:person_id", "Line 2"),
    "bad address": (UNITS, PEOPLE + "p3,ada,dev\n", "people.csv:4:email", "plain"),
    "two addresses": (UNITS, PEOPLE + 'p3,"a@b.c,d@e.f",dev\n', "people.csv:4:email", "plain"),
    "named address": (UNITS, PEOPLE + "p3,Ada <a@b.c>,dev\n", "people.csv:4:email", "plain"),
    "dotted address": (UNITS, PEOPLE + "p3,a..b@c.d,dev\n", "people.csv:4:email", "plain"),
    "broken address": (UNITS, PEOPLE + 'p3,"a@b.c\nBcc: x@y.z",dev\n', "people.csv:5:email", ""),
    "same address, other case": (
        UNITS, PEOPLE + "p3,aDA@EXAMPLE.org,dev\n", "people.csv:4:email", "Line 2",
    ),
    "unknown unit": (UNITS, PEOPLE + "p3,,sales\n", "people.csv:4:unit_id", "'sales'"),
    "bad locale": (
        UNITS, "person_id,email,unit_id,locale\np1,,ops,English\n", "people.csv:2:locale", "de-CH",
    ),
    "bad timezone": (
        UNITS, "person_id,email,unit_id,timezone\np1,,ops,Berlin\n", "people.csv:2:time", "IANA",
    ),
    "timezone as a path": (
        UNITS, "person_id,email,unit_id,timezone\np1,,ops,../../x\n", "people.csv:2:timezone", "",
    ),
    "timezone of this machine": (
        UNITS, "person_id,email,unit_id,timezone\np1,,ops,localtime\n", "people.csv:2:timezone", "",
    ),
    "timezone by the system's folders": (
        UNITS, "person_id,email,unit_id,timezone\np1,,ops,right/Europe/Berlin\n",
        "people.csv:2:timezone", "",
    ),
    "timezone folder": (
        UNITS, "person_id,email,unit_id,timezone\np1,,ops,America\n", "people.csv:2:timezone", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_refused_with_file_line_and_column(read: Reader, what: str) -> None:
    """One fault stops the import, and the message says where and why."""
    units, people, where, word = WRONG[what]
    with pytest.raises(BadRoster) as caught:
        read(units, people)
    assert caught.value.where.startswith(where)
    assert word in caught.value.message
    assert "Nothing was imported." in caught.value.message


def test_good_files_are_read(read: Reader) -> None:
    """Units keep their order, people their fields; an empty address is fine."""
    roster = read(UNITS, PEOPLE)
    assert roster.headcounts() == [
        RosterUnit("all", None, "Everybody", 0),
        RosterUnit("ops", "all", "Operations", 1),
        RosterUnit("dev", "all", "Development", 1),
    ]
    assert [person.email for person in roster.people] == ["Ada@example.org", ""]


def test_units_of_leaders_are_marked(read: Reader) -> None:
    """Yes marks one, in any case; no, nothing and a file without the column do not."""
    lines = ["unit_id,leaders,parent_id,name", "all,YES,,Everybody", "ops,no,all,O", "dev,,all,D"]
    marks = [unit.leaders for unit in read("\n".join(lines), PEOPLE).headcounts()]
    assert marks == [True, False, False]
    assert not any(unit.leaders for unit in read(UNITS, PEOPLE).units)


def test_children_before_parents_come_out_in_preorder(read: Reader) -> None:
    """A file may list units in any order; parents come out first."""
    lines = ["unit_id,parent_id,name", "b1,b,B1", "b,root,B", "a,root,A", "root,,R", "a1,a,A1"]
    roster = read("\n".join(lines), PEOPLE.replace("ops", "a").replace("dev", "b"))
    assert [unit.unit_id for unit in roster.units] == ["root", "b", "b1", "a", "a1"]


def test_bom_windows_lines_blank_lines_and_column_order_are_fine(tmp_path: Path) -> None:
    """What spreadsheet programs write is read."""
    (tmp_path / "u.csv").write_bytes(
        b'\xef\xbb\xbfname,unit_id,parent_id\r\nEverybody,all,\r\n,,\r\n"A, B", a ,all\r\n'
    )
    people = "email,unit_id,person_id,timezone,locale\r\n,a,p1,Europe/Berlin,de-CH\r\n"
    (tmp_path / "p.csv").write_bytes(people.encode())
    roster = read_files(tmp_path / "u.csv", tmp_path / "p.csv")
    assert [(unit.unit_id, unit.name) for unit in roster.units] == [
        ("all", "Everybody"),
        ("a", "A, B"),
    ]
    assert (roster.people[0].timezone, roster.people[0].locale) == ("Europe/Berlin", "de-CH")


def test_latin_1_is_refused_with_its_line(tmp_path: Path) -> None:
    """A file in another encoding names the first line that is not UTF-8."""
    (tmp_path / "u.csv").write_bytes(b"unit_id,parent_id,name\nall,,B\xfcro\n")
    with pytest.raises(BadRoster, match="not UTF-8") as caught:
        read_files(tmp_path / "u.csv", tmp_path / "p.csv")
    assert caught.value.where == "u.csv:2"


def test_a_missing_or_huge_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Nothing on the disk gives a traceback."""
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for name in ("none.csv", "huge.csv", "."):
        with pytest.raises(BadRoster):
            read_files(tmp_path / name, tmp_path / name)


def test_a_tree_may_not_be_bottomless(read: Reader) -> None:
    """A chain longer than the limit is refused at the unit that is too deep."""
    chain = [f"u{i},{f'u{i - 1}' if i else ''},U" for i in range(MAX_LEVELS + 1)]
    with pytest.raises(BadRoster, match="deeper") as caught:
        read("unit_id,parent_id,name\n" + "\n".join(chain), PEOPLE)
    assert caught.value.where == f"units.csv:{MAX_LEVELS + 2}:parent_id"
