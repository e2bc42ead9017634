"""A precinct whose invitations and ballots lie on a PostgreSQL server."""

from collections.abc import Mapping
from pathlib import Path

from pulse.ballotbox.store import BoxStore
from pulse.issuer.store import IssuerStore
from pulse.store.databases import ADDRESS
from pulse.store.postgres import postgres_engine
from pulse.store.schemashelf import SchemaShelf, prepare
from tests.booth import WAVE
from tests.fault.crowd import Key
from tests.fault.precinct import Precinct
from tests.fault.reading import QUERIES, hold, room_of
from tests.fault.telling import Verdict
from tests.postgres import Cluster


class ServerPrecinct:
    """Databases for issuer and ballot box, and homes that use them.

    Args:
        precinct: what is served and sent.
        cluster: a server that runs, and keeps its port.
    """

    def __init__(self, precinct: Precinct, cluster: Cluster) -> None:
        self._precinct = precinct
        self._urls = {room: cluster.new_database() for room in QUERIES}
        for url in self._urls.values():
            prepare(postgres_engine(url, serving=False, one_writer=False))

    def place(self, home: Path, port: int | None = None) -> None:
        """Copy the untouched home to `home`, its stores on the server as opening leaves them.

        With `port` the home looks for its server there, at a wire that leads to it.
        """
        self._precinct.place(home)
        for room, url in self._urls.items():
            for file in (home / room).glob("*.db*"):
                file.unlink()
            address = url.set(port=port or url.port).render_as_string(hide_password=False)
            (home / room / ADDRESS).write_text(address)
        issuer = SchemaShelf(self._urls["issuer"], serving=False)
        box = SchemaShelf(self._urls["ballotbox"], serving=False)
        issuer.destroy(WAVE)
        box.destroy(WAVE)
        IssuerStore.create(issuer, WAVE, self._precinct.invitations).open_gate()
        BoxStore.create(box, WAVE).open_gate()

    def look(
        self, what: str, server: Cluster, acknowledged: Mapping[Key, bytes], verdict: Verdict
    ) -> None:
        """Hold what lies on a server, this one or one on a copy, to what was acknowledged."""
        room = room_of(what)
        query = QUERIES[room].replace("from ", f'from "{WAVE}".')
        rows = server.execute(query, str(self._urls[room].database))
        hold(what, rows, self._precinct, acknowledged, verdict)
