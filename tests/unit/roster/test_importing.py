"""The import is all or nothing and says what changed."""

import time
from itertools import pairwise

import pytest
from sqlalchemy.engine import Engine

from pulse.disclosure.groups import form_groups
from pulse.errors import BadRoster, WrongState
from pulse.roster import (
    Imported,
    Person,
    Roster,
    UnitRow,
    forget,
    forget_addresses,
    freeze,
    headcounts,
    import_roster,
    members,
)
from tests.unit.roster.conftest import Reader

UNITS = "unit_id,parent_id,name\nall,,All\na,all,A\nb,all,B\n"


def people(*rows: str) -> str:
    """Return a people file of `person unit` pairs."""
    lines = [f"{p},{p}@example.org,{u}" for p, u in (row.split() for row in rows)]
    return "\n".join(["person_id,email,unit_id", *lines])


def test_joined_left_and_moved_are_counted(engine: Engine, read: Reader) -> None:
    """A second import compares people by id."""
    first = import_roster(engine, read(UNITS, people("p1 a", "p2 a", "p3 b")))
    assert first == Imported(units=3, people=3, joined=3, left=0, moved=0)
    second = import_roster(engine, read(UNITS, people("p1 b", "p3 b", "p4 a")))
    assert second == Imported(units=3, people=3, joined=1, left=1, moved=1)
    assert [(unit.unit_id, unit.people) for unit in headcounts(engine)] == [
        ("all", 0), ("a", 1), ("b", 2),
    ]  # fmt: skip


def test_a_dry_run_counts_and_changes_nothing(engine: Engine, read: Reader) -> None:
    """`dry_run` gives the same counts and leaves the roster as it was."""
    import_roster(engine, read(UNITS, people("p1 a")))
    before = headcounts(engine)
    told = import_roster(engine, read(UNITS, people("p2 b")), dry_run=True)
    assert (told.joined, told.left, told.moved) == (1, 1, 0)
    assert headcounts(engine) == before


def test_the_mark_of_leaders_is_kept_until_the_next_import(engine: Engine, read: Reader) -> None:
    """It comes back with the headcounts, and goes when a file no longer gives it."""
    marked = UNITS.replace("name\n", "name,leaders\n").replace("A\n", "A,yes\n")
    import_roster(
        engine, read(marked.replace("l\n", "l,\n").replace("B\n", "B,\n"), people("p1 a"))
    )
    assert [unit.unit_id for unit in headcounts(engine) if unit.leaders] == ["a"]
    import_roster(engine, read(UNITS, people("p1 a")))
    assert not any(unit.leaders for unit in headcounts(engine))


def test_a_refused_file_leaves_the_old_roster(engine: Engine, read: Reader) -> None:
    """Nothing of a bad file arrives."""
    import_roster(engine, read(UNITS, people("p1 a")))
    with pytest.raises(BadRoster):
        import_roster(engine, read(UNITS, people("p2 b", "p3 nowhere")))
    assert sum(unit.people for unit in headcounts(engine)) == 1


def test_headcounts_keep_the_order_of_the_files(engine: Engine, read: Reader) -> None:
    """The database gives back what the files said, unit by unit."""
    roster = read(UNITS, people("p1 a", "p2 a", "p3 b"))
    import_roster(engine, roster)
    assert headcounts(engine) == roster.headcounts()


def test_memberships_freeze_at_open_and_forget_addresses_at_close(
    engine: Engine, read: Reader
) -> None:
    """A later import moves nobody in a frozen wave; addresses can be cleared alone."""
    rows = [f"p{i} {'a' if i < 12 else 'b'}" for i in range(24)]
    import_roster(engine, read(UNITS, people(*rows)))
    tree = form_groups(headcounts(engine), 8, None, 5)
    freeze(engine, "2026-W10", tree)
    import_roster(engine, read(UNITS, people("p0 b", "p99 b")))
    frozen = members(engine, "2026-W10")
    assert len(frozen) == 24
    assert {m.unit_id for m in frozen} == {"a", "b"}
    assert next(m for m in frozen if m.person_id == "p0").unit_id == "a"
    forget_addresses(engine, "2026-W10")
    assert {m.email for m in members(engine, "2026-W10")} == {""}
    assert len(members(engine, "2026-W10")) == 24
    forget(engine, "2026-W10")
    assert members(engine, "2026-W10") == ()


def test_a_roster_changed_since_the_tree_was_formed_is_refused(
    engine: Engine, read: Reader
) -> None:
    """Freezing notices an import between forming the groups and writing memberships."""
    import_roster(engine, read(UNITS, people(*(f"p{i} a" for i in range(9)))))
    tree = form_groups(headcounts(engine), 8, None, 5)
    import_roster(engine, read(UNITS, people(*(f"p{i} a" for i in range(10)))))
    with pytest.raises(WrongState, match="changed"):
        freeze(engine, "2026-W10", tree)
    assert members(engine, "2026-W10") == ()


def test_a_large_roster_is_imported_quickly(engine: Engine) -> None:
    """20,000 people in 1,000 units take well under two seconds."""
    units = [UnitRow("r", None, "R"), *(UnitRow(f"u{i}", "r", "U") for i in range(1_000))]
    many = [Person(f"p{i}", f"p{i}@example.org", f"u{i % 1_000}") for i in range(20_000)]
    start = time.monotonic()
    imported = import_roster(engine, Roster(tuple(units), tuple(many)))
    assert time.monotonic() - start < 2
    assert imported.joined == 20_000
    ids = [unit.unit_id for unit in headcounts(engine)]
    assert all(int(a[1:]) < int(b[1:]) for a, b in pairwise(ids[1:]))
