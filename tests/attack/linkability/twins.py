"""Systems that are broken on purpose, each in one way: the attack must pair nearly everybody."""

import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psycopg

from pulse.ballotbox.seal import Peeler
from pulse.terms import Secret
from pulse.token.invites import invite_hash
from pulse.token.message import token_hash
from tests.attack.linkability.crowd import GROUP, Crowd
from tests.attack.linkability.loot import Artefact, Loot, collect
from tests.attack.linkability.people import Kind, Voter
from tests.booth import WAVE
from tests.postgres import Cluster

BEGUN: Final = 1_790_000_000.0


class Leaving:
    """What all twins have: a folder, and loot that is gathered from it at the end."""

    gives: tuple[Kind, Kind] = ("people", "answers")
    noted = False

    def __init__(self, folder: Path, crowd: Crowd) -> None:
        self.folder, self.crowd, self.loot = folder, crowd, Loot()
        self.keys: Sequence[tuple[str, bytes]] = ()
        self.inners: Sequence[bytes] = ()

    def issue(self, at: float, voter: Voter) -> None:
        """Keep nothing."""

    def cast(self, at: float, voter: Voter) -> None:
        """Keep nothing."""

    def end(self) -> None:
        """Leave the folder as it is."""
        self.loot.add(collect(self.folder, "home"))


class Database(Leaving):
    """Keeps SQLite tables; `TABLES` makes them."""

    TABLES = ""
    JOURNAL = "TRUNCATE"

    def __init__(self, folder: Path, crowd: Crowd) -> None:
        super().__init__(folder, crowd)
        self.database = sqlite3.connect(folder / "kept.db")
        self.database.execute(f"PRAGMA journal_mode={self.JOURNAL}")
        self.database.executescript(self.TABLES)

    def end(self) -> None:
        """Leave the database, closed."""
        self.database.close()
        super().end()


class Rows(Database):
    """Two ordinary tables: each row has a number, in order of arrival."""

    TABLES = "CREATE TABLE used (h BLOB); CREATE TABLE ballots (t BLOB, answer BLOB)"

    def issue(self, at: float, voter: Voter) -> None:
        """Add a row about the person."""
        del at
        with self.database as kept:
            kept.execute("INSERT INTO used VALUES (?)", (invite_hash(voter.secret),))

    def cast(self, at: float, voter: Voter) -> None:
        """Add a row about the ballot."""
        del at
        with self.database as kept:
            row = (token_hash(voter.msg), voter.plain)
            kept.execute("INSERT INTO ballots VALUES (?, ?)", row)


class Times(Database):
    """No row has a number, but each has a time."""

    TABLES = (
        "CREATE TABLE used (h BLOB PRIMARY KEY, at REAL) WITHOUT ROWID;"
        "CREATE TABLE ballots (t BLOB PRIMARY KEY, answer BLOB, at REAL) WITHOUT ROWID"
    )

    def issue(self, at: float, voter: Voter) -> None:
        """Note when the person came."""
        with self.database as kept:
            kept.execute("INSERT INTO used VALUES (?, ?)", (invite_hash(voter.secret), at))

    def cast(self, at: float, voter: Voter) -> None:
        """Note when the ballot came."""
        with self.database as kept:
            row = (token_hash(voter.msg), voter.plain, at)
            kept.execute("INSERT INTO ballots VALUES (?, ?, ?)", row)


class OneTransaction(Database):
    """Marks the person and stores the answer in one transaction; its log is still there."""

    TABLES = (
        "CREATE TABLE used (h BLOB PRIMARY KEY, yes INTEGER) WITHOUT ROWID;"
        "CREATE TABLE ballots (id BLOB PRIMARY KEY, answer BLOB) WITHOUT ROWID"
    )
    JOURNAL = "WAL"

    def __init__(self, folder: Path, crowd: Crowd) -> None:
        super().__init__(folder, crowd)
        with self.database as kept:
            rows = sorted((invite_hash(voter.secret), 0) for voter in crowd.voters)
            kept.executemany("INSERT INTO used VALUES (?, ?)", rows)

    def cast(self, at: float, voter: Voter) -> None:
        """Do both at once."""
        del at
        with self.database as kept:
            kept.execute("UPDATE used SET yes = 1 WHERE h = ?", (invite_hash(voter.secret),))
            row = (secrets.token_bytes(16), voter.plain)
            kept.execute("INSERT INTO ballots VALUES (?, ?)", row)

    def end(self) -> None:
        """Leave the database as a crash or a copy would: with its log."""
        self.loot.add(collect(self.folder, "home"))
        self.database.close()


def derived_nonce(secret: bytes) -> bytes:
    """Make a token out of the link, so that it need not be stored."""
    return hmac.digest(secret, b"pulse-token/v1\0" + WAVE.encode(), "sha256")


class Derived(Leaving):
    """Keeps nothing at all, but its tokens follow from the links (see `derived_nonce`)."""

    gives: tuple[Kind, Kind] = ("people", "tokens")


class Unpadded(Leaving):
    """Keeps nothing at all, but a box is as long as what is in it."""

    gives: tuple[Kind, Kind] = ("tokens", "answers")


