"""Takes what lies in the outboxes to where it should go, each message at most once.

Safe to run at any time, from several processes: one of them works, the others see that and go.
"""

import re
import ssl
import time
from collections import Counter
from collections.abc import Callable, Collection
from email import message_from_bytes
from email.parser import BytesHeaderParser
from email.policy import compat32, default
from functools import partial
from typing import Final

import msgspec
from sqlalchemy.engine import Engine

from pulse import wave as waves
from pulse.clock import Clock
from pulse.errors import Unreachable, WrongState
from pulse.mail import slack
from pulse.mail.carrying import Carrier, Verdict
from pulse.mail.outbox import Channel, Item, Outbox
from pulse.mail.secretfiles import SLACK_TOKEN, SMTP_PASSWORD, read_secret
from pulse.mail.smtp import Line
from pulse.mail.ways import Ways
from pulse.settings import Home, Settings, mail_server
from pulse.store.lock import only_one
from pulse.terms import WAVE_ID, Progress, silent

LABEL: Final = "Delivering"
ACCOUNTS: Final = "outbox"  # the folder inside accounts/
GIVEN_UP: Final = "gave-up"
MOST_TRIES: Final = 16  # of a mail that no wave ends: a little more than a day
_LOST_IN_A_ROW: Final = 3
_REFUSED_IN_A_ROW: Final = 10  # then it is not the recipients
_STALE: Final = 1.0  # seconds for which a wave counts as open without another look
_BARE: Final = re.compile(r"[\x21-\x7e]+@[\x21-\x7e]+", re.ASCII)


class Delivered(msgspec.Struct, frozen=True):
    """What a run did, and what lies in the outboxes after it.

    `trouble` says why a server took nothing; `busy` that another courier was at work.
    """

    delivered: int = 0
    waiting: int = 0
    uncertain: int = 0
    refused: int = 0
    trouble: tuple[str, ...] = ()
    busy: bool = False


def deliver(
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    *,
    progress: Progress = silent,
    ways: Ways | None = None,
) -> Delivered:
    """Hand over whatever waits and may be tried; mails stay where `mail` is `spool:`.

    Args:
        home: the folders.
        settings: the running configuration.
        clock: the present.
        engine: the state database.
        progress: told after each message.
        ways: how servers are reached.

    Raises:
        BadSetting: a password or token is missing, or others may read it.
    """
    try:
        with only_one(home.state / "courier.lock", engine):
            run = _Run(home, settings, clock, engine, progress, ways or Ways())
            return run.go()
    except WrongState:
        return msgspec.structs.replace(_told(every_outbox(home), 0, ()), busy=True)


def every_outbox(home: Home) -> dict[str, Outbox]:
    """Return the outboxes that there are, by wave; "" is that of the accounts."""
    folders = sorted(home.outbox.iterdir()) if home.outbox.is_dir() else []
    found = {path.name: Outbox(path) for path in folders if WAVE_ID.fullmatch(path.name)}
    return found | {"": Outbox(home.accounts / ACCOUNTS)}


def recipient(data: bytes) -> str:
    """Return the bare address of a mail's To; empty where it has none."""
    plain = BytesHeaderParser(policy=compat32).parsebytes(data)["To"]
    if isinstance(plain, str) and _BARE.fullmatch(plain) and "=?" not in plain:
        return plain
    found = message_from_bytes(data, policy=default)["To"]
    return found.addresses[0].addr_spec if found is not None and found.addresses else ""


class _Run:
    """One run of the courier, which holds the lock."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        clock: Clock,
        engine: Engine,
        progress: Progress,
        ways: Ways,
    ) -> None:
        self._settings, self._clock, self._engine = settings, clock, engine
        self._progress, self._home, self._ways = progress, home, ways
        self._boxes, self._tls = every_outbox(home), ways.tls

    def go(self) -> Delivered:
        """Put aside what a dead courier left, then carry each channel's messages."""
        for box in self._boxes.values():
            box.recover()
        openers: dict[Channel, Callable[[], Carrier]] = {"slack": self._slack}
        if mail_server(self._settings.mail) is not None:
            openers["eml"] = self._smtp
        delivered, trouble = 0, []
        for channel, opener in openers.items():
            route = Route(opener, self._boxes, self._may_go, self._clock)
            waiting = self._waiting(channel)
            route.carry(waiting, self._progress)
            delivered += route.delivered
            trouble += route.trouble
        return _told(self._boxes, delivered, tuple(trouble))

    def _waiting(self, channel: Channel) -> list[tuple[str, Item]]:
        now = self._clock.now()
        return [
            (wave, item)
            for wave, box in self._boxes.items()
            for item in box.items()
            if item.channel == channel and item.state == "waiting" and box.due(item, now)
        ]

    def _may_go(self, wave: str) -> bool:
        if not wave:
            return True
        row = waves.get(self._engine, wave)
        return row is not None and row.state == "open" and self._clock.now() < row.closes

    def _smtp(self) -> Carrier:
        server = mail_server(self._settings.mail)
        assert server is not None  # noqa: S101 - `go` has looked
        password = read_secret(self._home, SMTP_PASSWORD) if server.user else None
        if self._tls is None and server.secure != "none":
            self._tls = (
                ssl.create_default_context()
            )  # once a run: reading all authorities takes time
        return Line(server, password, self._settings.sender, self._tls, self._ways.patience)

    def _slack(self) -> Carrier:
        token = read_secret(self._home, SLACK_TOKEN)
        return slack.Desk(token, self._ways.slack, self._ways.tls, self._ways.patience)


