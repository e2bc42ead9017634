"""Looking closer: one statement over its weeks, and up to four units beside each other."""

from collections.abc import Sequence
from typing import Annotated, Final
from urllib.parse import urlencode

import msgspec
from litestar import get
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, QueryParameter
from litestar.response import Template

from dashboards.figures import ITEM, To
from dashboards.layout import page
from dashboards.pages.beside import MOST, comparison
from dashboards.pages.statement import statement_history
from dashboards.pages.trends import address
from dashboards.sight import AnyRequest, Sight, note, sight
from pulse.signin.access import Allowed
from pulse.terms import Unit

_OFFERED: Final = 24  # units to add without a search
_FOUND: Final = 50
Chosen = Annotated[list[str] | None, QueryParameter(name="unit")]
Find = Annotated[str, QueryParameter(name="find", max_length=400)]


class Choice(msgspec.Struct, frozen=True):
    """A unit and the address that adds it to the comparison, or takes it out."""

    unit: Unit
    path: str
    address: str


@get(
    "/units/{unit_id:str}/items/{item:str}",
    include_in_schema=False,
    guards=[Allowed("see_results")],
)
async def item_page(
    request: AnyRequest, unit_id: FromPath[str], item: FromPath[str], to: To = ""
) -> Template:
    """Show one statement of one unit over the weeks in which it was asked."""
    seen = await sight(request)
    asked, until = seen.item(unit_id, item), seen.until(to, unit_id)
    shown = await sync_to_thread(
        seen.book.once,
        f"statement {item} {unit_id} {until}",
        lambda: statement_history(seen.book, unit_id, asked, until),
    )
    await note(request, "saw", f"{unit_id} {item} {until}".rstrip())
    name = ITEM + item
    return page(
        request, "item.html", draws=True, shown=shown, unit=seen.book.history.units[unit_id],
        waves=seen.book.history.series_waves(unit_id), to=until,
        figure=address("figures", unit_id, name, until),
        sheet=address("tables", unit_id, name, until), asked=seen.book.history.instrument,
    )  # fmt: skip


@get("/compare", include_in_schema=False, guards=[Allowed("see_results")])
async def compare_page(
    request: AnyRequest, unit: Chosen = None, find: Find = "", to: To = ""
) -> Template:
    """Show up to four units beside each other, on the same axes."""
    seen = await sight(request)
    until = seen.until(to)
    chosen = tuple(dict.fromkeys(seen.unit(unit_id) for unit_id in unit or []))
    kept = chosen[:MOST]
    shown = None
    if kept:
        name = f"beside {' '.join(kept)} {until}"
        shown = await sync_to_thread(
            seen.book.once, name, lambda: comparison(seen.book, kept, until)
        )
        await note(request, "saw", f"comparison {' '.join(kept)} {until}".rstrip())
    offered, more = _offered(seen, kept, " ".join(find.split()), until)
    return page(
        request, "compare.html", shown=shown, chosen=_chosen(seen, kept, until), offered=offered,
        more=more, find=find, to=until, dropped=len(chosen) > MOST, most=MOST,
        waves=seen.book.history.waves,
    )  # fmt: skip


def compare_address(unit_ids: tuple[str, ...], to: str = "") -> str:
    """Return where these units are compared."""
    query = [("unit", unit_id) for unit_id in unit_ids] + ([("to", to)] if to else [])
    return f"/compare?{urlencode(query, safe=':')}" if query else "/compare"


def _chosen(seen: Sight, kept: tuple[str, ...], to: str) -> list[Choice]:
    units = seen.book.history.units
    return [
        Choice(units[own], "", compare_address(tuple(u for u in kept if u != own), to))
        for own in kept
    ]


def _offered(seen: Sight, kept: tuple[str, ...], find: str, to: str) -> tuple[list[Choice], bool]:
    """Return the units that can be added (found by name, else near ones) and if there are more."""
    units = seen.book.history.units
    inside = [u for u in units.values() if u.invited and seen.scope.sees(u.unit_id)]
    free = [u for u in inside if u.unit_id not in kept]
    if find:
        free = [u for u in free if find.casefold() in u.name.casefold()]
    elif kept and len(free) > _OFFERED:
        free = near(free, [units[unit_id] for unit_id in kept])
    most = _FOUND if find else _OFFERED
    offered = [
        Choice(u, _above(seen, u), compare_address((*kept, u.unit_id), to)) for u in free[:most]
    ]
    return offered if len(kept) < MOST else [], len(inside) - len(kept) > len(offered)


def near(free: Sequence[Unit], kept: Sequence[Unit]) -> list[Unit]:
    """Return those of `free` that stand above, below or beside one of `kept`."""
    around = {at for unit in kept for at in (unit.unit_id, unit.parent_id) if at is not None}
    return [unit for unit in free if unit.parent_id in around or unit.unit_id in around]


def _above(seen: Sight, unit: Unit) -> str:
    parent = unit.parent_id
    return seen.book.history.units[parent].name if parent and seen.scope.sees(parent) else ""
