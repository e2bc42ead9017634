"""What happens when: the schedule of a seed, fixed before the first event runs.

An event draws its own chances from the seed and its number. Leaving one out therefore changes
nothing about the others, which is what makes a failure small by trying.
"""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

# Mondays before weeks in which something is odd: summer time begins or ends (a wave closes in that
# very hour, or after it), a 53rd week, a year's turn; Lord Howe moves its clocks by half an hour
# only, and Apia once left a whole day out.
PLACES: Final = (
    ("Europe/Berlin", dt.date(2026, 3, 23), "Sunday 02:30"),
    ("Europe/Berlin", dt.date(2026, 10, 19), "Sunday 02:30"),
    ("Europe/Berlin", dt.date(2026, 10, 19), "Sunday 12:00"),
    ("Europe/London", dt.date(2027, 3, 22), "Sunday 20:00"),
    ("America/New_York", dt.date(2026, 3, 2), "Sunday 17:00"),
    ("America/New_York", dt.date(2026, 10, 26), "Sunday 01:30"),
    ("Australia/Lord_Howe", dt.date(2026, 3, 30), "Sunday 01:45"),
    ("Asia/Kathmandu", dt.date(2026, 12, 21), "Friday 17:00"),
    ("UTC", dt.date(2026, 12, 14), "Thursday 23:59"),
    ("Pacific/Auckland", dt.date(2020, 12, 21), "Friday 12:00"),
    ("Africa/Casablanca", dt.date(2026, 2, 9), "Friday 17:00"),
    ("Pacific/Apia", dt.date(2011, 12, 19), "Friday 09:00"),
    ("America/Sao_Paulo", dt.date(2015, 12, 21), "Saturday 00:00"),
)
DAY: Final = 24
# In the middle of a week: what may happen, and how often (in 1,000 weeks).
NOISE: Final = {
    "jump": 450, "restart": 300, "remind": 150, "lose a key": 170, "cancel": 130,
    "backup": 400, "restore": 250, "raise k": 100, "lower k": 60, "roster": 200,
}  # fmt: skip


class Event(NamedTuple):
    """One thing that happens: its number, when by true time, and what."""

    number: int
    at: dt.datetime
    name: str


class Setting(NamedTuple):
    """What a seed fixes for its whole life."""

    zone: ZoneInfo
    closes: str
    monday: dt.date
    weeks: int
    k: int
    teams: int
    council: bool


def setting(seed: int, weeks: int | None = None) -> Setting:
    """Return where and how large the organisation of a seed is."""
    dice = random.Random(f"{seed}/setting")
    zone, monday, closes = dice.choice(PLACES)
    return Setting(
        ZoneInfo(zone),
        dice.choice((closes, "Friday 17:00")),
        monday,
        weeks or dice.choice((2, 3, 3, 4)),
        dice.choice((5, 5, 5, 10)),
        dice.choice((3, 4, 5, 6)),
        dice.random() < 0.6,
    )


def schedule(seed: int, weeks: int | None = None) -> list[Event]:
    """Return every event of a seed, in the order of true time."""
    told = setting(seed, weeks)
    dice = random.Random(f"{seed}/schedule")
    happens: list[tuple[float, str]] = []
    for week in range(told.weeks):
        happens += ((week * 7 * DAY + hour, name) for hour, name in _week(dice, told.closes))
    happens += [(told.weeks * 7 * DAY + hour, "settle") for hour in (1, 2, 3)]
    timed = sorted((_true(told, hour), name) for hour, name in happens)
    return [Event(number, at, name) for number, (at, name) in enumerate(timed, 1)]


def _true(told: Setting, hour: float) -> dt.datetime:
    """Return when the wall clock shows so many hours since the first Monday's midnight."""
    wall = dt.datetime.combine(told.monday, dt.time()) + dt.timedelta(hours=hour)
    return wall.replace(tzinfo=told.zone).astimezone(dt.UTC)


def _week(dice: random.Random, closes: str) -> Iterator[tuple[float, str]]:
    """Yield the hours (since Monday 00:00) and names of one week's events."""
    ends = _hour(closes)
    if dice.random() < 0.7:
        yield 8, "roster"
    for at in (9.1, 9.2, 9.5):
        yield at, "tick"
    yield 10, "invite"
    for _ in range(dice.randint(2, 5)):
        yield dice.uniform(10.5, ends - 2), "answer"
    if dice.random() < 0.5:
        yield dice.uniform(10.5, ends - 2), "late"
    for name, often in NOISE.items():
        if dice.randrange(1000) < often:
            yield dice.uniform(9.3, 6.9 * DAY), name
    yield ends - 0.2, "answer"
    yield ends + 0.05, "tick"
    yield ends + 0.1, "late"
    yield ends + 0.12, "answer"  # within the grace: who has a token may cast it, no other is given
    for at in (0.3, 0.35, 0.4, 0.5):
        yield ends + at, "tick"
    yield ends + 0.6, "late"
    if dice.random() < 0.5:
        yield ends + 1, "operator"
        yield ends + 1.1, "tick"


def _hour(closes: str) -> float:
    day, _, clock = closes.partition(" ")
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return days.index(day) * DAY + int(clock[:2]) + int(clock[3:]) / 60
