"""The first page: setting up, and once that is done, this week and what comes."""

from typing import Any

from litestar import Response, get
from litestar.concurrency import sync_to_thread

from pulse.admin import coming
from pulse.admin.access import INSIDE, AnyRequest, desk_of
from pulse.admin.checklist import checklist
from pulse.admin.desk import Desk
from pulse.admin.thisweek import this_week
from pulse.settings import mail_server
from pulse.signin.layout import page


@get("/", include_in_schema=False, guards=INSIDE)
async def start(request: AnyRequest) -> Response[Any]:
    """Show where things stand, and the next step."""
    return page(request, "start.html", **await sync_to_thread(_shown, desk_of(request)))


def _shown(desk: Desk) -> dict[str, Any]:
    steps = checklist(desk)
    return {
        "steps": steps,
        "left": sum(not step.done for step in steps),
        "next_step": next((step for step in steps if not step.done), None),
        "spooled": mail_server(desk.settings.mail) is None,
        "zone": desk.settings.timezone,
        "week": this_week(desk.home, desk.state),
        "coming": coming.ahead(desk),
    }
