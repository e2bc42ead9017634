"""Mails that these pages wrote, on their way: what the courier does, without anybody waiting."""

import ssl

from pulse.admin.desk import Desk
from pulse.errors import BadSetting, Unreachable
from pulse.mail import courier
from pulse.mail.outbox import Item
from pulse.mail.secretfiles import SMTP_PASSWORD, read_secret
from pulse.mail.smtp import Line
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


def hand_over(desk: Desk, data: bytes, to: str, tls: ssl.SSLContext | None = None) -> str:
    """Give one mail to the mail server now; return what went wrong in words, or nothing.

    Args:
        desk: of the request.
        data: RFC 5322.
        to: the bare address.
        tls: how certificates are checked; None as the system does.
    """
    server = mail_server(desk.settings.mail)
    if server is None:
        return "No mail server is set."
    try:
        password = read_secret(desk.home, SMTP_PASSWORD) if server.user else None
        line = Line(server, password, desk.settings.sender, tls or ssl.create_default_context())
    except (BadSetting, Unreachable) as error:
        return f"{error.where}: {error.message}" if error.where else error.message
    try:
        verdict = line.hand(data, to, lambda: True)
    finally:
        line.close()
    return "" if verdict.outcome == "delivered" else verdict.told or verdict.reason


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
