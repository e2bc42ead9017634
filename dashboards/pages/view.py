"""How a heat table is looked at: which branches are open, what is sought, in which order.

All of it stands in the address, so a view can be linked, printed and opened without scripts.
"""

from typing import Final
from urllib.parse import urlencode

import msgspec

EVERYTHING: Final = "*"
_LONGEST: Final = 80
_MOST_OPEN: Final = 200


class View(msgspec.Struct, frozen=True):
    """One way to look at the table below `base`, the page's address.

    `open` holds the open branches; None is "as the page thinks best", `*` everything. `sort` is a
    scale or empty for the order of the organisation. `find` is a part of a unit's name. `to` is
    carried along: the wave the page is shown as of, empty for the newest.
    """

    base: str = "/"
    open: tuple[str, ...] | None = None
    sort: str = ""
    find: str = ""
    to: str = ""

    @property
    def everything(self) -> bool:
        """Whether every branch is open."""
        return self.open == (EVERYTHING,)

    def address(self) -> str:
        """Return the address of this view."""
        told: dict[str, str] = {}
        if self.to:
            told["to"] = self.to
        if self.sort:
            told["sort"] = self.sort
        if self.find:
            told["find"] = self.find
        elif self.open is not None:
            told["open"] = ",".join(self.open)
        query = urlencode(told, safe=",*:+")
        return f"{self.base}?{query}#units" if query else f"{self.base}#units"

    def sorted_by(self, scale: str) -> str:
        """Return the address of the same view in another order; "" is the organisation's."""
        return msgspec.structs.replace(self, sort=scale).address()

    def opened(self, branches: tuple[str, ...]) -> str:
        """Return the address of the same view with exactly these branches open."""
        return msgspec.structs.replace(self, open=branches, find="").address()

    def all_opened(self) -> str:
        """Return the address with every branch open."""
        return self.opened((EVERYTHING,))

    def unsought(self) -> str:
        """Return the address without the search."""
        return msgspec.structs.replace(self, find="").address()


def view(base: str, *, opened: str | None, sort: str, find: str, to: str = "") -> View:
    """Return the view that an address asks for; what is too long is cut, never an error."""
    branches = None
    if opened is not None:
        branches = tuple(part for part in opened.split(",")[:_MOST_OPEN] if part)
    return View(base, branches, sort, " ".join(find.split())[:_LONGEST], to)