class Files(Leaving):
    """Keeps a file for each person and for each answer, under names that tell nothing."""

    def issue(self, at: float, voter: Voter) -> None:
        """Write a file about the person."""
        self._write("used", at, invite_hash(voter.secret))

    def cast(self, at: float, voter: Voter) -> None:
        """Write a file about the answer."""
        self._write("ballots", at, voter.plain)

    def _write(self, folder: str, at: float, content: bytes) -> None:
        (self.folder / folder).mkdir(exist_ok=True)
        path = self.folder / folder / secrets.token_hex(8)
        path.write_bytes(content)
        os.utime(path, (BEGUN + at, BEGUN + at))


class AccessLog(Rows):
    """A plain server: rows in order of arrival that name nobody, and an access log beside it."""

    TABLES = "CREATE TABLE ballots (answer BLOB)"

    def issue(self, at: float, voter: Voter) -> None:
        """Log the request for the form."""
        self._log(at, voter, "GET /form")

    def cast(self, at: float, voter: Voter) -> None:
        """Log the answer's request and store the answer."""
        self._log(at, voter, "POST /answer")
        with self.database as kept:
            kept.execute("INSERT INTO ballots VALUES (?)", (voter.plain,))

    def _log(self, at: float, voter: Voter, what: str) -> None:
        with (self.folder / "access.log").open("a", encoding="utf-8") as log:
            workstation = f"{voter.person_id}.example.org"
            log.write(f'{workstation} - - [{BEGUN + at:.3f}] "{what} HTTP/1.1" 200 -\n')


class BoxInOrder(Leaving):
    """Gives its ballots to the holder in order of arrival, as an ordinary table yields them."""

    gives: tuple[Kind, Kind] = ("people", "tokens")
    noted = True

    def __init__(self, folder: Path, crowd: Crowd) -> None:
        super().__init__(folder, crowd)
        self.box = bytearray(b'{"v":1}\n')

    def cast(self, at: float, voter: Voter) -> None:
        """Append a record."""
        del at
        self.box += GROUP.encode() + voter.msg + voter.sig + voter.box

    def end(self) -> None:
        """Leave BOX with the holder."""
        self.loot.add([Artefact("holder/BOX", bytes(self.box))])


class PeelInOrder(Leaving):
    """Peels honestly sorted ballots and leaves the inner boxes as they stood, for the operator."""

    gives: tuple[Kind, Kind] = ("tokens", "answers")

    def end(self) -> None:
        """Leave P, and the operator's key with it."""
        booth = self.crowd.booth
        peeler = Peeler(Secret(booth.outer_private.reveal()))
        ballots = sorted(self.crowd.voters, key=lambda voter: token_hash(voter.msg))
        self.inners = [peeler.peel(voter.msg, voter.box) for voter in ballots]
        records = b"".join(GROUP.encode() + inner for inner in self.inners)
        self.loot.add([Artefact("operator/P", b'{"v":1}\n' + records)])
        self.keys = (("inner", booth.inner_private.reveal()),)


class Honest(Leaving):
    """Keeps what we keep: the holder's BOX by token, the operator's P by inner box and its key."""

    noted = True

    def end(self) -> None:
        """Leave BOX, P and the operator's key."""
        booth, voters = self.crowd.booth, self.crowd.voters
        ballots = sorted(
            (self.crowd.ballot(voter) for voter in voters), key=lambda b: token_hash(b.msg)
        )
        box = b"".join(b.g.encode() + b.msg + b.sig + b.box for b in ballots)
        peeler = Peeler(Secret(booth.outer_private.reveal()))
        self.inners = sorted(peeler.peel(ballot.msg, ballot.box) for ballot in ballots)
        records = b"".join(GROUP.encode() + inner for inner in self.inners)
        given = [Artefact("holder/BOX", b"\n" + box), Artefact("operator/P", b"\n" + records)]
        self.loot.add(given)
        self.keys = (("inner", booth.inner_private.reveal()),)


class HiddenNumbers(Leaving):
    """Tables on PostgreSQL without any column too many, kept: each row hides a transaction id.

    Args:
        cluster: the server.
    """

    def __init__(self, folder: Path, crowd: Crowd, cluster: Cluster) -> None:
        super().__init__(folder, crowd)
        self._cluster = cluster
        url = cluster.new_database()
        self._name = str(url.database)
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._database = psycopg.connect(address, autocommit=True)
        self._database.execute("CREATE TABLE used (h bytea PRIMARY KEY, c bytea)")
        self._database.execute("CREATE TABLE ballots (t bytea PRIMARY KEY, answer bytea)")
        for h in sorted(invite_hash(voter.secret) for voter in crowd.voters):
            self._database.execute("INSERT INTO used VALUES (%s, %s)", (h, bytes(32)))

    def issue(self, at: float, voter: Voter) -> None:
        """Mark the person."""
        del at
        row = (hashlib.sha256(voter.msg + b"blinded").digest(), invite_hash(voter.secret))
        self._database.execute("UPDATE used SET c = %s WHERE h = %s", row)

    def cast(self, at: float, voter: Voter) -> None:
        """Store the answer."""
        del at
        row = (token_hash(voter.msg), voter.plain)
        self._database.execute("INSERT INTO ballots VALUES (%s, %s)", row)

    def end(self) -> None:
        """Leave the tables."""
        from tests.attack.linkability.server import tables_of

        self._database.close()
        self.loot.tables += tables_of(self._cluster, [self._name])


ON_FILES: Final = (
    Rows, Times, OneTransaction, Files, AccessLog, BoxInOrder, PeelInOrder,
)  # fmt: skip
