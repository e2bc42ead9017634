"""The policy: every threshold of disclosure control, versioned and stored in each release."""

from collections.abc import Mapping
from typing import Final

import msgspec

from pulse.errors import BadRelease

VERSION: Final = 1
K_FLOOR: Final = 5
NAMED_FLOOR: Final = 10
BAND: Final = 5
WITHHELD: Final = 2
INNER_FROM: Final = 60


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds in people.

    `k`: fewest behind any derivable group. `leader_k`, `free_text_k`: the same for anything
    about one named leader, and for free text. `shares_from`: lowest band with shares and
    no-answer classes. `diagnostics_from`, `diagnostics_groups`: lowest band of the root, and
    fewest groups, for organisation-level diagnostics.
    """

    version: int
    k: int
    leader_k: int
    free_text_k: int
    shares_from: int
    diagnostics_from: int
    diagnostics_groups: int


def policy_for(k: int) -> Policy:
    """Return the policy in force for the setting `k` (5, 10, 15 …)."""
    named = max(NAMED_FLOOR, k)
    return Policy(
        version=VERSION,
        k=k,
        leader_k=named,
        free_text_k=named,
        shares_from=20,
        diagnostics_from=100,
        diagnostics_groups=10,
    )


def stored(policy: Policy) -> dict[str, int]:
    """Return the policy as a manifest stores it."""
    return {name: getattr(policy, name) for name in Policy.__struct_fields__}


def restore(values: Mapping[str, int]) -> Policy:
    """Read a policy from a manifest.

    Raises:
        BadRelease: it is no policy, or a threshold lies below its floor.
    """
    try:
        policy = msgspec.convert(dict(values), Policy)
    except msgspec.ValidationError as error:
        raise BadRelease(f"This is no policy: {error}.", where="manifest.json") from error
    floor = policy_for(K_FLOOR)
    low = any(getattr(policy, name) < getattr(floor, name) for name in Policy.__struct_fields__)
    if low or policy.k % BAND or policy.leader_k < policy.k:
        raise BadRelease("The policy goes below its floors.", where="manifest.json")
    return policy
