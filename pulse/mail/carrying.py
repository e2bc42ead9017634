"""What a way out of the house is: it takes one message and says what became of it."""

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

# delivered: the other side has taken it. later: it certainly has not, another time it may.
# refused: it never will take this one. uncertain: nobody can know. gone: it was taken back before
# it left. stopped: nothing is wrong with this message, the other side takes none now.
Outcome = Literal["delivered", "later", "refused", "uncertain", "gone", "stopped"]


class Verdict(msgspec.Struct, frozen=True):
    """What became of one message; `reason` is short, `told` the other side's own words."""

    outcome: Outcome
    reason: str = ""
    told: str = ""


class Carrier(Protocol):
    """A connection over which many messages go, one after the other."""

    @property
    def closed(self) -> bool:
        """Whether another connection is needed for the next message."""
        ...

    def hand(self, data: bytes, to: str, begin: Callable[[], bool]) -> Verdict:
        """Hand over one message.

        Args:
            data: RFC 5322, as it lies in the outbox.
            to: the bare address.
            begin: called just before the step after which nobody can know; False takes it back.
        """
        ...

    def close(self) -> None:
        """Say goodbye and let go."""
        ...
