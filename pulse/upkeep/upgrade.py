"""Brings the databases of a home to the schema of this Pulse, a backup first."""

from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Engine

from pulse.clock import Clock
from pulse.settings import Home
from pulse.store.engine import reading
from pulse.store.lock import only_one
from pulse.store.migrate import upgrade
from pulse.store.schema import Which, newest, refuse_foreign, revision
from pulse.terms import Progress, silent
from pulse.upkeep.backup import backup

FOLDER: Final = "backups"


class Step(msgspec.Struct, frozen=True, rename={"origin": "from"}):
    """A database's revision as it was and as it is to be."""

    origin: str
    to: str


class Upgraded(msgspec.Struct, frozen=True):
    """Both databases, whether they are current now, and the backup taken before, if any."""

    state: Step
    accounts: Step
    current: bool
    backup: str = ""


def look(state: Engine, accounts: Engine) -> Upgraded:
    """Tell what an upgrade would do; nothing is changed.

    Raises:
        Refused: a database is of a newer Pulse, or of none.
    """
    steps = {which: _step(engine, which) for which, engine in _both(state, accounts)}
    current = all(step.origin == step.to for step in steps.values())
    return Upgraded(steps["state"], steps["accounts"], current)


def upgrade_home(
    home: Home, clock: Clock, state: Engine, accounts: Engine, progress: Progress = silent
) -> Upgraded:
    """Upgrade both databases; again is fine, after an interruption too.

    A backup is written to `backups/` in the home before anything is changed.

    Raises:
        Refused: as `look`; or the backup cannot be taken, and nothing was changed.
        WrongState: a wave is being opened or cancelled just now.
    """
    with only_one(home.state / "wave.lock", state):
        before = look(state, accounts)
        if before.current:
            return before
        folder = home.path / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        file = _unused(folder, clock)
        backup(home, state, accounts, clock, file, progress)
        home.make()  # folders that the home's version did not have yet
        for which, engine in _both(state, accounts):
            upgrade(engine, which)
    return msgspec.structs.replace(before, current=True, backup=str(file))


def _both(state: Engine, accounts: Engine) -> tuple[tuple[Which, Engine], ...]:
    return (("state", state), ("accounts", accounts))


def _step(engine: Engine, which: Which) -> Step:
    with reading(engine) as connection:
        found = refuse_foreign(revision(connection), which)
    return Step(found, newest(which))


def _unused(folder: Path, clock: Clock) -> Path:
    stem = f"before-upgrade-{clock.now():%Y%m%dT%H%M%SZ}"
    names = (f"{stem}{(number and f'-{number}') or ''}.tar.gz" for number in range(1000))
    return next(path for path in map(folder.joinpath, names) if not path.exists())
