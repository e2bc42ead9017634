"""What a tick does beside the steps of the rhythm: mails leave, channels and leaders are told.

All of it is done once however often it is tried: mails by the courier's marks, the rest by
claims (`pulse/mail/README.md`).
"""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from pulse import wave as waves
from pulse.accounts import newresults
from pulse.errors import Unreachable
from pulse.invitation.announcing import Kind, announce
from pulse.mail.courier import deliver
from pulse.store.databases import accounts_engine
from pulse.tick.acting import Work
from pulse.tick.people import all_written
from pulse.wave import Wave

# Figures older than this are no news: a home that begins to tick does not tell of old weeks.
NEWS: Final = dt.timedelta(days=7)


class Errand(NamedTuple):
    """Something to try after the steps; `run` returns what came of it in words, or nothing."""

    wave: str
    kind: str
    run: Callable[[], str]


def errands(work: Work) -> Iterator[Errand]:
    """Yield what is to be tried now: leaders' mails, deliveries, then the channels."""
    now = work.clock.now()
    rows = waves.every(work.engine)
    fresh = [row for row in rows if row.state == "released" and now - row.closes < NEWS]
    for row in fresh[-1:]:
        yield Errand(row.wave, "leaders", partial(_leaders, work, row))
        yield _announcement(work, row, "results")
    yield Errand("", "deliver", partial(_deliver, work))
    for row in rows:
        if row.state == "open" and now < row.closes:
            if all_written(work.engine, row.wave, "invitation"):
                yield _announcement(work, row, "open")
            if all_written(work.engine, row.wave, "reminder"):
                yield _announcement(work, row, "reminder")


def _announcement(work: Work, row: Wave, kind: Kind) -> Errand:
    def run() -> str:
        told = announce(work.home, work.settings, work.clock, work.engine, row.wave, kind)
        return f"Told in channels ({kind}): {', '.join(told)}." if told else ""

    return Errand(row.wave, f"announce {kind}", run)


def _leaders(work: Work, row: Wave) -> str:
    accounts = accounts_engine(work.home, work.settings)
    try:
        written = newresults.write(
            work.home, work.settings, work.clock, work.engine, accounts, row.wave
        )
    finally:
        accounts.dispose()
    return f"Leaders and HR were written that figures are there: {written}." if written else ""


def _deliver(work: Work) -> str:
    done = deliver(work.home, work.settings, work.clock, work.engine, progress=work.progress)
    if done.trouble:
        raise Unreachable(" ".join(done.trouble), where="mail")
    return f"Delivered: {done.delivered}." if done.delivered else ""
