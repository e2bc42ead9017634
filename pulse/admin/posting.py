"""Mails that these pages wrote, on their way: what the courier does, without anybody waiting."""

from pulse.admin.desk import Desk
from pulse.mail import courier
from pulse.mail.outbox import Item
from pulse.settings import mail_server


def post(desk: Desk) -> None:
    """Let the courier go, in a thread that no request waits for; the next tick goes too."""
    if mail_server(desk.settings.mail) is not None or desk.settings.people == "slack":
        desk.postman.submit(_go, desk)


def _go(desk: Desk) -> None:
    try:
        courier.deliver(desk.home, desk.settings, desk.clock, desk.state)
    except Exception as error:  # noqa: BLE001 - nobody waits for this thread
        desk.report(error)


def put_aside(desk: Desk) -> list[tuple[str, Item]]:
    """List what no server takes, or perhaps took, with the address it was for."""
    found = []
    for box in courier.every_outbox(desk.home).values():
        for item in box.items():
            if item.state in {"refused", "uncertain"}:
                data = box.read(item)
                to = courier.recipient(data) if data and item.channel == "eml" else ""
                found.append((to, item))
    return found
