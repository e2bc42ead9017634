"""PostgreSQL engines: every commit durable, no statement that waits for ever.

One database and one role for each room (see `pulse/store/databases.py`). The settings of a
session are laid down here and not left to the server's defaults.
"""

from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool, QueuePool

from pulse.store.engine import READING, silence

_SESSION: Final = {
    "synchronous_commit": "on",  # an answer follows the write of its log, never before
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "application_name": "pulse",  # the same for all: it tells nobody which process wrote
}
# A server that vanished without a word (its power, its network) is given up within half a minute,
# idle or in the middle of a commit; the system's own patience is a quarter of an hour and more.
_NETWORK: Final = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds
}
# Any constant will do; it names the write lock of a kept database.
_WRITE_LOCK: Final = 0x70756C7365


def postgres_engine(url: URL, *, serving: bool, one_writer: bool) -> Engine:
    """Open a database of a PostgreSQL server; `engine.begin()` is one durable transaction.

    Args:
        url: a `postgresql+psycopg` address.
        serving: keep a few connections for many requests; else each use opens and closes one.
        one_writer: a write transaction begins by taking the database's one write lock, as on
            SQLite: what it reads still holds when it commits. For roster, waves and accounts;
            issuer and ballot box are written by many at a time and guard each row instead.
    """
    pool: dict[str, Any] = {"poolclass": NullPool}
    if serving:
        # Four writers and readers at a time are plenty: group commit has one, pages a few.
        pool = {"poolclass": QueuePool, "pool_size": 4, "max_overflow": 8, "pool_timeout": 5}
        pool |= {"pool_pre_ping": True}  # a server that came back is noticed by itself
    options = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    engine = create_engine(
        url,
        **pool,
        connect_args={"options": options, **_NETWORK},
        hide_parameters=True,  # no error and no log ever quotes a hash, a box or an address
    )
    silence(engine)
    if one_writer:
        event.listen(engine, "begin", _take_write_lock)
    return engine


def _take_write_lock(connection: Connection) -> None:
    if not connection.get_execution_options().get(READING):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK:d})"))
