"""Announcements in channels: that links are out, a reminder to everybody, that figures are there.

Once per wave, kind and place, claimed before it is told (`mail/claims.py`). The words come from
the settings and the wave alone; this file never meets a link.
"""

from typing import Final, Literal, get_args

from sqlalchemy.engine import Engine

from pulse import wave as waves
from pulse.clock import Clock
from pulse.errors import Refused, WrongState
from pulse.mail import claims
from pulse.mail.claims import Claim
from pulse.mail.ways import Ways
from pulse.mail.webhooks import Notice, places, tell
from pulse.release.shown import shown_in
from pulse.settings import DAYS, Home, Settings
from pulse.terms import week_name

Kind = Literal["open", "reminder", "results"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


def announce(
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    wave: str,
    kind: Kind,
    *,
    ways: Ways | None = None,
) -> tuple[str, ...]:
    """Tell every place that has an address, and was not told yet, and return these places.

    A place that certainly did not hear it may be told by a later call; one that perhaps did is
    not told again. "results" is told only of a week that shows something.

    Args:
        home: the folders.
        settings: the running configuration.
        clock: the present.
        engine: the state database.
        wave: the wave.
        kind: what is told.
        ways: how servers are reached.

    Raises:
        WrongState: the wave is not open, or for "results" not released.
        BadRelease: the release is not what it should be.
    """
    row = waves.get(engine, wave)
    wanted = "released" if kind == "results" else "open"
    if row is None or row.state != wanted or (kind != "results" and row.closes <= clock.now()):
        raise WrongState(f"This wave is not {wanted}; nothing was told.", where=wave)
    found = places(home)
    if not found or (kind == "results" and shown_in(home.releases, wave) is None):
        return ()
    notice = notice_of(settings, row, kind)
    told = []
    for place in found:
        mine = Claim(wave, kind, place)
        if not claims.claim(engine, mine):
            continue
        outcome = tell(home, settings, place, notice, clock.now(), ways or Ways())
        claims.settle(engine, mine, outcome)
        if outcome == claims.TOLD:
            told.append(place)
    return tuple(told)


def notice_of(settings: Settings, row: waves.Wave, kind: Kind) -> Notice:
    """Write what is told of a wave."""
    organisation = " ".join(settings.organisation.split())
    week = week_name(row.wave)
    closes = row.closes.astimezone(settings.zone)
    until = f"Open until {DAYS[closes.weekday()]} {closes:%H:%M} ({settings.timezone})."
    box = "a message from Pulse" if settings.people == "slack" else "your mail"
    base = settings.base_url.rstrip("/")
    if kind == "open":
        text, url = f"{organisation}, {week}: your own link is in {box}. {until}", f"{base}/privacy"
    elif kind == "reminder":
        text = (
            f"{organisation}, {week} is still open. If you have answered, please ignore this: "
            f"nobody can know who has. Your own link is in {box}. {until}"
        )
        url = f"{base}/privacy"
    elif kind == "results":
        text, url = f"{organisation}: the figures of {week} are there.", f"{base}/results"
    else:
        raise Refused("There is no such announcement.", where=str(kind))
    return Notice(f"pulse-{row.wave}-{kind}", kind, row.wave, text, url)
