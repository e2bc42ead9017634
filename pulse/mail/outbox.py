"""What lies in an outbox, and how far each of it has come: the state is in the file's name.

    name.eml.new                 written, its person not yet marked: nobody sends it
    name.eml, name.3.eml         waits; the number counts failed tries, the file's time says from
                                 when on it may be tried again
    name.eml.sending             the server has its text, the final dot is about to go
    name.eml.uncertain           it may have left: never sent again by itself
    name.eml.refused-550-5.1.1   the server will not take it; why is in the name

Messages for Slack have `.slack` in the place of `.eml`, so that no mail server takes them. Every
step is one rename inside the folder: a crash leaves the file before or after, never two. A step
finds nothing to rename where a close has emptied the folder meanwhile, and makes nothing new.
"""

import contextlib
import datetime as dt
import errno
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import msgspec

from pulse.store.files import sync_folder

Channel = Literal["eml", "slack"]
State = Literal["new", "waiting", "sending", "uncertain", "refused"]
STAGED: Final = ".new"
_NAME: Final = re.compile(
    r"(?P<base>[A-Za-z0-9-]+)(\.(?P<tries>[1-9]\d{0,3}))?\.(?P<channel>eml|slack)"
    r"(\.(?P<state>new|sending|uncertain|refused)(-(?P<reason>[A-Za-z0-9_.-]+))?)?",
    re.ASCII,
)
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST: Final = 40
# Minutes until the next try; the last is for all that follow.
PAUSES: Final = (1, 5, 15, 30, 60, 120)


class Item(msgspec.Struct, frozen=True):
    """One message of an outbox; `reason` says why a server refused it."""

    folder: Path
    base: str
    channel: Channel
    state: State = "waiting"
    tries: int = 0
    reason: str = ""

    @property
    def path(self) -> Path:
        """Where it lies."""
        tries = f".{self.tries}" if self.tries else ""
        state = "" if self.state == "waiting" else f".{self.state}"
        reason = f"-{self.reason}" if self.reason else ""
        return self.folder / f"{self.base}{tries}.{self.channel}{state}{reason}"


class Outbox:
    """One folder of messages; whoever moves waiting ones holds the courier's lock.

    Args:
        folder: it may be missing, and may go at any time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def items(self) -> list[Item]:
        """List what lies here, by name; the names say nothing about people."""
        try:
            names = sorted(os.listdir(self.folder))  # noqa: PTH208 - half the time for 10,000
        except FileNotFoundError:
            return []
        return [item for name in names if (item := _item(self.folder, name)) is not None]

    def due(self, item: Item, now: dt.datetime) -> bool:
        """Tell whether a waiting message may be tried."""
        if not item.tries:
            return True
        try:
            return item.path.stat().st_mtime <= now.timestamp()
        except FileNotFoundError:
            return False

    def read(self, item: Item) -> bytes | None:
        """Return its bytes, None where it has gone."""
        try:
            return item.path.read_bytes()
        except FileNotFoundError:
            return None

    def begin(self, item: Item) -> Item | None:
        """Mark, durably, that it is about to leave; None where it has gone."""
        moved = self._move(item, state="sending")
        if moved is not None:
            try:
                sync_folder(self.folder)
            except FileNotFoundError:
                return None
        return moved

    def delivered(self, item: Item) -> None:
        """Remove what a server has taken."""
        item.path.unlink(missing_ok=True)

    def later(self, item: Item, now: dt.datetime) -> None:
        """Let it wait for another try, each time longer."""
        pause = dt.timedelta(minutes=PAUSES[min(item.tries, len(PAUSES) - 1)])
        again = (now + pause).timestamp()
        moved = self._move(item, state="waiting", tries=item.tries + 1)
        if moved is not None:
            with contextlib.suppress(FileNotFoundError):
                os.utime(moved.path, (again, again))

    def refuse(self, item: Item, reason: str) -> None:
        """Put it aside: the server will not take it."""
        told = _NO_NAME.sub("-", reason)[:_LONGEST].strip("-") or "refused"
        self._move(item, state="refused", tries=0, reason=told)

    def doubt(self, item: Item) -> None:
        """Put it aside: it may have left."""
        self._move(item, state="uncertain", tries=0)

    def again(self, item: Item) -> None:
        """Let it wait as if it had never been tried; a person has asked for that."""
        self._move(item, state="waiting", tries=0, reason="")

    def recover(self) -> None:
        """Put aside what a courier that died was about to send."""
        for item in self.items():
            if item.state == "sending":
                self.doubt(item)

    def publish(self, bases: Iterable[str], *, over: bool = False) -> None:
        """Let staged messages wait; with `over` nothing else of the same name stays."""
        wanted = set(bases)
        items = [item for item in self.items() if item.base in wanted]
        for item in items:
            if over and item.state != "new":
                item.path.unlink(missing_ok=True)
        for item in items:
            if item.state == "new":
                self._move(item, state="waiting")
        if items:
            with contextlib.suppress(FileNotFoundError):
                sync_folder(self.folder)

    def empty(self) -> None:
        """Remove the folder and all that is in it, whoever moves files in it meanwhile."""
        while self.folder.is_dir():
            try:
                shutil.rmtree(self.folder)
            except OSError as error:
                if error.errno not in {errno.ENOENT, errno.ENOTEMPTY}:
                    raise

    @staticmethod
    def _move(item: Item, **changes: object) -> Item | None:
        moved = msgspec.structs.replace(item, **changes)
        try:
            item.path.rename(moved.path)
        except FileNotFoundError:
            return None
        return moved


def _item(folder: Path, name: str) -> Item | None:
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    return Item(
        folder,
        found["base"],
        "slack" if found["channel"] == "slack" else "eml",
        msgspec.convert(found["state"] or "waiting", State),
        int(found["tries"] or 0),
        found["reason"] or "",
    )
