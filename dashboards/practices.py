"""`/practices`: all cards, what a unit tries, and the three steps: begin, look back, end."""

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath
from litestar.response import Redirect, Template

from dashboards.desk import Book, Desk
from dashboards.layout import page
from dashboards.pages import trying
from dashboards.pages.tiles import tiles
from dashboards.pages.trying import Tried, Trying
from pulse.accounts import accesslog
from pulse.accounts.scope import Scope
from pulse.errors import WrongState
from pulse.instrument import load
from pulse.instrument.practices import Practice
from pulse.practices import adopting, published
from pulse.practices.adopting import Use
from pulse.signin.access import Allowed
from pulse.signin.failures import NotHere
from pulse.signin.forms import LARGEST_ID
from pulse.statistics.helped import MEANING
from pulse.terms import Unit

AnyRequest = Request[Any, Any, Any]
_LONGEST: Final = 200


class Shelf(msgspec.Struct, frozen=True):
    """The cards of one scale."""

    scale: str
    name: str
    cards: tuple[Practice, ...]


class Shown(msgspec.Struct, frozen=True):
    """What the page says; `unit` is None before there is a release, `everywhere` is HR's list.

    `choices` are the units to choose from, each with how deep it lies below the first.
    `prospects` say by card what could be told of it if `unit` began it today.
    """

    unit: Trying | None
    choices: tuple[tuple[Unit, int], ...]
    everywhere: tuple[Tried, ...]
    shelves: tuple[Shelf, ...]
    prospects: dict[str, str]

    @property
    def meaning(self) -> str:
        """What an answer can mean and what not; nothing where there is none yet."""
        looked_at = self.unit is not None and self.unit.looked_at
        return MEANING if looked_at or any(use.looked_at for use in self.everywhere) else ""


@get("/practices", include_in_schema=False, guards=[Allowed("see_practices")])
async def practices(request: AnyRequest) -> Template:
    """Show what can be tried; `unit` chooses whose, `card` opens one card."""
    return await _page(request, request.query_params.get("unit"))


@post("/practices", include_in_schema=False, guards=[Allowed("try_practices")])
async def adopt(request: AnyRequest) -> Response[Any]:
    """Begin a practice in a unit."""
    desk: Desk = request.app.state.desk
    form = await request.form()
    unit_id, practice = (str(form.get(name, ""))[:_LONGEST] for name in ("unit", "practice"))
    book, scope = await _book(request)
    if not scope.leads(unit_id) or unit_id not in book.history.units:
        raise NotHere
    if practice not in trying.cards():
        raise NotHere
    try:
        use = await sync_to_thread(
            adopting.adopt, desk.engine, unit_id, practice, trying.today(desk)
        )
    except WrongState as error:
        return await _page(request, unit_id, problem=error.message, status=409)
    return await _done(request, "began", use)


@post("/practices/{use_id:int}/end", include_in_schema=False, guards=[Allowed("try_practices")])
async def end(request: AnyRequest, use_id: FromPath[int]) -> Response[Any]:
    """End a practice."""
    desk: Desk = request.app.state.desk
    use = await _own(request, use_id)
    await sync_to_thread(adopting.end, desk.engine, use_id, trying.today(desk))
    return await _done(request, "ended", use)


@post("/practices/{use_id:int}/looked", include_in_schema=False, guards=[Allowed("try_practices")])
async def looked(request: AnyRequest, use_id: FromPath[int]) -> Response[Any]:
    """Note that somebody has looked whether a practice helped, and goes on with it."""
    desk: Desk = request.app.state.desk
    use = await _own(request, use_id)
    await sync_to_thread(adopting.look_back, desk.engine, use_id, trying.today(desk))
    return await _done(request, "looked at", use)


def publish(desk: Desk) -> None:
    """Write the list that staff read; where that fails, the operator is told and work goes on."""
    known = trying.cards()

    def read() -> list[published.Tried]:
        return [
            published.Tried(use.unit_id, use.practice, known[use.practice].title, use.since)
            for use in adopting.running(desk.engine)
            if use.practice in known
        ]

    try:
        published.renew(desk.home, desk.engine, read)
    except OSError as error:
        desk.report(error)


async def _book(request: AnyRequest) -> tuple[Book, Scope]:
    desk: Desk = request.app.state.desk
    book = await sync_to_thread(desk.shelf.book)
    return book, book.scope(request.user)


async def _own(request: AnyRequest, use_id: int) -> Use:
    """Return a use of a unit that the account leads; anything else is the same 404."""
    desk: Desk = request.app.state.desk
    if use_id > LARGEST_ID:
        raise NotHere
    _, scope = await _book(request)
    use = await sync_to_thread(adopting.find, desk.engine, use_id)
    if use is None or not scope.leads(use.unit_id):
        raise NotHere
    return use


async def _done(request: AnyRequest, what: str, use: Use) -> Redirect:
    desk: Desk = request.app.state.desk
    subject = f"{what} {use.practice} in {use.unit_id}"
    await sync_to_thread(accesslog.note, desk.engine, desk.clock, request.user, "practice", subject)
    await sync_to_thread(publish, desk)
    book, _ = await _book(request)
    where = f"?unit={use.unit_id}" if use.unit_id in book.history.units else ""
    return Redirect(f"/practices{where}#now", status_code=303)


async def _page(
    request: AnyRequest, unit_id: str | None, *, problem: str = "", status: int = 200
) -> Template:
    desk: Desk = request.app.state.desk
    book, scope = await _book(request)
    chosen = unit_id or scope.top
    if unit_id and (not scope.sees(unit_id) or unit_id not in book.history.units):
        raise NotHere
    shown = await sync_to_thread(_shown, desk, book, scope, chosen)
    subject = f"practices {chosen or ''}".strip()
    await sync_to_thread(accesslog.note, desk.engine, desk.clock, request.user, "saw", subject)
    opened = request.query_params.get("card", "")
    return page(
        request, "practices.html", status=status, shown=shown, problem=problem, opened=opened
    )


def _shown(desk: Desk, book: Book, scope: Scope, unit_id: str | None) -> Shown:
    units = book.history.units
    every = [use for use in adopting.running(desk.engine) if use.practice in trying.cards()]
    running = [use for use in every if scope.sees(use.unit_id)]
    one = None
    if unit_id is not None and unit_id in units:
        drawn = tiles(book.scales, unit_id)
        one = trying.tried_in(desk, book, scope, unit_id, drawn)
    return Shown(
        unit=one,
        choices=_choices(units, scope),
        everywhere=tuple(
            trying.tried(desk, book, use) for use in running if use.unit_id != unit_id
        ),
        shelves=_shelves(book),
        prospects=trying.prospects(desk, book, one.unit_id) if one and one.leads else {},
    )


def _choices(units: dict[str, Unit], scope: Scope) -> tuple[tuple[Unit, int], ...]:
    """Return the units that the account sees, each with its depth below the first."""
    depth: dict[str, int] = {}
    for unit in units.values():
        if scope.sees(unit.unit_id):
            depth[unit.unit_id] = depth.get(unit.parent_id or "", -1) + 1
    return tuple((units[unit_id], deep) for unit_id, deep in depth.items())


def _shelves(book: Book) -> tuple[Shelf, ...]:
    """Return the cards by scale; those of scales that the survey does not ask come last."""
    every = sorted(trying.cards().values(), key=lambda card: card.title)
    scales = {**book.history.instrument.scales, **load().scales}
    shelves = (
        Shelf(scale.id, scale.name, tuple(card for card in every if card.scale == scale.id))
        for scale in scales.values()
    )
    return tuple(shelf for shelf in shelves if shelf.cards)
