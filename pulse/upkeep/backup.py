"""Takes a backup, beside whatever is being served, opened or closed.

One cut through a home that moves: first the state, then everything that the state speaks of.
A wave that is `released` there has its line in the ledger by then, and a release that the
ledger names is complete and never changes. What was pressed or asked after the state was
copied is left out, from the first such line of the ledger on.
"""

import datetime as dt
import errno
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, text

import pulse
from pulse.clock import Clock
from pulse.errors import Refused
from pulse.release import ledger, manifest, reading
from pulse.settings import Home
from pulse.store.engine import reading as reading_of
from pulse.store.engine import sqlite_engine
from pulse.store.files import sync_folder, write_atomically
from pulse.terms import Progress, silent
from pulse.upkeep import archive, contents
from pulse.upkeep.contents import ACCOUNTS, LEDGER, SETTINGS, STATE, Manifest
from pulse.upkeep.copying import copy_out

LISTING: Final = "Listing"
# Settings that may carry a password or name a server that the next home does not have.
ADDRESSES: Final = (
    "database_url", "accounts_database_url", "issuer_database_url", "ballotbox_database_url",
    "mail",
)  # fmt: skip
_ASKED: Final = frozenset({"open", "awaiting_peel", "held", "released", "lost"})
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class Taken(msgspec.Struct, frozen=True):
    """What a backup holds: `head` is the hash of its ledger's last line, `size` is in bytes.

    `left_out` names the settings that are not in it.
    """

    file: str
    size: int
    sha256: str
    releases: int
    head: str
    schemas: Mapping[str, str]
    left_out: tuple[str, ...]


def backup(
    home: Home,
    state: Engine,
    accounts: Engine,
    clock: Clock,
    file: Path,
    progress: Progress = silent,
) -> Taken:
    """Write a backup of a home to `file`, 0600, complete and synced or not at all.

    Args:
        home: the installation; it may be in use.
        state: its state database.
        accounts: its accounts database.
        clock: the present, noted in the manifest.
        file: a new file, in a folder that is there.
        progress: told the rows and bytes done.

    Raises:
        Refused: `file` exists or cannot be written, or a database is not of this Pulse.
        BadRelease: the ledger or a release does not match its hashes.
    """
    if file.exists() or file.is_symlink():
        raise Refused("This file exists already; it was left as it is.", where=str(file))
    if not file.parent.is_dir():
        raise Refused("There is no such folder.", where=str(file.parent))
    with tempfile.TemporaryDirectory(prefix=".pulse-backup-", dir=file.parent) as staging:
        work = Path(staging)
        schemas = {
            "state": copy_out(state, "state", work / "state.db", progress),
            "accounts": copy_out(accounts, "accounts", work / "accounts.db", progress),
        }
        rows = waves_in(work / "state.db")
        lines = ledger_of(home, rows)
        kept, left_out = without_addresses(home)
        write_atomically(work / "ledger", b"".join(line + b"\n" for line in lines))
        write_atomically(work / "settings", kept.encode())
        sources = {
            SETTINGS: work / "settings",
            STATE: work / "state.db",
            ACCOUNTS: work / "accounts.db",
            **({LEDGER: work / "ledger"} if lines else {}),
            **dict(_files(home, rows, len(lines))),
        }
        listed = Manifest(
            v=contents.FORMAT,
            pulse=pulse.__version__,
            taken=clock.now().astimezone(dt.UTC).isoformat(timespec="seconds"),
            schemas=schemas,
            head=ledger.digest(lines[-1]) if lines else ledger.FIRST,
            entries=dict(_measured(sources, progress)),
        )
        archive.write(work / "backup", listed, sources, progress)
        appear(work / "backup", file)
    whole = archive.measure(file)
    return Taken(
        str(file), whole.size, whole.sha256, len(lines), listed.head, schemas, left_out
    )  # fmt: skip