class Route:
    """The way of one channel's messages: over one connection while it lasts.

    Args:
        opener: makes a connection.
        boxes: the outboxes by wave.
        may_go: whether mails of a wave may still leave.
        clock: the present.
    """

    def __init__(
        self,
        opener: Callable[[], Carrier],
        boxes: dict[str, Outbox],
        may_go: Callable[[str], bool],
        clock: Clock,
    ) -> None:
        self._opener, self._boxes, self._may_go, self._clock = opener, boxes, may_go, clock
        self._carrier: Carrier | None = None
        self._looked: tuple[str, float, bool] = ("", 0.0, False)
        self._lost = self._refused = self.delivered = 0
        self.trouble: list[str] = []

    def carry(self, waiting: Collection[tuple[str, Item]], progress: Progress = silent) -> None:
        """Hand over each message in turn, until the other side takes no more."""
        try:
            for number, (wave, item) in enumerate(waiting):
                progress(LABEL, number, len(waiting))
                if not self._still_open(wave):
                    continue
                try:
                    if not self._one(self._boxes[wave], item):
                        break
                except Unreachable as error:
                    self.trouble.append(str(error))
                    break
            progress(LABEL, len(waiting), len(waiting))
        finally:
            if self._carrier is not None:
                self._carrier.close()

    def _one(self, box: Outbox, item: Item) -> bool:
        """Hand over one message; False where the run should end."""
        data = box.read(item)
        if data is None:
            return True
        if self._carrier is None or self._carrier.closed:
            if self._carrier is not None:
                self._carrier.close()
            self._carrier = self._opener()
        held = [item]
        verdict = self._carrier.hand(data, recipient(data), partial(_begin, box, held))
        self._settle(box, held[0], verdict)
        return self._goes_on(verdict)

    def _settle(self, box: Outbox, item: Item, verdict: Verdict) -> None:
        match verdict.outcome:
            case "delivered":
                box.delivered(item)
                self.delivered += 1
            case "refused":
                box.refuse(item, verdict.reason)
            case "uncertain":
                box.doubt(item)
            case "later" if item.tries >= MOST_TRIES and not WAVE_ID.fullmatch(box.folder.name):
                box.refuse(item, GIVEN_UP)
            case "later":
                box.later(item, self._clock.now())
            case "stopped" if item.state == "sending":
                box.later(item, self._clock.now())
            case "gone" | "stopped":
                pass

    def _goes_on(self, verdict: Verdict) -> bool:
        """Count what went wrong in a row: then the other side is the trouble, not a message."""
        lost = verdict.outcome in {"later", "uncertain"} and verdict.reason == "lost"
        self._lost = self._lost + 1 if lost else 0
        self._refused = self._refused + 1 if verdict.outcome == "refused" else 0
        over = (
            verdict.outcome == "stopped"
            or self._lost >= _LOST_IN_A_ROW
            or self._refused >= _REFUSED_IN_A_ROW
        )
        if over:
            self.trouble.append(verdict.told)
        return not over

    def _still_open(self, wave: str) -> bool:
        known, at, answer = self._looked
        now = time.monotonic()
        if known != wave or not at or now - at > _STALE:
            answer = self._may_go(wave)
            self._looked = (wave, now, answer)
        return answer


def _begin(box: Outbox, held: list[Item]) -> bool:
    moved = box.begin(held[0])
    if moved is not None:
        held[0] = moved
    return moved is not None


def _told(boxes: dict[str, Outbox], delivered: int, trouble: tuple[str, ...]) -> Delivered:
    lying = Counter(item.state for box in boxes.values() for item in box.items())
    return Delivered(
        delivered,
        lying["waiting"],
        lying["uncertain"] + lying["sending"],
        lying["refused"],
        trouble,
    )
