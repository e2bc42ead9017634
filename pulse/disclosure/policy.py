"""The policy: every threshold of disclosure control, versioned and stored in each release.

A policy is checked whenever one is made, from settings or from a manifest; no file passes the
floors. `VERSION` goes up when a field is added, dropped or comes to mean something else, and a
release keeps the version it was made under:

1. no `prefer`: departments came first, there was no other order.
2. `prefer`.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from pulse.errors import BadRelease, InvalidValue
from pulse.terms import N_, Order

VERSION: Final = 2
K_FLOOR: Final = 5
NAMED_FLOOR: Final = 10
BAND: Final = 5
WITHHELD: Final = 2
INNER_FROM: Final = 60
ONLY_ORDER_OF_1: Final = "departments"
PRESETS: Final[Mapping[str, int]] = {
    N_("standard"): 5,
    N_("high protection"): 10,
}  # names for values of k
OWN: Final = N_("own")


class Floor(NamedTuple):
    """The lowest value of a threshold, and why."""

    least: int
    why: str


FLOORS: Final[Mapping[str, Floor]] = {
    "k": Floor(K_FLOOR, "k is 5, 10, 15 …; nothing smaller protects anybody"),
    "leader_k": Floor(NAMED_FLOOR, "what is said about one leader needs 10 people behind it"),
    "free_text_k": Floor(NAMED_FLOOR, "free text needs 10 people behind it"),
    "shares_from": Floor(20, "how answers split is shown from 20 people on"),
    "diagnostics_from": Floor(100, "diagnostics need 100 people behind them"),
    "diagnostics_groups": Floor(10, "diagnostics need 10 groups behind them"),
}


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds in people, and the order in which units are preferred; checked when made.

    `k`: fewest behind any derivable group. `leader_k`, `free_text_k`: the same for anything
    about one named leader, and for free text. `shares_from`: lowest band with shares and
    no-answer classes. `diagnostics_from`, `diagnostics_groups`: lowest band of the root, and
    fewest groups, for organisation-level diagnostics. `prefer`: what comes first where not
    every unit can be shown; either order is equally safe.

    Raises:
        InvalidValue: a threshold lies below its floor or between two bands.
    """

    version: int
    k: int
    leader_k: int
    free_text_k: int
    shares_from: int
    diagnostics_from: int
    diagnostics_groups: int
    prefer: Order = "departments"

    def __post_init__(self) -> None:
        """Refuse what no setting, file or manifest may say."""
        for name, value in self.thresholds.items():
            floor = FLOORS[name]
            if value < floor.least:
                raise InvalidValue(f"{floor.why}, not {value}.", where=name)
            if value % BAND and name != "diagnostics_groups":
                raise InvalidValue(f"{value} lies between two bands of {BAND}.", where=name)
        for name in ("leader_k", "free_text_k"):
            if self.thresholds[name] < self.k:
                raise InvalidValue(f"it is lower than k, which is {self.k}.", where=name)

    @property
    def thresholds(self) -> dict[str, int]:
        """The numbers that protect people; the higher, the stricter."""
        return {name: getattr(self, name) for name in FLOORS}

    @property
    def preset(self) -> str:
        """The name of the preset it equals, else "own"."""
        return next(
            (name for name, k in PRESETS.items() if self.thresholds == policy_for(k).thresholds),
            OWN,
        )

    @property
    def label(self) -> str:
        """How it is called: "standard", "high protection" or "own: k = 15"."""
        return f"{OWN}: k = {self.k}" if self.preset == OWN else self.preset


def policy_for(k: int, prefer: Order = "departments") -> Policy:
    """Return the policy in force for the settings `k` (5, 10, 15 …) and `prefer`.

    Raises:
        InvalidValue: `k` is none of these.
    """
    named = max(NAMED_FLOOR, k)
    return Policy(
        version=VERSION,
        k=k,
        leader_k=named,
        free_text_k=named,
        shares_from=20,
        diagnostics_from=100,
        diagnostics_groups=10,
        prefer=prefer,
    )


def loosens(before: Policy, after: Policy) -> bool:
    """Tell whether any threshold is lower in `after` than in `before`."""
    return any(after.thresholds[name] < value for name, value in before.thresholds.items())


def stored(policy: Policy) -> dict[str, int | str]:
    """Return the policy as a manifest stores it."""
    values = msgspec.structs.asdict(policy)
    if policy.version == 1:
        del values["prefer"]
    return values


def restore(values: Mapping[str, int | str]) -> Policy:
    """Read a policy from a manifest of any version so far.

    Raises:
        BadRelease: it is no policy, of a version unknown here, or goes below a floor.
    """
    given = dict(values)
    if given.get("version") == 1 and "prefer" not in given:
        given["prefer"] = ONLY_ORDER_OF_1
    elif given.get("version") != VERSION or "prefer" not in given:
        raise BadRelease(
            f"This is no policy of version 1 to {VERSION}; was it made by a newer Pulse?",
            where="manifest.json",
        )
    try:
        return msgspec.convert(given, Policy)
    except msgspec.ValidationError as error:
        raise BadRelease(f"This is no policy: {error}.", where="manifest.json") from error
    except InvalidValue as error:
        raise BadRelease(
            f"The policy goes below its floors: {error}", where="manifest.json"
        ) from error
