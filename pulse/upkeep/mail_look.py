"""Looks at how messages leave: settings, secret files, the server, what lies too long."""

from collections.abc import Iterator
from typing import Final

from pulse.clock import Clock
from pulse.errors import BadSetting, Unreachable
from pulse.mail import webhooks
from pulse.mail.courier import every_outbox
from pulse.mail.outbox import Item
from pulse.mail.secretfiles import SLACK_TOKEN, read_secret
from pulse.mail.trying import open_line
from pulse.mail.ways import Ways
from pulse.settings import SPOOL, Home, Settings
from pulse.upkeep.finding import Check

_LOCAL_SENDER: Final = "pulse@localhost"
_PATIENCE: Final = 10.0  # seconds for each answer of a server
_LONG: Final = 7 * 86_400  # seconds; no wave is longer


def look(home: Home, settings: Settings, clock: Clock, ways: Ways | None = None) -> Iterator[Check]:
    """Yield what there is to say; the server is greeted and signed in to, nothing is sent."""
    if settings.sender == _LOCAL_SENDER:
        yield Check("mail", "warn", "Mails say they come from this machine.", "sender")
    yield from _server(home, settings, ways or Ways(patience=_PATIENCE))
    yield from _secrets(home, settings)
    items = [item for box in every_outbox(home).values() for item in box.items()]
    yield from _lying(home, settings, items, clock.now().timestamp())


def _server(home: Home, settings: Settings, ways: Ways) -> Iterator[Check]:
    if settings.mail == SPOOL:
        return
    try:
        line = open_line(home, settings, ways)
    except (BadSetting, Unreachable) as error:
        yield Check("mail", "fail", error.message, error.where)
        return
    if line is not None:
        line.close()
    yield Check("mail", "ok", "The mail server lets us in.", "mail")


def _secrets(home: Home, settings: Settings) -> Iterator[Check]:
    try:
        if settings.people == "slack":
            read_secret(home, SLACK_TOKEN)
        for place in webhooks.places(home):
            webhooks.address(home, settings, place)
            if place == "generic":
                webhooks.signing_key(home)
    except BadSetting as error:
        yield Check("channels", "fail", error.message, error.where)


def _lying(home: Home, settings: Settings, items: list[Item], now: float) -> Iterator[Check]:
    waiting = [item for item in items if item.state == "waiting"]
    if settings.mail == SPOOL:
        count = sum(item.channel == "eml" for item in waiting)
        told = f"Mails that wait in the outbox for a mail server to pick them up: {count}."
        yield Check("mail", "ok", told, str(home.outbox))
    old = [item for item in waiting if _age(item, now) > _LONG]
    if old:
        told = (
            f"Messages that have waited for more than a week: {len(old)}. Does anybody fetch them?"
        )
        yield Check("mail", "warn", told, str(old[0].folder))
    held = sum(item.state in {"uncertain", "refused"} for item in items)
    if held:
        told = f"Messages that are held back: {held}. `pulse mail list` names them."
        yield Check("mail", "warn", told, str(home.outbox))


def _age(item: Item, now: float) -> float:
    try:
        return now - item.path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
