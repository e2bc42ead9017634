"""A shelf on PostgreSQL: each wave's tables in a schema of its name, dropped at the close.

While a wave is open the server's files keep an order of its rows (hidden transaction ids, the
write-ahead log) until they are recycled; contents are sealed either way. See the package's
README for what that means and which server settings are refused.
"""

from collections.abc import Hashable, Mapping
from typing import Final

from sqlalchemy import Connection, Engine, MetaData, false, insert, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.schema import CreateSchema, DropSchema

from pulse.errors import WrongState
from pulse.store.engine import insert_absent, reading
from pulse.store.postgres import postgres_engine
from pulse.store.shelf import CLOSED, KEPT, Fill
from pulse.terms import WAVE_ID

_SCHEMAS: Final = text(r"SELECT nspname, oid FROM pg_namespace WHERE nspname ~ '^\d{4}-W\d\d$'")
# No row, but refused where only reading is allowed; then an empty record for the log to sync.
_NO_ROW: Final = insert(CLOSED).from_select([CLOSED.c.wave], select(CLOSED.c.wave).where(false()))
_RECORD: Final = text("SELECT pg_logical_emit_message(true, 'pulse', '')")
_COMMENT: Final = text(
    "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :wave"
)
_EXISTS: Final = text("SELECT 1 FROM pg_namespace WHERE nspname = :wave")


class SchemaShelf:
    """Stores as schemas named like their waves, in a room's own database.

    Args:
        url: the database's address.
        serving: keep connections for many requests; `close` lets go of them.
    """

    def __init__(self, url: URL, *, serving: bool) -> None:
        self._url, self._serving = url, serving
        self._engine = postgres_engine(url, serving=serving, one_writer=False)

    def stamps(self) -> Mapping[str, Hashable]:
        """Return the waves that have a schema, each with its object id."""
        with reading(self._engine) as connection:
            return dict(map(tuple, connection.execute(_SCHEMAS)))

    def exists(self, wave: str) -> bool:
        """Tell whether `wave` has a schema."""
        with reading(self._engine) as connection:
            return connection.scalar(_EXISTS, {"wave": wave}) is not None

    def make(self, wave: str, tables: MetaData, fill: Fill, origin: int = 0) -> None:
        """Make schema, tables and rows in one transaction."""
        engine = self._engine.execution_options(schema_translate_map={None: wave})
        try:
            with engine.begin() as connection:
                connection.execute(CreateSchema(wave))
                tables.create_all(connection, checkfirst=False)
                _sample_nothing(connection, wave, tables)
                fill(connection)
                quoted = connection.dialect.identifier_preparer.quote_identifier(wave)
                connection.execute(text(f"COMMENT ON SCHEMA {quoted} IS '{origin:d}'"))
        except (ProgrammingError, IntegrityError) as error:
            if self.exists(wave):
                raise WrongState("This wave has a store already.", where=wave) from error
            raise

    def origin(self, wave: str) -> int:
        """Read the number in the schema's comment; a comment of somebody else's is none."""
        with reading(self._engine) as connection:
            said = connection.scalar(_COMMENT, {"wave": wave}) or ""
        return int(said) if said.isdecimal() else 0

    def engine(self, wave: str) -> Engine:
        """Return an engine whose tables are those of `wave`."""
        engine = postgres_engine(self._url, serving=self._serving, one_writer=False)
        return engine.execution_options(schema_translate_map={None: wave})

    def destroy(self, wave: str) -> None:
        """Drop the schema with all that is in it."""
        if WAVE_ID.fullmatch(wave):
            with self._engine.begin() as connection:
                connection.execute(DropSchema(wave, cascade=True, if_exists=True))

    def remember_closed(self, wave: str) -> None:
        """Write `wave` into the table `closed`, which is made with the database."""
        with self._engine.begin() as connection:
            connection.execute(insert_absent(self._engine, CLOSED).values(wave=wave))

    def closed(self) -> frozenset[str]:
        """Read the table `closed`."""
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(select(CLOSED.c.wave)))

    def try_writing(self) -> None:
        """Put an empty record into the server's log, which the commit makes durable."""
        with self._engine.begin() as connection:
            connection.execute(_NO_ROW)
            connection.execute(_RECORD)

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


def prepare(engine: Engine) -> None:
    """Make what outlives the waves in a room's database: the table `closed`; again is fine."""
    with engine.begin() as connection:
        KEPT.create_all(connection)


def _sample_nothing(connection: Connection, wave: str, tables: MetaData) -> None:
    """Keep the server from sampling hashes for its planner: those samples outlive the tables."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    for table in tables.sorted_tables:
        columns = (f"ALTER COLUMN {quote(each.name)} SET STATISTICS 0" for each in table.columns)
        name = f"{quote(wave)}.{quote(table.name)}"
        connection.execute(text(f"ALTER TABLE {name} {', '.join(columns)}"))
