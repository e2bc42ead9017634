"""The canary: a wave's keys are tried through every layer that can be tried here."""

import pytest

from pulse.ballotbox import canary, seal
from pulse.errors import BadKeyList, InvalidValue
from pulse.terms import Secret
from pulse.token.keys import SigningKey
from tests.booth import WAVE, signing_key

INNER, OUTER = seal.generate_pair(), seal.generate_pair()
EACH_HOLDER = pytest.mark.parametrize(
    "outer", [OUTER[0], OUTER[1]], ids=["both halves are here", "a council's public half"]
)


def broken() -> SigningKey:
    """Return a key that computes wrongly."""
    key = SigningKey.from_der(signing_key(1).private_der())
    key.d_p += 2
    return key


@EACH_HOLDER
def test_good_keys_pass(outer: Secret | bytes) -> None:
    """Every signing key, with either kind of second key, lets the wave open."""
    keys = {f"{number:05d}": signing_key(number) for number in (1, 2)}
    canary.try_keys(WAVE, keys, INNER[0], outer, 3, 6)


def test_a_key_under_another_ones_name_is_found() -> None:
    """Where the published half is another key's, no token would verify: the wave does not open."""
    key = SigningKey.from_der(signing_key(1).private_der())
    key.spki = signing_key(2).spki
    with pytest.raises(BadKeyList, match="failed its trial"):
        canary.try_keys(WAVE, {"00001": key}, INNER[0], OUTER[0], 3, 6)


@EACH_HOLDER
def test_a_broken_signing_key_is_found(outer: Secret | bytes) -> None:
    """The refusal names the group whose key failed."""
    with pytest.raises(BadKeyList, match="failed its trial") as caught:
        canary.try_keys(WAVE, {"00001": signing_key(1), "00002": broken()}, INNER[0], outer, 3, 6)
    assert caught.value.where == "00002"


@pytest.mark.parametrize(
    "point",
    [bytes(65), OUTER[1][:-1], b"\x04" + bytes(64)],
    ids=["zeros", "one byte short", "not on the curve"],
)
def test_a_councils_half_that_is_no_point_is_found(point: bytes) -> None:
    """Nothing can be sealed to what is no point, so the wave does not open."""
    with pytest.raises(InvalidValue, match="point"):
        canary.try_keys(WAVE, {"00001": signing_key(1)}, INNER[0], point, 3, 6)
