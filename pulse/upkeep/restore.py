"""Makes a home from a backup, or nothing at all.

Everything is done in a folder beside the home, which gets its name in one step at the end. No
wave goes on: its keys and ballots are in no backup, so whatever had not been released is lost,
its week is never asked again, and the next one opens as usual.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from pulse import wave as waves
from pulse.closing.destroy import NOTHING_OPEN
from pulse.disclosure.audit import audit_home
from pulse.errors import Refused
from pulse.release import ledger
from pulse.settings import Home, Settings, load
from pulse.store.databases import ACCOUNTS, STATE, on_files, shelves
from pulse.store.engine import sqlite_engine
from pulse.store.files import PUBLIC, sync_folder, write_atomically
from pulse.store.migrate import upgrade
from pulse.store.schema import REVISIONS
from pulse.terms import Progress, silent
from pulse.upkeep import archive
from pulse.upkeep.contents import Manifest
from pulse.upkeep.rights import set_rights
from pulse.upkeep.settling import end_council_keys, end_sign_ins, end_waves


class Restored(msgspec.Struct, frozen=True):
    """What a restored home holds and what of the old one it does not.

    `lost` are the waves that were not released, `passwords_to_reset` the people whose one-time
    password was not used yet when the backup was taken, `tokens_ended` how many API tokens there
    were, `council_keys_ended` how many keys a council must make anew. `head` is the hash of the
    ledger's last line: compare it with the one written down.
    """

    home: str
    taken: str
    pulse: str
    releases: int
    last_release: str
    head: str
    lost: tuple[str, ...]
    accounts: int
    tokens_ended: int
    passwords_to_reset: tuple[str, ...]
    council_keys_ended: int


def restore(
    home: Home,
    file: Path,
    environ: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> Restored:
    """Make `home` from the backup in `file`.

    It goes into the databases that `environ` names (`PULSE_DATABASE_URL`), else into SQLite
    files in the home, whatever it came from.

    Args:
        home: a folder that does not exist or is empty.
        file: what `pulse backup` wrote.
        environ: stands for the environment of this process.
        progress: told the bytes, rows and releases done.

    Raises:
        Refused: the home is not empty, the file is not a whole backup that this Pulse can read,
            or its releases do not pass the audit. No home was made then.
        BadSetting: a setting of the backup or the environment cannot be used.
    """
    if home.path.exists() and (not home.path.is_dir() or any(home.path.iterdir())):
        raise Refused("This home is not empty; restore into a new one.", where=str(home.path))
    if home.path.is_mount():
        raise Refused(
            "This is a mount point; restore into a new folder in it.", where=str(home.path)
        )
    with _beside(home.path) as work:
        made = Home(work / "home")
        made.path.mkdir(mode=0o700)
        manifest = archive.unpack(file, made.path, progress)
        _check_schemas(manifest)
        settings = load(made, environ)
        restored = _settle(made, settings, manifest, home, progress)
        if settings.database_url:
            made = _on_server(made, work, settings, progress)
        set_rights(made)
        _sync(made.path)
        _appear(made.path, home.path)
    return restored


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a folder beside `path` that is removed with whatever is left in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}-restoring-", dir=path.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_schemas(manifest: Manifest) -> None:
    for which, known in REVISIONS.items():
        if manifest.schemas.get(which) not in known:
            raise Refused(
                "A newer version of Pulse wrote this backup; restore it with that one. "
                "Nothing was restored."
            )


def _settle(
    made: Home, settings: Settings, manifest: Manifest, home: Home, progress: Progress
) -> Restored:
    """Bring unpacked files to the newest schema, end what cannot go on, and audit the releases."""
    made.make()
    with _opened(made.state / STATE) as state, _opened(made.accounts / ACCOUNTS) as accounts:
        upgrade(state, "state")
        upgrade(accounts, "accounts")
        lost = end_waves(made, shelves(made, on_files(settings)), state)
        halves = end_council_keys(state)
        people, tokens, unused = end_sign_ins(accounts)
    write_atomically(made.published / "current.json", NOTHING_OPEN, PUBLIC)
    entries = _audited(made, manifest, progress)
    return Restored(
        home=str(home.path), taken=manifest.taken, pulse=manifest.pulse, releases=len(entries),
        last_release=max((entry.wave for entry in entries), default=""), head=manifest.head,
        lost=lost, accounts=people, tokens_ended=tokens, passwords_to_reset=unused,
        council_keys_ended=halves,
    )  # fmt: skip


@contextmanager
def _opened(path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(path, journal="wal", create=False)
    try:
        yield engine
    finally:
        engine.dispose()


def _audited(made: Home, manifest: Manifest, progress: Progress) -> list[ledger.Entry]:
    """Return the ledger's entries, every release behind them having passed the audit."""
    if ledger.head(made.releases) != manifest.head:
        raise Refused("The ledger is not the one that was backed up. Nothing was restored.")
    report = audit_home(made.releases, progress)
    if not report.ok:
        raise Refused(
            f"The releases in this backup do not pass the audit: {report.findings[0]} "
            "Nothing was restored."
        )
    return ledger.read(made.releases)


def _on_server(made: Home, work: Path, settings: Settings, progress: Progress) -> Home:
    """Make the home once more with its databases on PostgreSQL, filled from the files."""
    from pulse.store.databases import accounts_engine, state_engine
    from pulse.store.home import make_home
    from pulse.upkeep.copying import copy_in

    there = Home(work / "there")
    make_home(there, made.settings_file.read_text(encoding="utf-8"), settings)
    state, accounts = state_engine(there, settings), accounts_engine(there, settings)
    copy_in(made.state / STATE, state, "state", progress)
    copy_in(made.accounts / ACCOUNTS, accounts, "accounts", progress)
    for shelf in shelves(there, settings):
        for row in waves.every(state):
            if row.state != "cancelled":
                shelf.remember_closed(row.wave)
            shelf.destroy(row.wave)  # a database that served an older home may hold one
        shelf.close()
    for engine in (state, accounts):
        engine.dispose()
    for name in ("releases", "trees", "published"):
        getattr(there, name).rmdir()
        getattr(made, name).rename(getattr(there, name))
    if made.surveys.is_dir():
        made.surveys.rename(there.surveys)
    return there


def _sync(folder: Path) -> None:
    """Make every file and name under `folder` durable."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        else:
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _appear(made: Path, path: Path) -> None:
    try:
        made.rename(path)  # over an empty folder too, and over no other
    except OSError as error:
        raise Refused(
            "Something else took this place meanwhile. Nothing was restored; run it again.",
            where=str(path),
        ) from error
    sync_folder(path.parent)
