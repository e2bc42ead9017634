"""`/evidence`: the rule in force, counts of the whole, fingerprints, how to check it oneself."""

from typing import Any

from litestar import Request, get
from litestar.concurrency import sync_to_thread
from litestar.response import Template

from dashboards.desk import Desk
from dashboards.layout import page
from dashboards.pages.evidence import Evidence
from dashboards.pages.evidence import evidence as gathered
from pulse.accounts import accesslog
from pulse.disclosure.policy import policy_for
from pulse.errors import BadRelease
from pulse.signin.access import Allowed


@get("/evidence", include_in_schema=False, guards=[Allowed("read_evidence")])
async def evidence(request: Request[Any, Any, Any]) -> Template:
    """Show what can be checked; where the releases fail their own hashes, say so."""
    desk: Desk = request.app.state.desk
    problem = ""
    shown: Evidence | None = None
    try:
        shown = await sync_to_thread(_evidence, desk)
    except BadRelease as error:
        problem = str(error)
    await sync_to_thread(accesslog.note, desk.engine, desk.clock, request.user, "saw", "evidence")
    return page(request, "evidence.html", shown=shown, problem=problem)


def _evidence(desk: Desk) -> Evidence:
    book = desk.shelf.book()
    policy = policy_for(desk.settings.k, desk.settings.prefer)
    return book.once("evidence", lambda: gathered(book.history, policy, book.head))
