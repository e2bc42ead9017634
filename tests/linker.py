"""The linker game: an issuer that keeps everything tries to tell whose token is whose.

It sees every person's `blind_sig_i`, later every token's `sig_j`, and holds the private key.
For the true pair `r_ij = blind_sig_i / sig_j mod n` is the person's blind; so any property of
blinds that other ratios lack links the two. Advantage: how much more often true pairs show a
property than false ones, the largest over all properties tried; 0 is chance, 1 is certainty.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import gmpy2  # type: ignore[import-untyped] # it ships no types
import msgspec

from pulse.errors import InvalidToken
from pulse.token import rfc9474
from pulse.token.keys import SigningKey

PEOPLE: Final = 40
# Honest runs lie about 0 with a standard deviation under 0.08.
CAUGHT: Final = 0.4

Property = Callable[[int, int], bool]


class Trace(msgspec.Struct, frozen=True):
    """One person's row in the issuer's log, and (same index) the token they cast."""

    key: SigningKey
    blind_sig: int
    msg: bytes
    sig: bytes


def advantage(traces: Sequence[Trace]) -> float:
    """Return the largest difference between true and false pairs over all properties."""
    people = range(len(traces))
    return max(difference(shown, len(people)) for shown in properties(traces))


def paired(traces: Sequence[Trace]) -> int:
    """Count the people whose token is, by some property, the only one that can be theirs."""
    people = range(len(traces))
    return max(
        sum([j for j in people if shown(i, j)] == [i] for i in people)
        for shown in properties(traces)
    )


def properties(traces: Sequence[Trace]) -> list[Property]:
    """Return what the linker looks at: short, odd, repeated, square, under the person's key."""
    ratios = [
        [
            int(row.blind_sig * gmpy2.invert(int.from_bytes(column.sig, "big"), row.key.n))
            % int(row.key.n)
            for column in traces
        ]
        for row in traces
    ]
    repeats = Counter(ratio for row in ratios for ratio in row)
    return [
        lambda i, j: ratios[i][j].bit_length() <= 2040,
        lambda i, j: ratios[i][j] % 2 == 1,
        lambda i, j: repeats[ratios[i][j]] > 1,
        lambda i, j: is_square(ratios[i][j], traces[i].key),
        lambda i, j: verifies(traces[i].key, traces[j]),
    ]


def difference(shown: Property, people: int) -> float:
    """Return how much more often true pairs show a property than false ones."""
    true = [shown(i, i) for i in range(people)]
    false = [shown(i, j) for i in range(people) for j in range(people) if i != j]
    return sum(true) / len(true) - sum(false) / len(false)


def is_square(ratio: int, key: SigningKey) -> bool:
    """Tell whether a number is a square modulo n, which only the holder of p and q can."""
    return bool(gmpy2.legendre(ratio, key.p) == 1 == gmpy2.legendre(ratio, key.q))


def verifies(key: SigningKey, trace: Trace) -> bool:
    """Tell whether a token verifies under the key that a person was shown."""
    try:
        rfc9474.verify(key.spki, trace.msg, trace.sig)
    except InvalidToken:
        return False
    return True
