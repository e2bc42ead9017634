"""Systems that are broken on purpose, each in one way: the attack must pair nearly everybody."""

import gzip
import hmac
import os
import secrets
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pulse.ballotbox.seal import Peeler
from pulse.terms import Secret
from pulse.token.invites import invite_hash
from pulse.token.message import token_hash
from tests.attack.linkability.crowd import GROUP, Crowd
from tests.attack.linkability.loot import Artefact, Loot, collect
from tests.attack.linkability.people import Kind, Voter
from tests.booth import WAVE

BEGUN: Final = 1_790_000_000.0


class Leaving:
    """What all twins have: a folder, and loot that is gathered from it at the end."""

    gives: tuple[Kind, Kind] = ("people", "answers")
    noted = False
    names = True  # whether it gives away whom, and not only among which few

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


class Batches(Database):
    """Neither order nor time: only the number of the batch in which a row was written.

    A batch holds ten people's requests, so hardly anybody is named, but all are one of a few.
    """

    names = False

    TABLES = (
        "CREATE TABLE used (h BLOB PRIMARY KEY, batch INTEGER) WITHOUT ROWID;"
        "CREATE TABLE ballots (t BLOB PRIMARY KEY, answer BLOB, batch INTEGER) WITHOUT ROWID"
    )
    AT_ONCE = 20

    def __init__(self, folder: Path, crowd: Crowd) -> None:
        super().__init__(folder, crowd)
        self._count = 0

    def issue(self, at: float, voter: Voter) -> None:
        """Mark the person in the present batch."""
        del at
        row = (invite_hash(voter.secret), self._present())
        with self.database as kept:
            kept.execute("INSERT INTO used VALUES (?, ?)", row)

    def cast(self, at: float, voter: Voter) -> None:
        """Store the answer in the present batch."""
        del at
        row = (token_hash(voter.msg), voter.plain, self._present())
        with self.database as kept:
            kept.execute("INSERT INTO ballots VALUES (?, ?, ?)", row)

    def end(self) -> None:
        """Write the tables anew, so that rows stand in their pages by key."""
        self.database.execute("VACUUM")
        super().end()

    def _present(self) -> int:
        self._count += 1
        return self._count // self.AT_ONCE


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


class Touched(Files):
    """Sets the time of every file to the same; when a file was last touched is not its to set."""

    def _write(self, folder: str, at: float, content: bytes) -> None:
        super()._write(folder, 0 * at, content)


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


class Rotated(AccessLog):
    """The same, and the log was compressed when its week was over."""

    def end(self) -> None:
        """Compress the log."""
        log = self.folder / "access.log"
        (self.folder / "access.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
        log.unlink()
        super().end()


class ShortIds(Leaving):
    """Keeps nothing but a log of what was done, which names each by the end of its hash."""

    gives: tuple[Kind, Kind] = ("people", "tokens")

    def issue(self, at: float, voter: Voter) -> None:
        """Say whose link was used."""
        self._say(at, f"used ..{invite_hash(voter.secret).hex()[-8:]}")

    def cast(self, at: float, voter: Voter) -> None:
        """Say which token came."""
        self._say(at, f"took ..{token_hash(voter.msg).hex()[-8:]}")

    def _say(self, at: float, what: str) -> None:
        del at
        with (self.folder / "app.log").open("a", encoding="utf-8") as log:
            log.write(f"{what}\n")


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


ON_FILES: Final = (
    Rows, Times, Batches, OneTransaction, Files, Touched, AccessLog, Rotated, ShortIds,
    BoxInOrder, PeelInOrder,
)  # fmt: skip
