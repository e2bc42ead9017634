"""What the rhythm is told of a home, and the steps that it names."""

import datetime as dt
from typing import Literal

import msgspec

from pulse.pauses import Pause
from pulse.rhythm.cadence import Asked
from pulse.wave import Wave

Kind = Literal["open", "give_up", "invite", "remind", "shut", "close", "tell"]


class Facts(msgspec.Struct, frozen=True):
    """A home at one moment.

    `waves` are all there were, oldest first; `asked` the public counts of the released ones.
    `people` counts the roster. `council` names the waves that wait for their council, `overdue`
    those held for so long that they must be given up.
    """

    waves: tuple[Wave, ...] = ()
    pauses: tuple[Pause, ...] = ()
    asked: tuple[Asked, ...] = ()
    people: int = 1
    council: frozenset[str] = frozenset()
    overdue: frozenset[str] = frozenset()


class Step(msgspec.Struct, frozen=True):
    """One thing that is due now.

    `closes` comes with "open", in UTC. `words` say what it is; of "tell" they are all there is:
    a person has to act.
    """

    kind: Kind
    wave: str
    words: str
    closes: dt.datetime | None = None


class Event(msgspec.Struct, frozen=True):
    """Something that will happen: when (UTC), in which week, in words."""

    at: dt.datetime
    wave: str
    words: str
