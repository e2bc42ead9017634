"""Our own blinds in the linker game (`tests.linker`), and blinds that it catches."""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import pytest

from pulse.token import rfc9474
from pulse.token.keys import SigningKey
from pulse.token.message import new_message
from tests.linker import CAUGHT, PEOPLE, Trace, advantage, paired

E: Final = 65537

Blinder = Callable[[int], int]


def play(blinder: Blinder, keys: Sequence[SigningKey]) -> list[Trace]:
    """Let 40 people vote with blinds from `blinder`."""
    return [vote(blinder, keys[i % len(keys)]) for i in range(PEOPLE)]


def vote(blinder: Blinder, key: SigningKey) -> Trace:
    """Let one person vote."""
    n, msg = int(key.n), new_message(bytes(32))
    blinded = rfc9474.blind(msg, n, E, secrets.token_bytes(48), blinder(n))
    signed = rfc9474.blind_sign(key, blinded.blinded)
    sig = rfc9474.finalize(msg, signed, blinded.inv, n, E)
    return Trace(key, int.from_bytes(signed, "big"), msg, sig)


def test_forty_people_stay_at_chance(signing_key: SigningKey) -> None:
    """With our blinds nothing tells true pairs from false ones."""
    traces = play(rfc9474.random_blind, [signing_key])
    assert advantage(traces) < CAUGHT
    assert paired(traces) <= 4


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
    assert advantage(play(BROKEN[name], [signing_key])) > CAUGHT


def test_the_linker_catches_personal_keys(signing_key: SigningKey) -> None:
    """An issuer that shows people different keys tells them apart."""
    keys = [signing_key, *(SigningKey.generate() for _ in range(3))]
    assert advantage(play(rfc9474.random_blind, keys)) > CAUGHT


def test_blinds_are_uniform_below_n() -> None:
    """Every value in [1, n) is drawn about equally often, and none outside it."""
    n, draws = 21, 21_000
    counts = Counter(rfc9474.random_blind(n) for _ in range(draws))
    assert set(counts) == set(range(1, n))
    expected = draws / (n - 1)
    chi_squared = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_squared < 60  # 19 degrees of freedom: exceeded once in 250,000 runs
