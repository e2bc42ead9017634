"""The open week as an administrator sees it: what was sent, never who or how many answered.

While a week is open no count of answers is shown anywhere: watched beside the mails that go out,
it would tell when somebody answered.
"""

import datetime as dt
from collections import Counter

import msgspec
from sqlalchemy import Engine, func, select

from pulse import wave as waves
from pulse.invitation.tables import sent
from pulse.mail.outbox import Outbox
from pulse.roster.tables import membership
from pulse.settings import Home
from pulse.store.engine import reading


class ThisWeek(msgspec.Struct, frozen=True):
    """The open week: people invited, first mails written and not yet, people without an address.

    `leaving` counts messages that wait for a server, `unreached` those that none takes.
    """

    wave: str
    opens: dt.datetime
    closes: dt.datetime
    invited: int
    written: int
    waiting: int
    reminded: int
    without: int
    leaving: int
    unreached: int


def this_week(home: Home, engine: Engine) -> ThisWeek | None:
    """Return the open week, or None between two."""
    row = waves.current(engine)
    if row is None:
        return None
    people = select(func.count()).select_from(membership).where(membership.c.wave == row.wave)
    with reading(engine) as connection:
        without = connection.scalar(people.where(membership.c.email == "")) or 0
        kinds = (
            select(sent.c.kind, func.count()).where(sent.c.wave == row.wave).group_by(sent.c.kind)
        )
        marked = {row.kind: row[1] for row in connection.execute(kinds)}
    lying = Counter(item.state for item in Outbox(home.outbox / row.wave).items())
    written = marked.get("invitation", 0)
    return ThisWeek(
        wave=row.wave,
        opens=row.opens,
        closes=row.closes,
        invited=row.invited,
        written=written,
        waiting=max(0, row.invited - without - written),
        reminded=marked.get("reminder", 0),
        without=without,
        leaving=lying["waiting"],
        unreached=lying["refused"],
    )
