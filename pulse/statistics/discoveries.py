"""Many looks at once: which of them may be called news (Benjamini & Hochberg 1995)."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def benjamini_hochberg(p_values: Mapping[Key, float], q: float) -> frozenset[Key]:
    """Return the keys whose hypotheses are rejected at false discovery rate `q`.

    Reject the i smallest p-values for the largest i with p_(i) <= q i / m (J. R. Stat. Soc. B
    57, 289-300, procedure (1)).
    """
    ordered = sorted(p_values.items(), key=lambda pair: pair[1])
    last = 0
    for rank, (_, p) in enumerate(ordered, start=1):
        if p <= q * rank / len(ordered):
            last = rank
    return frozenset(key for key, _ in ordered[:last])
