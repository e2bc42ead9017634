"""Broken systems on PostgreSQL: tables that are kept, and a server that tells what it does."""

import hashlib
from pathlib import Path
from typing import Final

import psycopg

from pulse.token.invites import invite_hash
from pulse.token.message import token_hash
from tests.attack.linkability.crowd import Crowd
from tests.attack.linkability.people import Voter
from tests.attack.linkability.server import files_of, tables_of
from tests.attack.linkability.twins import Leaving
from tests.postgres import Cluster


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
        self._database.close()
        self.loot.tables += tables_of(self._cluster, [self._name])


class TellingServer(HiddenNumbers):
    """The same tables, dropped; but the server was told to log what takes long: everything."""

    def __init__(self, folder: Path, crowd: Crowd, cluster: Cluster) -> None:
        super().__init__(folder, crowd, cluster)
        self._database.execute("SET log_min_duration_statement = 0")

    def end(self) -> None:
        """Drop the tables, and leave what the server has told."""
        self._database.execute("DROP TABLE used, ballots")
        self._database.close()
        told = next(each for each in files_of(self._cluster, "server") if each.name.endswith("log"))
        self.loot.add([told])


ON_SERVERS: Final = (HiddenNumbers, TellingServer)
