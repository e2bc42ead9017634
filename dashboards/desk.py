"""What every request needs, made once: what signing in needs, and the newest releases."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from pulse.accounts.directory import Account
from pulse.accounts.scope import Scope, may, scope_of
from pulse.release import ledger
from pulse.signin.desk import Desk as SigningDesk
from pulse.statistics.history import History, read_history
from pulse.statistics.items import items_of_week
from pulse.statistics.scales import Scales

T = TypeVar("T")
_KEPT: Final = 2_000  # pages and figures kept per release: tens of kB each
_KEPT_ROWS: Final = 50_000  # rows of tables: about a kB each


class Kept:
    """Things made once and kept by name; those not asked for the longest go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what was made under `name`, making it now if it is the first time."""
        with self._lock:
            if name in self._made:
                self._made.move_to_end(name)
                return cast("T", self._made[name])
        made = make()
        with self._lock:
            self._made[name] = made
            if len(self._made) > self._most:
                self._made.popitem(last=False)
        return made


class Book:
    """One state of the ledger: its history, its scales and what was made from them so far.

    `head` is the hash of the ledger's last line, 64 hex digits.

    Pages and figures are functions of a release, so they are made once, kept here by name, and
    go with the book when the next release comes.
    """

    def __init__(self, head: str, history: History, scales: Scales | None = None) -> None:
        self.head = head
        self.history = history
        self.scales = scales or Scales(history)
        self.once = Kept(_KEPT).once
        self.row_once = Kept(_KEPT_ROWS).once

    def prepare(self) -> None:
        """Make what every page needs of all units together, before anybody waits for it."""
        latest, shown = self.history.latest, self.history.shown
        groups = (unit for unit in self.history.units.values() if unit.group)
        group = next((unit for unit in groups if (latest, unit.unit_id) in shown), None)
        _ = self.scales.directions, self.scales.alarms
        if group is not None:
            items_of_week(self.history, group.unit_id)
            for scale in self.history.instrument.scales:
                self.scales.blocks(group.unit_id, scale)
                self.scales.comparison(group.unit_id, scale)

    def scope(self, account: Account) -> Scope:
        """Return what `account` sees of this book."""
        return self.once(f"scope {account.role} {account.unit_id}", lambda: self._scope(account))

    def _scope(self, account: Account) -> Scope:
        waves = self.history.waves
        items = self.history.instrument.items.values()
        # A statement about leaders stays so when a later survey no longer asks it.
        once_asked = (self.history.release(wave).manifest.lead for wave in waves)
        lead = {item.id for item in items if item.leader}.union(*once_asked)
        return scope_of(
            account, (self.history.tree(wave) for wave in reversed(waves)), sorted(lead)
        )


class Shelf:
    """Gives the book of the newest release; reads again only when the ledger has changed."""

    def __init__(self, releases: Path) -> None:
        self._releases = releases
        self._ledger = releases / ledger.NAME
        self._seen: tuple[int, int, int] | None = None
        self._book: Book | None = None
        self._lock = threading.Lock()

    def current(self) -> Book | None:
        """Return the newest book if it has been read already, at once; None if it has not."""
        return self._book if self._mark() == self._seen else None

    def book(self) -> Book:
        """Return the newest book; while one thread reads a new release the others keep the old.

        Raises:
            BadRelease: a release does not match the ledger.
        """
        mark = self._mark()
        if self._book is not None and mark == self._seen:
            return self._book
        if not self._lock.acquire(blocking=self._book is None):
            return cast("Book", self._book)
        try:
            if self._book is None or mark != self._seen:
                fresh = Book(ledger.head(self._releases), read_history(self._releases))
                fresh.prepare()
                self._book, self._seen = fresh, mark
            return self._book
        finally:
            self._lock.release()

    def _mark(self) -> tuple[int, int, int]:
        try:
            status = self._ledger.stat()
        except FileNotFoundError:
            return (0, 0, 0)
        return (status.st_ino, status.st_size, status.st_mtime_ns)


class Desk(SigningDesk, frozen=True, kw_only=True):
    """What signing in needs, and the shelf: the only way to a figure."""

    shelf: Shelf

    def frame(self, account: Account | None) -> dict[str, Any]:
        """Return what the leaders' `base.html` shows to whom."""
        return {
            "welcomes": "For leaders, HR and auditors. Answering the survey needs no account.",
            "sees_results": account is not None and may(account, "see_results"),
            "reads_evidence": account is not None and may(account, "read_evidence"),
            "sees_practices": account is not None and may(account, "see_practices"),
            "exports": account is not None and may(account, "export"),
            "reads_log": account is not None and may(account, "read_access_log"),
        }
