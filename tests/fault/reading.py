"""Reads what a fault left on a disk, without our own code, and holds it to what was promised."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Literal

from tests.booth import WAVE
from tests.fault.crowd import Key
from tests.fault.precinct import Precinct
from tests.fault.telling import Verdict

Rows = Sequence[tuple[Any, ...]]
UNMARKED = bytes(32)
QUERIES: Final = {
    "ballotbox": "select t, g, msg, sig, box from sealed",
    "issuer": "select h, c from invitation",
}


def look(
    what: str,
    home: Path,
    precinct: Precinct,
    acknowledged: Mapping[Key, bytes],
    verdict: Verdict,
) -> None:
    """Hold what lies in a home to what had been acknowledged of "casting" or "issuing"."""
    try:
        rows = _rows(store_of(what, home), QUERIES[room_of(what)])
    except sqlite3.DatabaseError as error:
        verdict.fail(f"the file is damaged: {error}")
        rows = ()
    hold(what, rows, precinct, acknowledged, verdict)


def store_of(what: str, home: Path) -> Path:
    """Return the file in a home that "casting" or "issuing" writes to."""
    return home / room_of(what) / f"{WAVE}.db"


def room_of(what: str) -> Literal["ballotbox", "issuer"]:
    """Return the room of "casting" or "issuing", whatever else the name says."""
    return "ballotbox" if what.startswith("casting") else "issuer"


def hold(
    what: str,
    rows: Rows,
    precinct: Precinct,
    acknowledged: Mapping[Key, bytes],
    verdict: Verdict,
) -> None:
    """Hold the rows of a room's query to what had been acknowledged."""
    judge = _hold_box if room_of(what) == "ballotbox" else _hold_issuer
    judge(rows, precinct, acknowledged, verdict)


def _hold_box(
    rows: Rows, precinct: Precinct, acknowledged: Mapping[Key, bytes], verdict: Verdict
) -> None:
    """Find every acknowledged ballot in the box, byte for byte, and nothing that nobody cast."""
    found = {t: (g, msg, sig, box) for t, g, msg, sig, box in rows}
    if len(found) != len(rows):
        verdict.fail(f"{len(rows) - len(found)} ballots stand twice")
    for t, row in found.items():
        cast = precinct.ballots.get(t)
        if cast is None or row != (cast.g, cast.msg, cast.sig, cast.box):
            verdict.fail("a ballot is not as it was cast")
    verdict.lost += sum(t not in found for (t,) in acknowledged)
    verdict.kept += len(acknowledged)


def _hold_issuer(
    rows: Rows, precinct: Precinct, acknowledged: Mapping[Key, bytes], verdict: Verdict
) -> None:
    """Find every answered invitation used, for the message that was answered and no other."""
    marks: dict[bytes, bytes] = dict(rows)
    if len(marks) != len(rows) or set(marks) != set(precinct.marks):
        verdict.fail("the invitations are not those that were written at opening")
    for h, c in marks.items():
        if c != UNMARKED and c not in precinct.marks[h]:
            verdict.fail("an invitation was used for a message that nobody sent")
    if len({h for h, _ in acknowledged}) != len(acknowledged):
        verdict.fail("an invitation gave two different tokens")
    verdict.lost += sum(marks.get(h) != c for h, c in acknowledged)
    verdict.kept += len(acknowledged)


def _rows(path: Path, query: str) -> Rows:
    with closing(sqlite3.connect(path)) as connection:
        said = connection.execute("pragma integrity_check").fetchall()
        if said != [("ok",)]:
            raise sqlite3.DatabaseError(said[0][0].splitlines()[-1])
        return connection.execute(query).fetchall()
