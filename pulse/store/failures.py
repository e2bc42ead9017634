"""What a failing disk or database means for the person who meets it, in one sentence.

No database is imported here: the holder's process, which has none, words its failures too.
"""

import errno
from typing import Final

from pulse.errors import Refused

_FULL: Final = "There is no space left on the disk"
_READ_ONLY: Final = "The disk is read-only"
_FAILS: Final = "The disk is full or fails"
DAMAGED: Final = "This file is damaged"
_MEND: Final = "Nothing is lost; mend that and run it again."
RESTORE: Final = (
    "It was left as it is: bring back a sound copy of this very file (of the disk, not an older "
    "one) and run it again."
)
_BY_NUMBER: Final = {
    errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EROFS: _READ_ONLY, errno.EIO: _FAILS,
}  # fmt: skip
_BY_NAME: Final = {
    "SQLITE_FULL": _FULL, "SQLITE_READONLY": _READ_ONLY, "SQLITE_IOERR": _FAILS,
    "SQLITE_CANTOPEN": "This file cannot be opened", "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
}  # fmt: skip


def told(error: Exception) -> Refused:
    """Return what happened, what was kept and what to do; `where` names the file, if known.

    Args:
        error: an OSError, or what SQLAlchemy or a driver raised.
    """
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
        # The first line alone: a server's details may quote a hash.
        said = next(iter(str(cause).strip().splitlines()), type(cause).__name__).rstrip(".")
        return Refused(f"The database refused: {said}. Nothing was half done.", where=where)
    advice = RESTORE if happened == DAMAGED else _MEND
    return Refused(f"{happened} ({cause}). {advice}", where=where)
