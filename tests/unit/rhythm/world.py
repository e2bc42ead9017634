"""A home in memory: it ticks by the rhythm, as often and as oddly as a test wants."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from pulse.rhythm import Facts, Schedule, Step, due, sending
from pulse.rhythm.local import week_of
from pulse.wave import UNFINISHED, Wave

Due = Callable[[Schedule, Facts, dt.datetime], tuple[Step, ...]]


class Mail(NamedTuple):
    """What left, in which wave, to whom, and when."""

    wave: str
    kind: str
    person: int
    at: dt.datetime


class World:
    """Waves and marks, written as a tick of the product writes them.

    Args:
        schedule: the rhythm.
        people: a zone for each.
        decide: what says what is due; a broken twin replaces it.
    """

    def __init__(
        self, schedule: Schedule, people: Mapping[int, ZoneInfo], decide: Due = due
    ) -> None:
        self.schedule, self.people, self.decide = schedule, people, decide
        self.rows: dict[str, Wave] = {}
        self.openings: list[tuple[str, dt.datetime]] = []
        self.mails: list[Mail] = []

    @property
    def facts(self) -> Facts:
        """What the rhythm is told."""
        return Facts(waves=tuple(self.rows[name] for name in sorted(self.rows)))

    def tick(self, now: dt.datetime) -> None:
        """Take what is due, looking again after each step, and no step twice."""
        tried: set[tuple[str, str]] = set()
        while step := self._next(now, tried):
            tried.add((step.kind, step.wave))
            self._take(step, now)

    def _next(self, now: dt.datetime, tried: set[tuple[str, str]]) -> Step | None:
        steps = self.decide(self.schedule, self.facts, now)
        return next((step for step in steps if (step.kind, step.wave) not in tried), None)

    def _take(self, step: Step, now: dt.datetime) -> None:
        if step.kind == "open":
            assert step.closes is not None
            self.openings.append((step.wave, now))
            self.rows[step.wave] = Wave(step.wave, "open", now, step.closes, 0)
        elif step.kind in {"invite", "remind"}:
            self._send(self.rows[step.wave], step.kind, now)
        elif step.kind == "close":
            self.rows[step.wave] = msgspec.structs.replace(self.rows[step.wave], state="released")

    def _send(self, row: Wave, kind: str, now: dt.datetime) -> None:
        marked = {(mail.kind, mail.person) for mail in self.mails if mail.wave == row.wave}
        for person, zone in self.people.items():
            times = sending(self.schedule, zone, row.opens, row.closes)
            if kind == "invite" and ("invite", person) not in marked:
                turn = times.invite_now(person, now)
            elif kind == "remind" and {("invite", person)} == {m for m in marked if m[1] == person}:
                turn = times.remind_now(person, now, row.closes)
            else:
                continue
            if turn:
                self.mails.append(Mail(row.wave, kind, person, now))

    def wrong(self) -> Iterator[str]:
        """Yield what must never be, whatever the ticks were."""
        for week, count in Counter(week for week, _ in self.openings).items():
            if count > 1:
                yield f"{week} opened {count} times"
        for week, at in self.openings:
            if week_of(at.astimezone(self.schedule.zone).date()) != week:
                yield f"{week} opened at {at}"
        if sum(row.state in UNFINISHED for row in self.rows.values()) > 1:
            yield "two waves are under way"
        for (week, kind, person), count in Counter(mail[:3] for mail in self.mails).items():
            if count > 1:
                yield f"{person} had {count} of {kind} in {week}"
        invited = {
            (mail.wave, mail.person): mail.at for mail in self.mails if mail.kind == "invite"
        }
        for mail in self.mails:
            if mail.kind == "remind" and (mail.wave, mail.person) not in invited:
                yield f"{mail.person} is reminded in {mail.wave} without an invitation"
            yield from self._untimely(mail)

    def _untimely(self, mail: Mail) -> Iterator[str]:
        """Yield if a mail left after closing or when its person does not work."""
        row, zone = self.rows[mail.wave], self.people[mail.person]
        shown = mail.at.astimezone(zone)
        hours = self.schedule.hours
        working = shown.weekday() < 5 and hours.first <= shown.time() < hours.last
        working &= shown.date() not in self.schedule.holidays
        half = row.opens + (row.closes - row.opens) / 2
        if not row.opens <= mail.at < row.closes:
            yield f"{mail} left while the wave was not open"
        if not working and (mail.kind == "remind" or (mail.at < half and self._works(zone, row))):
            yield f"{mail} left at {shown:%A %H:%M}"

    def _works(self, zone: ZoneInfo, row: Wave) -> bool:
        """Tell whether a person has a minute of work in the first half of a wave."""
        at, half = row.opens, row.opens + (row.closes - row.opens) / 2
        while at + MINUTE <= half:
            shown = at.astimezone(zone)
            day, clock = shown.date(), shown.time()
            inside = self.schedule.hours.first <= clock < self.schedule.hours.last
            if inside and shown.weekday() < 5 and day not in self.schedule.holidays:
                return True
            at += MINUTE
        return False


MINUTE: Final = dt.timedelta(minutes=1)
