"""LEADERS.csv (`email,role,unit_id`): all of it is imported, or nothing and the reason is said."""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, cast

import msgspec
from sqlalchemy import Engine, delete, select, update

from pulse.accounts.directory import ROLES, Hash, NewAccount, Role, is_address, new_stamp, write
from pulse.accounts.passwords import one_time_password
from pulse.accounts.tables import account, api_token
from pulse.clock import Clock
from pulse.errors import BadAccounts
from pulse.store.engine import reading
from pulse.terms import UNIT_ID, Progress, silent

LARGEST: Final = 8 * 1024 * 1024
COLUMNS: Final = ("email", "role", "unit_id")


class Line(msgspec.Struct, frozen=True):
    """One line of the file; `unit_id` is None for every role but leader."""

    email: str
    role: Role
    unit_id: str | None


def read(path: Path, known_units: Collection[str] | None = None) -> tuple[Line, ...]:
    """Read the file, UTF-8 with or without BOM.

    Only a leader has a unit; what stands in `unit_id` for another role has no meaning and is
    not kept. `known_units` are the roster's ids, where the caller has them.

    Raises:
        BadAccounts: anything that cannot be right, with file, line and column in `where`.
    """
    lines: list[Line] = []
    seen: set[str] = set()
    for number, row in _rows(path):
        line = _line(path, number, row, known_units)
        if line.email in seen:
            raise _wrong(path, number, "email", "This address stands in the file twice.")
        seen.add(line.email)
        lines.append(line)
    return tuple(lines)


def import_leaders(
    engine: Engine,
    clock: Clock,
    hash_password: Hash,
    path: Path,
    *,
    known_units: Collection[str] | None = None,
    progress: Progress = silent,
) -> tuple[NewAccount, ...]:
    """Create the accounts of a file; accounts that exist take the file's role and unit.

    Returns one NewAccount a line, in the file's order, with a one-time password for each new
    account. An account whose role or unit changes keeps its password and loses its sessions.

    Raises:
        BadAccounts: as `read`; nothing has changed then.
    """
    lines = read(path, known_units)
    with reading(engine) as connection:
        existing = set(connection.execute(select(account.c.email)).scalars())
    # Hashing takes its time by design: it is done before the transaction, not inside.
    told: dict[str, tuple[str, str]] = {}
    for done, line in enumerate(lines, start=1):
        if line.email not in existing:
            password = one_time_password()
            told[line.email] = (password, hash_password(password))
        progress("accounts", done, len(lines))
    with engine.begin() as connection:
        for line in lines:
            if line.email in told:
                write(
                    connection,
                    clock,
                    email=line.email,
                    role=line.role,
                    unit_id=line.unit_id,
                    stored=told[line.email][1],
                )
                continue
            where = account.c.email == line.email
            row = connection.execute(select(account).where(where)).one()
            if (row.role, row.unit_id) != (line.role, line.unit_id):
                token = api_token.c.account_id == row.account_id
                connection.execute(delete(api_token).where(token))
                connection.execute(
                    update(account)
                    .where(where)
                    .values(role=line.role, unit_id=line.unit_id, stamp=new_stamp())
                )
    return tuple(
        NewAccount(line.email, line.role, told[line.email][0] if line.email in told else None)
        for line in lines
    )


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        if path.stat().st_size > LARGEST:
            raise BadAccounts("This file is larger than any list of leaders.", where=path.name)
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadAccounts("The file is not UTF-8.", where=f"{path.name}:{line}") from error
    except OSError as error:
        raise BadAccounts("The file cannot be read.", where=str(path)) from error
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise _wrong(path, 1, "email", f"The first line must be {','.join(COLUMNS)}.")
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        where = f"{path.name}:{reader.line_num}"
        raise BadAccounts(f"This is no CSV: {error}.", where=where) from error


def _line(path: Path, number: int, row: list[str], known: Collection[str] | None) -> Line:
    if len(row) != len(COLUMNS):
        raise _wrong(path, number, COLUMNS[-1], f"There must be {len(COLUMNS)} columns.")
    email, role, unit_id = (value.strip() for value in row)
    if not is_address(email):
        raise _wrong(path, number, "email", "This is no e-mail address.")
    if role not in ROLES:
        raise _wrong(path, number, "role", f"A role is one of {', '.join(ROLES)}.")
    if role != "leader":
        return Line(email.casefold(), cast("Role", role), None)
    if not UNIT_ID.fullmatch(unit_id):
        raise _wrong(path, number, "unit_id", "A leader needs the unit_id of their unit.")
    if known is not None and unit_id not in known:
        raise _wrong(path, number, "unit_id", "The roster has no unit of this id.")
    return Line(email.casefold(), "leader", unit_id)


def _wrong(path: Path, number: int, column: str, message: str) -> BadAccounts:
    return BadAccounts(message, where=f"{path.name}:{number}:{column}")
