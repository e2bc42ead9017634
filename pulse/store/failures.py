"""What a failing disk or database means for the person who meets it, in one sentence."""

import errno
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import SQLAlchemyError

from pulse.errors import Held, Refused

_FULL: Final = "There is no space left on the disk"
_READ_ONLY: Final = "The disk is read-only"
_FAILS: Final = "The disk is full or fails"
_DAMAGED: Final = "This file is damaged"
_MEND: Final = "Nothing is lost; mend that and run it again."
_RESTORE: Final = (
    "It was left as it is: bring back a sound copy of this very file (of the disk, not an older "
    "one) and run it again."
)
_BY_NUMBER: Final = {
    errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EROFS: _READ_ONLY, errno.EIO: _FAILS,
}  # fmt: skip
_BY_NAME: Final = {
    "SQLITE_FULL": _FULL, "SQLITE_READONLY": _READ_ONLY, "SQLITE_IOERR": _FAILS,
    "SQLITE_CANTOPEN": "This file cannot be opened", "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
}  # fmt: skip


def told(error: OSError | SQLAlchemyError | sqlite3.Error) -> Refused:
    """Return what happened, what was kept and what to do; `where` names the file, if known."""
    if isinstance(error, OSError):
        happened = _BY_NUMBER.get(error.errno or 0)
        if happened is None:
            reason = (error.strerror or str(error)).rstrip(".")
            return Refused(f"{reason}.", where=str(error.filename or ""))
        return Refused(f"{happened}. {_MEND}", where=str(error.filename or ""))
    cause = getattr(error, "orig", None) or error
    name = "_".join(getattr(cause, "sqlite_errorname", "").split("_")[:2])
    where = next(iter(getattr(error, "__notes__", ())), "database")
    happened = _BY_NAME.get(name)
    if happened is None:
        return Refused(f"The database refused: {cause}. Nothing was half done.", where=where)
    advice = _RESTORE if happened == _DAMAGED else _MEND
    return Refused(f"{happened} ({cause}). {advice}", where=where)


def name_file(engine: Engine, path: Path) -> None:
    """Have every error of `engine` carry the path of its file as a note, for `told`."""

    def note(context: ExceptionContext) -> None:
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.add_note(str(path))

    event.listen(engine, "handle_error", note)


def refuse_damaged(connection: Connection) -> None:
    """Read every page of an SQLite file; a PostgreSQL server checks its own.

    Raises:
        Held: a page is not what SQLite wrote; rows may be missing without any other sign.
    """
    if connection.dialect.name != "sqlite":
        return
    found = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
    if found != ["ok"]:
        path = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
        first = str(found[0]).splitlines()[-1].rstrip(".")
        raise Held(f"{_DAMAGED} ({first}). {_RESTORE}", where=path)
