"""Databases as every released schema left them, as SQL in `homes/{revision}.sql`.

A new revision needs a new file, or a test fails. Take it from a home that this very schema
made, with rows in every table:

    python -m tests.unit.upkeep.homes HOME
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

from pulse.settings import Home
from pulse.store.databases import ACCOUNTS, STATE

FOLDER: Final = Path(__file__).parent / "homes"


def written(revision: str) -> str:
    """Return the SQL of a database of this revision."""
    return (FOLDER / f"{revision}.sql").read_text(encoding="utf-8")


def build(revision: str, path: Path) -> Path:
    """Make the SQLite file `path` (0600) as this revision left it."""
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(written(revision))
    return path


def dump(path: Path) -> tuple[str, str]:
    """Return revision and SQL of an SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(revision), "".join(f"{line}\n" for line in connection.iterdump())


def main() -> int:
    """Write the databases of a home beside the others."""
    home = Home(Path(sys.argv[1]))
    for path in (home.state / STATE, home.accounts / ACCOUNTS):
        revision, sql = dump(path)
        (FOLDER / f"{revision}.sql").write_text(sql, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
