"""The plaintext of a ballot: exactly 32 bytes, whatever was answered.

    0x01 || form || n || a_1 .. a_n || zeros

a_i is 0 for skipped, 1..5 for an answer, 6 for prefers not to say; n is at most 29.
"""

from typing import Final

from pulse.errors import InvalidValue, Spoiled
from pulse.terms import MAX_ITEMS, PREFERS_NOT, Response

LENGTH: Final = 32
HEADER: Final = 3
MAX_FORM: Final = 255
_VERSION: Final = 1


def encode(response: Response, n: int) -> bytes:
    """Return the plaintext, 32 bytes, of a response to `n` items.

    Raises:
        InvalidValue: a form outside 0-255, more than 29 items, or answers outside 0-6.
    """
    if not (
        0 <= response.form <= MAX_FORM
        and 1 <= n <= MAX_ITEMS
        and len(response.answers) == n
        and all(0 <= answer <= PREFERS_NOT for answer in response.answers)
    ):
        raise InvalidValue("This response does not fit the form.", where="answers")
    return bytes((_VERSION, response.form, n, *response.answers)).ljust(LENGTH, b"\0")


def decode(plaintext: bytes, form: int, n: int) -> Response:
    """Return the response in a plaintext of this wave's `form` and `n` items.

    Raises:
        Spoiled: any byte differs from what `encode` would write.
    """
    answers = plaintext[HEADER : HEADER + n]
    if (
        len(plaintext) != LENGTH
        or plaintext[:HEADER] != bytes((_VERSION, form, n))
        or any(answer > PREFERS_NOT for answer in answers)
        or any(plaintext[HEADER + n :])
    ):
        raise Spoiled("The contents are no response to this form.")
    return Response(form=form, answers=tuple(answers))
