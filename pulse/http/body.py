"""A strict reader of request bodies: one JSON object, of exactly the expected fields.

Frameworks are generous (text/plain passes for JSON, the last of two equal keys wins, deep
nesting overflows a stack). Here every body that could be read in two ways is refused.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Final, TypeVar, cast

import msgspec
from litestar.types import Receive, Scope

from pulse.errors import BodyTooLarge, MalformedBody, WrongContentType

LARGEST: Final = 2_048  # bytes
# RFC 9110, section 8.3.1: case does not matter, blanks may stand around the semicolon only.
_JSON_IN_UTF8: Final = re.compile(
    rb'application/json([ \t]*;[ \t]*charset=("utf-8"|utf-8))?[ \t]*', re.IGNORECASE
)

T = TypeVar("T")


async def read_body(scope: Scope, receive: Receive, kind: type[T]) -> T:
    """Read the body of a request as `kind`, a struct that forbids unknown fields.

    Raises, in this order:
        WrongContentType: not exactly `application/json` (in UTF-8), or compressed.
        BodyTooLarge: more than 2,048 bytes, announced or sent.
        MalformedBody: see `parse`.
    """
    _check_content_type(_values(scope, b"content-type"), _values(scope, b"content-encoding"))
    for length in _values(scope, b"content-length"):
        if not length.isdigit() or int(length[:20]) > LARGEST:
            raise _too_large()
    return parse(await _receive_body(receive), kind)


def parse(raw: bytes, kind: type[T]) -> T:
    """Read one JSON object strictly.

    Raises:
        MalformedBody: not UTF-8, no JSON, too deep, a duplicate, unknown, missing or
            mistyped field.
    """
    try:
        value = msgspec.json.decode(raw, type=kind)
        # Only what was read as `kind` comes here: its shape already bounds depth and fields.
        # As our own client writes it, no field can stand twice.
        if msgspec.json.encode(value) != raw:
            _ONCE_EACH.decode(raw.decode())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedBody("The body is no JSON object of the expected fields.") from error
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise MalformedBody("The body names a field twice.")


_ONCE_EACH: Final = json.JSONDecoder(object_pairs_hook=_no_duplicates)


def _values(scope: Scope, wanted: bytes) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == wanted]


def _check_content_type(types: Sequence[bytes], encodings: Sequence[bytes]) -> None:
    if len(types) != 1 or not _JSON_IN_UTF8.fullmatch(types[0]):
        raise WrongContentType("Send the body as application/json.")
    if any(encoding.lower() != b"identity" for encoding in encodings):
        raise WrongContentType("Send the body as it is, not compressed.")


async def _receive_body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = cast("dict[str, Any]", await receive())
        if message["type"] == "http.disconnect":
            raise MalformedBody("The body ended early.")
        body += message.get("body", b"")
        if len(body) > LARGEST:
            raise _too_large()
        if not message.get("more_body", False):
            return bytes(body)


def _too_large() -> BodyTooLarge:
    return BodyTooLarge("The body is larger than any that is expected here.")
