"""What is held back, for the administrator: addresses and servers, never who answered.

A refused address is a wrong address or a full mailbox, nothing more. All of it goes with the wave.
"""

from collections import Counter

import msgspec
from sqlalchemy.engine import Engine

from pulse.errors import Refused
from pulse.mail import claims
from pulse.mail.claims import Claim
from pulse.mail.courier import every_outbox, recipient
from pulse.mail.outbox import Item, Outbox
from pulse.settings import Home


class Lying(msgspec.Struct, frozen=True):
    """How much lies in one outbox; `wave` is empty for mails to accounts."""

    wave: str
    waiting: int
    uncertain: int
    refused: int


class HeldBack(msgspec.Struct, frozen=True):
    """One message that no courier sends by itself, and why in the server's own code."""

    wave: str
    address: str
    state: str
    reason: str


class Listed(msgspec.Struct, frozen=True):
    """Everything there is to say of the outboxes, and what was told in channels."""

    outboxes: tuple[Lying, ...]
    held_back: tuple[HeldBack, ...]
    announcements: tuple[Claim, ...]


def listed(home: Home, engine: Engine) -> Listed:
    """Look through all outboxes."""
    lying, held = [], []
    for wave, box in every_outbox(home).items():
        items = box.items()
        count = Counter(item.state for item in items)
        uncertain = count["uncertain"] + count["sending"]
        lying.append(Lying(wave, count["waiting"], uncertain, count["refused"]))
        held += [
            HeldBack(wave, _address(box, item), item.state, item.reason)
            for item in items
            if item.state in {"uncertain", "refused"}
        ]
    return Listed(tuple(lying), tuple(held), claims.every(engine))


def send_again(home: Home, address: str | None) -> int:
    """Let what is held back for `address` wait again; None means all that servers refused.

    Returns:
        How many messages will be tried anew.

    Raises:
        Refused: nothing is held back for this address.
    """
    wanted = None if address is None else address.strip().casefold()
    found = [
        (box, item)
        for box in every_outbox(home).values()
        for item in box.items()
        if (item.state == "refused" and wanted is None)
        or (item.state in {"uncertain", "refused"} and _address(box, item).casefold() == wanted)
    ]
    if not found:
        raise Refused(
            "Nothing is held back for it. `pulse mail list` names what is; "
            "`pulse invite --resend` writes a link anew.",
            where=address or "",
        )
    for box, item in found:
        box.again(item)
    return len(found)


def _address(box: Outbox, item: Item) -> str:
    return recipient(box.read(item) or b"")
