"""A PostgreSQL server whose data lie on a disk that can be cut or made to fail.

Our own process and its home lie elsewhere, since they store nothing. A second server recovers
what each copy of the disk holds, and is asked for what had been acknowledged.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.fault.disk import Disk, disk, mounted, somewhere
from tests.fault.folding import Log
from tests.fault.nursery import Nursery
from tests.fault.postgres_precinct import ServerPrecinct
from tests.fault.precinct import Precinct
from tests.fault.scenes import Cut
from tests.fault.telling import Verdict
from tests.postgres import Cluster

DISK: Final = "192M"
# Checkpoints and new files of the log under load, not only afterwards.
SMALL: Final = {"max_wal_size": "32MB", "min_wal_size": "32MB", "checkpoint_timeout": "30s"}


class ServerScene:
    """A server of ours that stores on a PostgreSQL server.

    Args:
        what: "casting" or "issuing", whatever else the name says.
        served: the disk that holds the data of `cluster`.
        nursery: starts our server over `home` in the cluster's folder.
        precinct: what is served and sent.
        cluster: the PostgreSQL server.
    """

    def __init__(
        self, what: str, served: Disk, nursery: Nursery, precinct: Precinct, cluster: Cluster
    ) -> None:
        self.what, self.served, self.nursery = what, served, nursery
        self.precinct, self.cluster, self.folder = precinct, cluster, cluster.folder
        self.log = Log(self.folder / "home" / "none")  # the server has its own
        self._placed = ServerPrecinct(precinct, cluster)

    def place(self) -> None:
        """Make both stores anew, and a home that uses them."""
        self._placed.place(self.folder / "home")

    def judge(self, cut: Cut, verdict: Verdict) -> None:
        """Start a server on the copy and ask it."""
        with mounted(cut.image, self.folder / "after") as after:
            (after / "data" / "postmaster.pid").unlink(missing_ok=True)  # of a machine no more
            password = self.cluster.password
            copied = Cluster(self.folder, data=after / "data", password=password, **SMALL)
            try:
                copied.start()
                self._placed.look(self.what, copied, cut.acknowledged, verdict)
            except pytest.fail.Exception:
                verdict.fail("no server starts on what is left")
                verdict.kept += len(cut.acknowledged)
                verdict.lost += len(cut.acknowledged)
            finally:
                copied.stop()


@contextmanager
def on_server(what: str, create: str, precinct: Precinct) -> Iterator[ServerScene]:
    """Set the scene for a server of ours that the function `create` makes.

    Where `what` says "fsync=off" the PostgreSQL server stops to ask the disk once it has begun.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=somewhere())))
        served = stack.enter_context(disk(size=DISK))
        cluster = Cluster(folder, data=served.folder / "data", **SMALL)
        stack.callback(cluster.stop)
        cluster.start()
        nursery = stack.enter_context(Nursery(create, folder / "home"))
        if "fsync=off" in what:
            cluster.execute("ALTER SYSTEM SET fsync = off")
            cluster.execute("SELECT pg_reload_conf()")
        yield ServerScene(what, served, nursery, precinct, cluster)