def waves_in(path: Path) -> dict[str, str]:
    """Return the state of every wave in the SQLite file `path`, of any schema version."""
    engine = sqlite_engine(path, journal="truncate", create=False)
    try:
        with reading_of(engine) as connection:
            rows = connection.execute(text("SELECT wave, state FROM wave ORDER BY wave"))
            return {str(row.wave): str(row.state) for row in rows}
    finally:
        engine.dispose()


def ledger_of(home: Home, rows: Mapping[str, str]) -> list[bytes]:
    """Return the ledger's lines up to the first wave that `rows` do not know.

    Raises:
        BadRelease: the chain is broken, or a file does not match it.
    """
    lines: list[bytes] = []
    for entry in reading.verify_chain(home.releases):
        if entry.wave not in rows:
            break
        lines.append(ledger.line(entry))
    return lines


def without_addresses(home: Home) -> tuple[str, tuple[str, ...]]:
    """Return `pulse.toml` without the settings in `ADDRESSES`, and which of them stood there.

    Raises:
        Refused: one of them is not on a line of its own.
    """
    given = home.settings_file.read_text(encoding="utf-8")
    settings: dict[str, Any] = tomllib.loads(given)
    left_out = tuple(name for name in ADDRESSES if name in settings)
    kept = given
    for name in left_out:
        kept = re.sub(rf"(?m)^[ \t]*[\"']?{name}[\"']?[ \t]*=.*(\n|\Z)", "", kept, count=1)
    wanted = {name: value for name, value in settings.items() if name not in left_out}
    if _read(kept) != wanted:
        raise Refused("Write each database address on a line of its own.", where=SETTINGS)
    return kept, left_out


def _read(toml: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(toml)
    except tomllib.TOMLDecodeError:
        return None


def _files(home: Home, rows: Mapping[str, str], lines: int) -> Iterator[tuple[str, Path]]:
    """Yield name and place of every file of the releases and of what the waves published."""
    for entry in ledger.read(home.releases)[:lines]:
        for name in sorted((*manifest.FILES, manifest.NAME)):
            yield f"releases/{entry.wave}/{name}", home.releases / entry.wave / name
    for path in sorted(home.surveys.rglob("*.toml")):
        name = path.relative_to(home.path).as_posix()
        if contents.SURVEY.fullmatch(name) and _plain(path) and not path.parent.is_symlink():
            yield name, path
    for wave in sorted(wave for wave, state in rows.items() if state in _ASKED):
        if _plain(tree := home.trees / f"{wave}.json"):
            yield f"state/trees/{wave}.json", tree
        folder = home.published / wave
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if contents.PUBLISHED.fullmatch(path.name) and _plain(path):
                yield f"state/w/{wave}/{path.name}", path


def _plain(path: Path) -> bool:
    """Tell whether this is a file itself: a link could lead to a key."""
    return path.is_file() and not path.is_symlink()


def _measured(
    sources: Mapping[str, Path], progress: Progress
) -> Iterator[tuple[str, contents.Entry]]:
    for number, (name, path) in enumerate(sources.items()):
        progress(LISTING, number, len(sources))
        try:
            yield name, archive.measure(path)
        except FileNotFoundError as error:
            raise Refused(
                "A wave was cancelled while the backup was taken; run it again.", where=name
            ) from error
    progress(LISTING, len(sources), len(sources))


def appear(finished: Path, file: Path, link: Callable[[Path, Path], None] = os.link) -> None:
    """Give a finished, synced file its name, unless somebody has taken that meanwhile.

    Args:
        finished: the file, on the same disk.
        file: its name.
        link: gives a second name; refuses one that is taken.

    Raises:
        Refused: there is a file of this name.
    """
    try:
        link(finished, file)
    except FileExistsError as error:
        raise Refused("This file exists already; it was left as it is.", where=str(file)) from error
    except OSError as error:
        if error.errno not in _NO_LINKS or file.exists():
            raise
        finished.replace(file)  # a disk without hard links
    sync_folder(file.parent)
