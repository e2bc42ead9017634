"""The issuer's database: one use an invitation, no order, no time, nobody's name."""

import secrets
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.errors import WrongState
from pulse.issuer.store import IssuerStore, Mark
from tests.shelves import issuing

WAVE: Final = "2026-W09"
PEOPLE: Final = [(secrets.token_bytes(32), f"{i % 20 + 1:05d}") for i in range(400)]
# SQLite counts changes of the file in its header: bytes 24-27, and 92-95 at the last of them.
COUNTERS: Final = (slice(24, 28), slice(92, 96))


def fine(g: str) -> None:
    """Find nothing to refuse."""
    del g


def mark(person: int, c: bytes = b"c" * 32) -> Mark:
    """Return the wish to use one person's invitation."""
    return Mark(PEOPLE[person][0], c, fine)


@pytest.fixture
def store(tmp_path: Path) -> IssuerStore:
    """Return an open store with everybody in it."""
    store = IssuerStore.create(issuing(tmp_path), WAVE, PEOPLE)
    store.open_gate()
    return store


def test_a_store_is_made_once_and_shut(tmp_path: Path) -> None:
    """A new store is shut, complete and 0600, whatever a crash left; a second is refused."""
    shelf = issuing(tmp_path)
    (tmp_path / f"{WAVE}.db.new").write_bytes(b"half")
    store = IssuerStore.create(shelf, WAVE, PEOPLE)
    assert not store.is_open()
    assert shelf.path(WAVE).stat().st_mode & 0o777 == 0o600
    there = [each.name for each in tmp_path.iterdir() if "journal" not in each.name]
    assert there == [f"{WAVE}.db"]
    assert shelf.origin(WAVE) == 0  # nobody has said of which opening
    with pytest.raises(WrongState):
        IssuerStore.create(shelf, WAVE, [])


def test_a_large_week_is_whole(tmp_path: Path) -> None:
    """Of more people than are written at a time each is there once, the last one too."""
    people = [(number.to_bytes(32, "big"), f"{number % 3 + 1:05d}") for number in range(20_001)]
    store = IssuerStore.create(issuing(tmp_path), WAVE, people, 7)
    assert issuing(tmp_path).origin(WAVE) == 7
    with sqlite3.connect(tmp_path / f"{WAVE}.db") as connection:
        assert connection.execute("SELECT count(*) FROM invitation").fetchall() == [(20_001,)]
    connection.close()
    for h, g in (people[0], people[9_999], people[10_000], people[-1]):
        assert store.group_of(h) == g
    store.close()


def test_nothing_time_like_and_no_rowid(store: IssuerStore, tmp_path: Path) -> None:
    """The tables hold h, g, c and the gate, never empty, without rowid, sequence or index."""
    assert not store.issued()
    with sqlite3.connect(tmp_path / f"{WAVE}.db") as connection:
        tables = dict(connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
        shape = {t: connection.execute(f"PRAGMA table_info({t})").fetchall() for t in tables}
    connection.close()
    columns = {t: [column[1] for column in those] for t, those in shape.items()}
    assert all(column[3] for those in shape.values() for column in those)  # NOT NULL
    assert columns == {"invitation": ["h", "g", "c"], "gate": ["wave", "open"]}
    assert all("WITHOUT ROWID" in sql for sql in tables.values())


def test_closed_waves_are_remembered_without_time(tmp_path: Path) -> None:
    """A wave noted twice is there once; another is not."""
    shelf = issuing(tmp_path)
    assert shelf.closed() == set()
    shelf.remember_closed(WAVE)
    shelf.remember_closed(WAVE)
    assert shelf.closed() == {WAVE}
    with sqlite3.connect(tmp_path / "closed.db") as connection:
        assert connection.execute("SELECT * FROM closed").fetchall() == [(WAVE,)]
    connection.close()


def issue_in_place(folder: Path, batches: Sequence[Sequence[int]]) -> None:
    """Use invitations batch by batch, as shipped."""
    store = IssuerStore(issuing(folder), WAVE)
    for batch in batches:
        assert store.mark([mark(person) for person in batch]) == [PEOPLE[p][1] for p in batch]
    store.close()


def issue_by_inserting(folder: Path, batches: Sequence[Sequence[int]]) -> None:
    """Use invitations by writing their rows only then: the mutant."""
    connection = sqlite3.connect(folder / f"{WAVE}.db")
    with connection:  # what opening would leave if it did not write these rows
        used = sorted(PEOPLE[person][0] for batch in batches for person in batch)
        connection.executemany("DELETE FROM invitation WHERE h = ?", [(h,) for h in used])
    for batch in batches:
        with connection:
            for person in batch:
                row = (*PEOPLE[person], b"c" * 32)
                connection.execute("INSERT INTO invitation VALUES (?, ?, ?)", row)
    connection.close()


Issue = Callable[[Path, Sequence[Sequence[int]]], None]


@pytest.fixture(scope="module")
def prefilled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the file as opening leaves it."""
    folder = tmp_path_factory.mktemp("issuer")
    store = IssuerStore.create(issuing(folder), WAVE, PEOPLE)
    store.open_gate()
    store.close()
    return folder


def bytes_after(folder: Path, issue: Issue, batches: Sequence[Sequence[int]]) -> bytes:
    """Return the file's bytes after issuing, change counters masked."""
    copy = folder / "copy"
    copy.mkdir(exist_ok=True)
    shutil.copyfile(folder / f"{WAVE}.db", copy / f"{WAVE}.db")
    issue(copy, batches)
    content = bytearray((copy / f"{WAVE}.db").read_bytes())
    for counter in COUNTERS:
        content[counter] = bytes(4)
    journal = copy / f"{WAVE}.db-journal"
    assert not journal.exists() or not journal.stat().st_size
    return bytes(content)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 399), unique=True, min_size=2, max_size=40), st.randoms(), st.data())
def test_the_file_tells_no_order(
    prefilled: Path, used: list[int], random: Random, data: st.DataObject
) -> None:
    """For any people, order and batches the file's bytes are the same."""
    other = list(used)
    random.shuffle(other)
    cut = data.draw(st.integers(0, len(used)))
    ours = bytes_after(prefilled, issue_in_place, [used])
    assert ours == bytes_after(prefilled, issue_in_place, [other[:cut], other[cut:]])


def test_a_store_that_inserts_tells_the_order(prefilled: Path) -> None:
    """The mutant that writes rows when they are used gives other bytes for another order."""
    used = list(range(40))
    there = bytes_after(prefilled, issue_by_inserting, [used])
    assert there != bytes_after(prefilled, issue_by_inserting, [used[::-1]])
