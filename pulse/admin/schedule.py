"""The rhythm of the weeks: when they open and close, free days, and pauses."""

import datetime as dt
from typing import Any, Final
from zoneinfo import available_timezones

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread

from pulse import pauses
from pulse.admin import coming, saving
from pulse.admin.access import INSIDE, REFUSED, WIDE, AnyRequest, back, desk_of, note, said
from pulse.admin.desk import Desk
from pulse.errors import Refused
from pulse.pauses import Pause
from pulse.settings import DAYS
from pulse.settings.schedule import OFF
from pulse.settings.writing import fixed
from pulse.signin.forms import fields
from pulse.signin.layout import page

NAMES: Final = (
    "cadence", "opens", "closes", "reminds", "sending_hours", "timezone", "holidays",
)  # fmt: skip
CADENCES: Final = {
    "automatic": "every week, or every two while few answer",
    "weekly": "every week",
    "fortnightly": "every two weeks",
    "off": "not by itself",
}
_DONE: Final = {
    "saved": "Saved. It holds from now on; a week that is open stays as it is.",
    "paused": "The pause is kept. A week that is open stays as it is.",
    "resumed": "The pause is gone.",
}


@get("/schedule", include_in_schema=False, guards=INSIDE)
async def show(request: AnyRequest) -> Response[Any]:
    """Show the schedule, what comes, and the pauses."""
    return await _page(request, done=said(request, _DONE))


@post("/schedule", include_in_schema=False, guards=INSIDE)
async def save(request: AnyRequest) -> Response[Any]:
    """Save the schedule."""
    seen, cadence, zone, holidays = await fields(
        request, "seen", "cadence", "timezone", "holidays", longest=WIDE
    )
    moments = await fields(
        request, "opens_day", "opens_time", "closes_day", "closes_time", "reminds_day",
        "reminds_time", "hours_from", "hours_to",
    )  # fmt: skip
    opens, closes, reminds = (f"{moments[at]} {moments[at + 1]}" for at in (0, 2, 4))
    typed: dict[str, saving.Value] = {
        "cadence": cadence,
        "opens": opens,
        "closes": closes,
        "reminds": OFF if moments[4] == OFF else reminds,
        "sending_hours": f"{moments[6]}-{moments[7]}",
        "timezone": zone.strip(),
        "holidays": saving.lines(holidays),
    }
    try:
        await saving.save(request, typed, seen)
    except Refused as error:
        return await _page(request, problem=saving.words(error), typed=typed)
    return back("/schedule", "saved")


@post("/schedule/pauses", include_in_schema=False, guards=INSIDE)
async def add_pause(request: AnyRequest) -> Response[Any]:
    """Keep days on which no week opens."""
    desk = desk_of(request)
    first, last, reason = await fields(request, "first", "last", "reason")
    try:
        pause = Pause(_day(first), _day(last), " ".join(reason.split()))
        today = coming.today(desk)
        await sync_to_thread(pauses.add, desk.home, desk.state, pause, today)
    except Refused as error:
        words = error.message.partition(" (`pulse")[0]
        return await _page(request, problem_pause=words, pause=(first, last, reason))
    await note(request, "pause", f"{first} to {last}")
    return back("/schedule", "paused")


@post("/schedule/pauses/end", include_in_schema=False, guards=INSIDE)
async def end_pause(request: AnyRequest) -> Response[Any]:
    """Take a pause back."""
    desk = desk_of(request)
    (first,) = await fields(request, "first")
    try:
        await sync_to_thread(pauses.remove, desk.home, desk.state, _day(first))
    except Refused:
        return back("/schedule", "resumed")  # somebody else was faster: it is gone
    await note(request, "pause", f"from {first} taken back")
    return back("/schedule", "resumed")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Refused("Please choose both days.", where="pause") from error


async def _page(
    request: AnyRequest,
    *,
    problem: str = "",
    problem_pause: str = "",
    done: str = "",
    typed: dict[str, saving.Value] | None = None,
    pause: tuple[str, str, str] = ("", "", ""),
) -> Response[Any]:
    desk = desk_of(request)
    seen = await sync_to_thread(saving.look, desk.home)
    value = {name: getattr(seen.settings, name) for name in NAMES} | (typed or {})
    moments = {name: _split(str(value[name])) for name in ("opens", "closes", "reminds")}
    return page(
        request,
        "schedule.html",
        status=REFUSED if problem or problem_pause else 200,
        problem=problem,
        problem_pause=problem_pause,
        done=done,
        value=value,
        moments=moments,
        hours=str(value["sending_hours"]).partition("-")[::2],
        fixed={name: fixed(name) for name in NAMES},
        seen=seen.digest,
        cadences=CADENCES,
        days=DAYS,
        off=OFF,
        zones=sorted(available_timezones()),
        pause=dict(zip(("first", "last", "reason"), pause, strict=True)),
        **await sync_to_thread(_ahead, desk),
    )


def _split(text: str) -> tuple[str, str]:
    day, _, clock = text.partition(" ")
    return day, clock or "10:00"


def _ahead(desk: Desk) -> dict[str, Any]:
    today = coming.today(desk)
    return {
        "coming": coming.ahead(desk),
        "pauses": [each for each in pauses.every(desk.state) if each.last >= today],
        "today": today,
    }
