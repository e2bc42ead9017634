"""Couriers that are killed: a process that delivers a folder, and a twin that makes no marks.

python -m tests.fault.couriers FOLDER PORT [twin]
"""

import datetime as dt
import sys
from pathlib import Path

from pulse.clock import FixedClock
from pulse.mail.courier import Route
from pulse.mail.outbox import Item, Outbox
from pulse.mail.smtp import Line
from pulse.settings import MailServer

NOW = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


class Markless(Outbox):
    """The twin: it removes a mail once it is sent, and makes no mark before."""

    def begin(self, item: Item) -> Item | None:
        """Mark nothing."""
        return item


def carry(port: int, box: Outbox) -> int:
    """Deliver what lies in an outbox, and count it."""
    server = MailServer("127.0.0.1", port, "", "none")
    box.recover()
    route = Route(
        lambda: Line(server, None, "pulse@example.org", None, 5.0),
        {"": box}, lambda _wave: True, FixedClock(NOW),
    )  # fmt: skip
    route.carry([("", item) for item in box.items() if item.state == "waiting"])
    return route.delivered


if __name__ == "__main__":
    where = Path(sys.argv[1])
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    carry(int(sys.argv[2]), (Markless if "twin" in sys.argv else Outbox)(where))
