"""The ballot box's database: one ballot a token, read without order, nothing about time."""

import secrets
import sqlite3
from pathlib import Path

import msgspec
import pytest

from pulse.ballotbox.store import BoxStore
from pulse.errors import AlreadyCounted, WaveShut, WrongState
from pulse.terms import SealedBallot
from tests.shelves import casting

WAVE = "2026-W09"


def ballot() -> tuple[bytes, SealedBallot]:
    """Return any bytes of the right shape under a fresh token."""
    msg, sig, box = (secrets.token_bytes(size) for size in (97, 256, 194))
    return secrets.token_bytes(32), SealedBallot("00001", msg, sig, box)


@pytest.fixture
def store(tmp_path: Path) -> BoxStore:
    """Return an open, empty box."""
    store = BoxStore.create(casting(tmp_path), WAVE)
    store.open_gate()
    return store


def test_a_token_counts_once(store: BoxStore) -> None:
    """The very bytes again are fine, in one batch or later; any other bytes are refused."""
    t, cast = ballot()
    assert store.cast([(t, cast), (t, cast)]) == [True, True]
    assert store.cast([(t, cast)]) == [True]
    for field in ("g", "msg", "sig", "box"):
        changed = msgspec.structs.replace(cast, **{field: "00002" if field == "g" else b"x"})
        (refused,) = store.cast([(t, changed)])
        assert isinstance(refused, AlreadyCounted)
    assert store.count() == 1
    assert list(store.records()) == [cast]


def test_of_two_ballots_under_one_token_in_one_batch_the_first_counts(store: BoxStore) -> None:
    """Neighbours in the batch are stored all the same."""
    (t, first), (_, second), other = ballot(), ballot(), ballot()
    results = store.cast([(t, first), (t, second), other])
    assert results[0] is True
    assert isinstance(results[1], AlreadyCounted)
    assert results[2] is True
    assert store.count() == 2


def test_ballots_come_out_by_token_and_not_by_arrival(store: BoxStore) -> None:
    """`records` is ascending by t, whatever the order of casting."""
    ballots = [ballot() for _ in range(50)]
    for each in ballots:
        store.cast([each])
    in_order = [cast for _, cast in sorted(ballots, key=lambda pair: pair[0])]
    assert list(store.records()) == in_order
    assert in_order != [cast for _, cast in ballots]


def test_a_late_ballot_is_refused_and_not_stored(store: BoxStore) -> None:
    """After `shut_gate` every ballot is WaveShut, an identical repeat too."""
    known = ballot()
    store.cast([known])
    store.shut_gate()
    assert not store.is_open()
    assert [type(answer) for answer in store.cast([ballot(), known])] == [WaveShut, WaveShut]
    assert store.count() == 1


def test_a_box_is_made_once_and_shut(tmp_path: Path) -> None:
    """A new box is shut and 0600 under its own name; making it again is refused."""
    store = BoxStore.create(casting(tmp_path), WAVE)
    assert not store.is_open()
    assert casting(tmp_path).path(WAVE).stat().st_mode & 0o777 == 0o600
    with pytest.raises(WrongState):
        BoxStore.create(casting(tmp_path), WAVE)
    store.close()
    assert [each.name for each in tmp_path.iterdir()] == [f"{WAVE}.db"]


def test_nothing_time_like_and_no_rowid(store: BoxStore, tmp_path: Path) -> None:
    """The tables hold t, g, msg, sig, box and the gate, all without rowid, sequence or index."""
    assert not store.count()
    with sqlite3.connect(tmp_path / f"{WAVE}.db") as connection:
        tables = dict(connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
        columns = {t: [c[1] for c in connection.execute(f"PRAGMA table_info({t})")] for t in tables}
    connection.close()
    assert columns == {"sealed": ["t", "g", "msg", "sig", "box"], "gate": ["wave", "open"]}
    assert all("WITHOUT ROWID" in sql for sql in tables.values())
