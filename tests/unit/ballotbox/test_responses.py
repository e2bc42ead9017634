"""The plaintext of a ballot: 32 bytes, one spelling for each response."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.ballotbox.responses import decode, encode
from pulse.errors import InvalidValue, Spoiled
from pulse.terms import Response

ANSWERS = st.lists(st.integers(0, 6), min_size=1, max_size=29)


def test_the_bytes_are_the_documented_ones() -> None:
    """Version, form, n, answers, zeros."""
    plaintext = encode(Response(form=200, answers=(0, 1, 5, 6)), 4)
    assert plaintext == bytes([1, 200, 4, 0, 1, 5, 6]) + bytes(25)


@given(ANSWERS, st.integers(0, 255))
def test_responses_come_back(answers: list[int], form: int) -> None:
    """Whatever fits the form is 32 bytes and decodes to itself."""
    response = Response(form, tuple(answers))
    plaintext = encode(response, len(answers))
    assert len(plaintext) == 32
    assert decode(plaintext, form, len(answers)) == response


@given(st.binary(max_size=40) | ANSWERS.map(bytes), st.integers(0, 255), st.integers(1, 29))
def test_only_what_we_would_write_is_read(plaintext: bytes, form: int, n: int) -> None:
    """Any bytes either are exactly what `encode` writes, or spoil the ballot."""
    try:
        response = decode(plaintext, form, n)
    except Spoiled:
        return
    assert encode(response, n) == plaintext


@given(ANSWERS, st.integers(0, 31), st.integers(1, 255))
def test_a_changed_byte_is_another_response_or_spoils(
    answers: list[int], at: int, change: int
) -> None:
    """No changed byte is overlooked: header and padding spoil, answers differ or spoil."""
    n = len(answers)
    plaintext = bytearray(encode(Response(3, tuple(answers)), n))
    plaintext[at] ^= change
    try:
        response = decode(bytes(plaintext), 3, n)
    except Spoiled:
        return
    assert 3 <= at < 3 + n
    assert response.answers != tuple(answers)


@pytest.mark.parametrize(
    ("response", "n"),
    [
        (Response(256, (1,)), 1), (Response(-1, (1,)), 1), (Response(0, (1,)), 2),
        (Response(0, ()), 0), (Response(0, (0,) * 30), 30), (Response(0, (7,)), 1),
        (Response(0, (-1,)), 1),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_not_encoded(response: Response, n: int) -> None:
    """Another form, number of items or answer outside 0-6 is refused."""
    with pytest.raises(InvalidValue):
        encode(response, n)


@pytest.mark.parametrize(
    "plaintext",
    [
        bytes([2, 3, 1, 5]) + bytes(28), bytes([1, 4, 1, 5]) + bytes(28),
        bytes([1, 3, 2, 5]) + bytes(28), bytes([1, 3, 1, 7]) + bytes(28),
        bytes([1, 3, 1, 5]) + bytes(27) + b"\x01", bytes([1, 3, 1, 5]) + bytes(27),
        bytes([1, 3, 1, 5]) + bytes(29), b"",
    ],
)  # fmt: skip
def test_wrong_contents_spoil(plaintext: bytes) -> None:
    """Wrong version, form, number of items, answer, padding or length spoils the ballot."""
    assert decode(bytes([1, 3, 1, 5]) + bytes(28), 3, 1).answers == (5,)
    with pytest.raises(Spoiled):
        decode(plaintext, 3, 1)
