"""What a PostgreSQL server keeps: rows with their hidden numbers, its files, its log."""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.attack.linkability.clues import Clue
from tests.attack.linkability.loot import Artefact, Table, collect, joined
from tests.attack.linkability.people import Lineup
from tests.postgres import Cluster, require_programs

_SYSTEM: Final = "('pg_catalog', 'information_schema')"
# Place in the log, row that is replaced, table, block, and the old block if it is another.
_UPDATE: Final = re.compile(
    r"lsn: ([0-9A-F]+)/([0-9A-F]+),.*UPDATE.*?(?:old_off|off):? (\d+)"
    r".*?rel (\d+/\d+/\d+).*?blk (\d+)(?:.*blkref #1: rel \S+ .*?blk (\d+))?"
)


def tables_of(cluster: Cluster, databases: Iterable[str]) -> list[Table]:
    """Read every table of some databases as superuser, with each row's transaction and place."""
    return [
        _table(cluster, database, schema, name)
        for database in databases
        for schema, name in cluster.execute(
            f"SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN {_SYSTEM}",  # noqa: S608 - our words
            database,
        )
    ]


def _table(cluster: Cluster, database: str, schema: object, name: object) -> Table:
    listed = cluster.execute(
        "SELECT column_name FROM information_schema.columns "  # noqa: S608 - names of our own tables
        f"WHERE table_schema = '{schema}' AND table_name = '{name}' ORDER BY ordinal_position",
        database,
    )
    place = "(ctid::text::point)[0]::bigint * 65536 + (ctid::text::point)[1]::bigint"
    query = f'SELECT xmin::text::bigint, {place}, * FROM "{schema}"."{name}"'  # noqa: S608 - as above
    columns = ("xmin", "ctid", *(str(column) for (column,) in listed))
    return Table(f"{database}:{schema}.{name}", columns, tuple(cluster.execute(query, database)))


def log_of(cluster: Cluster, name: str) -> list[Artefact]:
    """Copy the server's write-ahead log, file by file."""
    return list(collect(cluster.data / "pg_wal", name))


def files_of(cluster: Cluster, name: str) -> Iterator[Artefact]:
    """Yield every file of the server, its log of changes as one, and what it told."""
    log = []
    yield Artefact(f"{name}/log", (cluster.folder / "log").read_bytes())
    for each in collect(cluster.data, name):
        if "/pg_wal/" in each.name:
            log.append(each)
        else:
            yield each
    yield joined(f"{name}/pg_wal", log)


def marked(lineup: Lineup, log: Sequence[Artefact], name: str) -> Iterator[Clue]:
    """Yield the order in which people were marked, as the log of changes tells it.

    An update names no value there, only the place of the row that it replaces. But rows were
    laid down by hash, and whoever has the links computes the hashes: the n-th row is the
    person with the n-th hash.
    """
    by_hash = sorted(range(len(lineup.people)), key=lambda place: lineup.people[place].known[2])
    updates: dict[str, dict[tuple[int, int], int]] = {}
    for line in _told(log):
        found = _UPDATE.search(line)
        if found:
            high, low, row, relation, block, old_block = found.groups()
            place = (int(old_block or block), int(row))
            updates.setdefault(relation, {}).setdefault(place, (int(high, 16) << 32) + int(low, 16))
    for rows in updates.values():
        if len(rows) >= len(by_hash):
            first = sorted(rows)[: len(by_hash)]
            order = {place: rows[row] for place, row in zip(by_hash, first, strict=True)}
            yield Clue("people", f"updates in {name}", order)


def _told(log: Sequence[Artefact]) -> Iterator[str]:
    """Yield the lines of PostgreSQL's own reader of its log, as far as it comes."""
    with tempfile.TemporaryDirectory() as folder:
        segments = []
        for each in log:
            segment = each.name.rpartition("/")[2]
            if re.fullmatch(r"[0-9A-F]{24}", segment):
                (Path(folder) / segment).write_bytes(each.content)
                segments.append(segment)
        if segments:
            program = str(require_programs() / "pg_waldump")
            done = subprocess.run(
                [program, "--rmgr", "Heap", "--path", folder, min(segments)],
                capture_output=True, text=True, check=False,  # it ends where the log ends: an error
            )  # fmt: skip
            yield from done.stdout.splitlines()


def overwrite_log(cluster: Cluster) -> int:
    """Let other work overwrite the whole log; return how many files that took.

    A file of the log that is no longer needed is kept under a later name, with what stood in it,
    until the server comes to that name: a checkpoint alone removes nothing.
    """
    cluster.execute("CHECKPOINT")
    files = len(list((cluster.data / "pg_wal").glob("0*"))) + 2
    for _ in range(files):
        cluster.execute("SELECT pg_logical_emit_message(false, 'other', 'work')")
        cluster.execute("SELECT pg_switch_wal()")
        cluster.execute("CHECKPOINT")
    return files
