"""What must not come back to life with a restored home: weeks, tokens, passwords, keys.

A backup is older than what happened since. Whatever could have been used, closed or revoked in
between is ended here; the ledger alone says what was released.
"""

from typing import Final

from sqlalchemy import Engine, delete, func, select, update

from pulse import closing
from pulse import wave as waves
from pulse.accounts.directory import new_stamp
from pulse.accounts.tables import (
    account,
    api_token,
    link,
    provider_attempt,
    recovery_code,
    second_factor,
    session,
)  # fmt: skip
from pulse.closing import destroy
from pulse.council import half_table
from pulse.errors import Refused
from pulse.release import ledger
from pulse.settings import Home
from pulse.store.databases import Shelves

REASON: Final = (
    "It was not released when the backup was taken that this home was restored from; "
    "its answers and keys are in no backup."
)
NO_PASSWORD: Final = "!"  # noqa: S105 - the hash of no password, so nobody signs in with it
NO_WAVE: Final = "restored"


def end_waves(home: Home, rooms: Shelves, state: Engine) -> tuple[str, ...]:
    """Turn every wave that had begun into `lost`, or `released` where the ledger has it.

    Both rooms remember all of them as closed, so their addresses answer 410.

    Returns:
        The waves that are lost now.

    Raises:
        Refused: ledger and waves do not belong together.
    """
    pressed = {entry.wave for entry in ledger.read(home.releases)}
    rows = {row.wave: row for row in waves.every(state)}
    if not pressed <= rows.keys() or any(
        row.state == "released" and row.wave not in pressed for row in rows.values()
    ):
        raise Refused(
            "Ledger and weeks of this backup do not belong together. Nothing was restored."
        )
    lost = []
    for row in rows.values():
        if row.state in {"released", "lost"}:
            for shelf in rooms:
                shelf.remember_closed(row.wave)
        elif row.wave in pressed:  # its close was cut off after the press
            destroy.destroy_a(home, rooms, state, row.wave, closing.nowhere)
            waves.move(state, row.wave, waves.UNFINISHED, "released", reason="")
        elif row.state != "cancelled":
            destroy.everything(home, rooms, state, row.wave, closing.nowhere)
            waves.move(state, row.wave, waves.UNFINISHED, "lost", reason=REASON)
            lost.append(row.wave)
    return tuple(lost)


def end_sign_ins(accounts: Engine) -> tuple[int, int, tuple[str, ...]]:
    """End what may have been revoked since: tokens, unused one-time passwords, sessions, links.

    Second factors end too: a backup holds no key, so their secrets cannot be read any more.

    Returns:
        How many accounts there are, how many tokens were ended, whose password must be reset.
    """
    with accounts.begin() as connection:
        everyone = connection.execute(select(account).order_by(account.c.email)).all()
        tokens = connection.scalar(select(func.count()).select_from(api_token)) or 0
        for table in (api_token, link, session, provider_attempt, recovery_code, second_factor):
            connection.execute(delete(table))
        for row in everyone:
            changed = {"password": NO_PASSWORD} if row.must_change else {}
            mine = account.c.account_id == row.account_id
            connection.execute(update(account).where(mine).values(stamp=new_stamp(), **changed))
    return len(everyone), tokens, tuple(row.email for row in everyone if row.must_change)


def end_council_keys(state: Engine) -> int:
    """Let no week take a key of the council that a week since the backup may have taken.

    The council may have used and destroyed its half of it; the week would be lost. Import
    refuses these keys as it does every used one.

    Returns:
        How many keys the council must make anew.
    """
    free = update(half_table).where(half_table.c.wave == "").values(wave=NO_WAVE)
    with state.begin() as connection:
        return len(connection.execute(free.returning(half_table.c.number)).all())
