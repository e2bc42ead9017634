"""What must be true, in plain Python: who cast what, and how each wave may end.

Nothing here reads a file of the installation or calls its code.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

OVERDUE: Final = dt.timedelta(days=14)
Answers = tuple[int, ...]
TOP: Final = 5  # the highest answer; above it one prefers not to say, 0 is skipped
SAID: Final = range(TOP + 2)
Above = Mapping[str, frozenset[str]]  # by person their team and every unit above it
# Every state that a wave may be seen in after it was seen in another.
LATER: Final = {
    "": {"planned", "open", "awaiting_peel", "held", "released", "lost", "cancelled"},
    "planned": {"planned", "open", "cancelled"},
    "open": {"open", "awaiting_peel", "cancelled"},
    "awaiting_peel": {"awaiting_peel", "held", "released", "lost"},
    "held": {"held", "awaiting_peel", "released", "lost"},  # back to a council that has yet to peel
    "released": {"released"},
    "lost": {"lost"},
    "cancelled": {"cancelled", "planned"},
}
ENDED: Final = ("released", "lost", "cancelled")


class Broken(AssertionError):
    """Something that must hold does not."""


def demand(holds: object, said: str) -> None:
    """Raise Broken, saying what, unless it holds."""
    if not holds:
        raise Broken(said)


class Cast(NamedTuple):
    """An acknowledged ballot: its group, and its answers or None where it is spoiled."""

    person: str
    g: str
    answers: Answers | None


class Life:
    """One opening of a wave, as the world outside knows it.

    Args:
        wave: its id.
        k: the k that people were asked under.
        n: how many items it asks.
        links: each invited person's secret.
        above: by person their team at the opening, and every unit above it.
    """

    def __init__(
        self,
        wave: str,
        k: int,
        n: int,
        links: dict[str, bytes],
        above: Above,
    ) -> None:
        self.wave, self.k, self.n, self.links, self.above = wave, k, n, links, above
        self.casts: list[Cast] = []
        self.tokens: dict[str, int] = {}
        self.serial = 0
        self.lost: set[str] = set()
        self.held_since: dt.datetime | None = None
        self.issuing: bool | None = True
        self.casting: bool | None = True
        self.exported: int | None = None  # the k in force when the box was read
        self.peeled = self.countable = self.accepted = self.pressed = False
        self.given_up = self.stuck = False
        self.shown_k = k  # what the figures must keep to
        self.spoil_rate, self.turnout = 0.03, 12
        self.end = ""

    def next_answers(self) -> Answers:
        """Return answers that nobody else of this life gives: one of `SAID` for each item."""
        self.serial += 1
        code, answers = self.serial * 7_919 % len(SAID) ** self.n, []
        for _ in range(self.n):
            code, answer = divmod(code, len(SAID))
            answers.append(answer)
        return tuple(answers)

    def acknowledge(self, cast: Cast) -> None:
        """Take down that a ballot was acknowledged."""
        demand(cast.person not in {c.person for c in self.casts}, f"{cast.person} voted twice")
        demand(self.casting is not False, "a ballot was taken after the gate had shut")
        self.casts.append(cast)

    @property
    def good(self) -> Counter[tuple[str, Answers]]:
        """Count what must come out of the box: unspoiled answers by group."""
        return Counter((c.g, c.answers) for c in self.casts if c.answers is not None)

    @property
    def spoiled(self) -> int:
        """Count acknowledged ballots that nobody can read."""
        return sum(c.answers is None for c in self.casts)

    @property
    def too_many_spoiled(self) -> bool:
        """Tell whether more are spoiled than chance explains."""
        return self.spoiled > max(3, len(self.casts) / 100)

    @property
    def unopened(self) -> bool:
        """Tell whether the box held too few ballots to be opened."""
        return self.exported is not None and len(self.casts) < self.exported

    def overdue(self, now: dt.datetime) -> bool:
        """Tell whether the wave was held for so long that it must be given up."""
        return self.held_since is not None and now - self.held_since >= OVERDUE

    def may_end(self, *, accepted: bool) -> set[str]:
        """Return the ends that a close may have come to; `accepted` spoiled ballots are fine."""
        if self.pressed:
            return {"released"}
        if self.given_up:
            return {"lost"}
        if self.unopened:
            return {"released"}
        missing = "inner" in self.lost or ("outer" in self.lost and not self.peeled)
        spoiled = self.too_many_spoiled and not (accepted or self.accepted)
        return {"held"} if missing or spoiled or self.stuck else {"released"}
