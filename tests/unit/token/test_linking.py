"""The linker game: an issuer that keeps everything tries to tell whose token is whose.

It sees every person's `blind_sig_i`, later every token's `sig_j`, and holds the private key.
For the true pair `r_ij = blind_sig_i / sig_j mod n` is the person's blind; so any property of
blinds that other ratios lack links the two. Advantage: how much more often true pairs show a
property than false ones, the largest over all properties tried; 0 is chance, 1 is certainty.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import gmpy2  # type: ignore[import-untyped] # it ships no types
import msgspec
import pytest

from pulse.errors import InvalidToken
from pulse.token import rfc9474
from pulse.token.keys import SigningKey
from pulse.token.message import new_message

PEOPLE: Final = 40
E: Final = 65537
# Honest runs lie about 0 with a standard deviation under 0.08.
CAUGHT: Final = 0.4

Blinder = Callable[[int], int]


class Trace(msgspec.Struct, frozen=True):
    """One person's row in the issuer's log, and (same index) the token they cast."""

    key: SigningKey
    blind_sig: int
    msg: bytes
    sig: bytes


def play(blinder: Blinder, keys: Sequence[SigningKey]) -> float:
    """Let 40 people vote with blinds from `blinder` and return the linker's advantage."""
    return advantage([vote(blinder, keys[i % len(keys)]) for i in range(PEOPLE)])


def vote(blinder: Blinder, key: SigningKey) -> Trace:
    """Let one person vote."""
    n, msg = int(key.n), new_message(bytes(32))
    blinded = rfc9474.blind(msg, n, E, secrets.token_bytes(48), blinder(n))
    signed = rfc9474.blind_sign(key, blinded.blinded)
    sig = rfc9474.finalize(msg, signed, blinded.inv, n, E)
    return Trace(key, int.from_bytes(signed, "big"), msg, sig)


def advantage(traces: Sequence[Trace]) -> float:
    """Return the largest difference between true and false pairs over all properties."""
    ratios = [
        [
            int(row.blind_sig * gmpy2.invert(int.from_bytes(column.sig, "big"), row.key.n))
            % int(row.key.n)
            for column in traces
        ]
        for row in traces
    ]
    repeats = Counter(ratio for row in ratios for ratio in row)
    properties: list[Callable[[int, int], bool]] = [
        lambda i, j: ratios[i][j].bit_length() <= 2040,
        lambda i, j: ratios[i][j] % 2 == 1,
        lambda i, j: repeats[ratios[i][j]] > 1,
        lambda i, j: is_square(ratios[i][j], traces[i].key),
        lambda i, j: verifies(traces[i].key, traces[j]),
    ]
    return max(difference(shown, len(traces)) for shown in properties)


def difference(shown: Callable[[int, int], bool], people: int) -> float:
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


def test_forty_people_stay_at_chance(signing_key: SigningKey) -> None:
    """With our blinds nothing tells true pairs from false ones."""
    assert play(rfc9474.random_blind, [signing_key]) < CAUGHT


BROKEN: Final[dict[str, Blinder]] = {
    "one byte short": lambda n: secrets.randbits(2040) % n | 1 << 2039,
    "128 bits": lambda n: secrets.randbits(128) % n | 1,
    "constant": lambda n: 2**2046 + n % 2**2000,
    "squared": lambda n: pow(rfc9474.random_blind(n), 2, n),
    "always odd": lambda n: rfc9474.random_blind(n) | 1,
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_linker_catches_broken_blinds(name: str, signing_key: SigningKey) -> None:
    """Each way of drawing r that a tired programmer might choose is caught."""
    assert play(BROKEN[name], [signing_key]) > CAUGHT


def test_the_linker_catches_personal_keys(signing_key: SigningKey) -> None:
    """An issuer that shows people different keys tells them apart."""
    keys = [signing_key, *(SigningKey.generate() for _ in range(3))]
    assert play(rfc9474.random_blind, keys) > CAUGHT


def test_blinds_are_uniform_below_n() -> None:
    """Every value in [1, n) is drawn about equally often, and none outside it."""
    n, draws = 21, 21_000
    counts = Counter(rfc9474.random_blind(n) for _ in range(draws))
    assert set(counts) == set(range(1, n))
    expected = draws / (n - 1)
    chi_squared = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_squared < 60  # 19 degrees of freedom: exceeded once in 250,000 runs
