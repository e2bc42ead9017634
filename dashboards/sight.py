"""What one request may see: the newest book through the scope of whoever asks."""

from typing import Any

import msgspec
from litestar import Request
from litestar.concurrency import sync_to_thread

from dashboards.desk import Book, Desk
from pulse.accounts import accesslog
from pulse.accounts.scope import Scope
from pulse.instrument import Item
from pulse.signin.failures import NotHere

AnyRequest = Request[Any, Any, Any]


class Sight(msgspec.Struct, frozen=True):
    """A book and a scope; everything outside of them is the same 404."""

    desk: Desk
    book: Book
    scope: Scope

    def unit(self, unit_id: str) -> str:
        """Return `unit_id`.

        Raises:
            NotHere: there is no such unit in the newest tree, or it is outside the scope.
        """
        if not self.scope.sees(unit_id) or unit_id not in self.book.history.units:
            raise NotHere
        return unit_id

    def item(self, unit_id: str, item_id: str) -> Item:
        """Return a statement; those about one leader are that leader's alone.

        Raises:
            NotHere: there is none, or it is outside the scope.
        """
        item = self.book.history.instrument.items.get(item_id)
        if item is None or not self.scope.sees_measure(self.unit(unit_id), f"item:{item_id}"):
            raise NotHere
        return item

    def until(self, to: str, unit_id: str = "") -> str:
        """Return the wave of the past that a page is asked for; empty for the newest.

        Raises:
            NotHere: this wave is not released, or the present series of the unit began later.
        """
        history = self.book.history
        if to and to not in (history.series_waves(unit_id) if unit_id else history.waves):
            raise NotHere
        return "" if to == self.book.history.latest else to


async def sight(request: AnyRequest) -> Sight:
    """Return what the account behind `request` sees now."""
    desk: Desk = request.app.state.desk
    book = desk.shelf.current()
    if book is None:
        book = await sync_to_thread(desk.shelf.book)
    return Sight(desk, book, book.scope(request.user))


async def note(request: AnyRequest, action: accesslog.Entry, subject: str) -> None:
    """Write into the access log, before it is shown, who sees what."""
    desk: Desk = request.app.state.desk
    await sync_to_thread(accesslog.note, desk.engine, desk.clock, request.user, action, subject)
