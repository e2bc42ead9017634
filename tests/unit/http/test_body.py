"""The strict reader: one way to write a body, everything else refused with its own status."""

import asyncio
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.types import Receive, Scope

from pulse.errors import BodyTooLarge, MalformedBody, RequestError, WrongContentType
from pulse.http.body import LARGEST, parse, read_body

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body as the intake's."""

    v: Literal[1]
    name: str


GOOD = b'{"v":1,"name":"a"}'


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"null", b"[]", b"1", b'"x"', b"{}", b"[" * 1000, b'{"v":' * 400,
        b'{"v":1,"name":' + b"[" * 1500, b'{"v":1,"name":{"a":{"b":{"c":1}}}}',
        b'{"v":1,"name":"a","more":1}', b'{"v":1,"name":"a","more":' + b"[" * 1500,
        b'{"v":1,"v":1,"name":"a"}', b'{"v":1,"name":"a","name":"a"}',
        b'{"v":1,"\\u0076":1,"name":"a"}', b'{"v":2,"name":"a"}', b'{"v":true,"name":"a"}',
        b'{"v":"1","name":"a"}', b'{"v":1.5,"name":"a"}', b'{"v":1,"name":1}',
        b'{"v":1,"name":null}', b'{"v":NaN,"name":"a"}', b'{"v":Infinity,"name":"a"}',
        b'{"v":' + b"9" * 1000 + b',"name":"a"}', b'{"v":1e999,"name":"a"}',
        b'{"v":1,"name":"\xff"}', b'{"v":1,"name":"\\ud800"}', b'{"v":1,"name":"a\x00"}',
        b"\xef\xbb\xbf" + GOOD, GOOD + b"x", GOOD + GOOD, b"{'v':1,'name':'a'}",
        b'{"v":1,"name":"\\udc00\\ud800"}', b'{"v":1,"name":"\xed\xa0\x80"}',
        b'{"v":-0,"name":"a"}',
        b'{"v":1.0,"name":"a"}', b'{"v":1e0,"name":"a"}', b'{"v":01,"name":"a"}',
        b'{"v":+1,"name":"a"}', b'{"V":1,"name":"a"}', b'{"v":1,"name":"a"}\x00',
        b'{"v":1,"v":1}', b'{"name":"a","v":1,"name":{"name":1,"name":2}}', b'"{\\"v\\":1}"',
        b'{"v":1,"name":"a","":0}', b'{"v":1,"name":"\t"}', b'{"v":1,"name":"\\x61"}',
        b'{"v":1,"name":"a",}', b'{"v":1,/**/"name":"a"}', GOOD.decode().encode("utf-16"),
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_malformed(raw: bytes) -> None:
    """Duplicates, unknown or missing fields, depth, other types and encodings are all 400."""
    with pytest.raises(MalformedBody):
        parse(raw, Form)


def test_order_and_space_do_not_matter() -> None:
    """Any JSON spelling of the one object is read."""
    assert parse(GOOD, Form) == Form(1, "a")
    assert parse(b' { "name" : "\\u0061" ,\n"v":1 } ', Form) == Form(1, "a")


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode()))
def test_any_bytes_are_read_or_malformed(raw: bytes) -> None:
    """No bytes raise anything else."""
    with pytest.raises(MalformedBody):
        parse(raw, Form)


@given(st.text(max_size=50))
def test_every_name_comes_through(name: str) -> None:
    """What a client writes is what we read."""
    raw = json.dumps({"v": 1, "name": name}).encode()
    assert parse(raw, Form).name == name


def lenient(raw: bytes) -> Form:
    """Read as a framework does: the mutant."""
    return msgspec.json.decode(raw, type=Form)


def test_a_lenient_reader_takes_the_last_of_two() -> None:
    """The mutant accepts a body with a field twice, which ours refuses."""
    assert lenient(b'{"v":1,"name":"a","name":"b"}').name == "b"


def read(headers: Sequence[tuple[bytes, bytes]], chunks: Sequence[bytes]) -> object:
    """Send chunks to the reader; return the form or the class of the refusal."""
    left = [{"type": "http.request", "body": c, "more_body": True} for c in chunks]
    left += [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        return left.pop(0)

    async def run() -> object:
        try:
            scope = cast("Scope", {"type": "http", "headers": headers})
            return await read_body(scope, cast("Receive", receive), Form)
        except RequestError as error:
            return type(error)

    return asyncio.run(run())


JSON = [(b"content-type", b"application/json")]


@pytest.mark.parametrize(
    "value",
    [b"application/json", b"Application/JSON", b"application/json; charset=utf-8",
     b'application/json;charset="UTF-8"', b"application/json \t;\tCharset=UTF-8 "],
)  # fmt: skip
def test_json_in_utf8_is_the_only_content_type(value: bytes) -> None:
    """Case and the charset parameter are free."""
    assert read([(b"content-type", value)], [GOOD]) == Form(1, "a")


@pytest.mark.parametrize(
    "values",
    [[], [b"text/plain"], [b""], [b"application/json; charset=latin-1"], [b"application/jsonx"],
     [b"application/problem+json"], [b"text/plain, application/json"],
     [b"application/x-www-form-urlencoded"], [b"application/json"] * 2, [b"application / json"],
     [b"appli cation/json"], [b"application/json;"], [b"application/json; charset"],
     [b"application/json; charset = utf-8"], [b"application/json; charset=utf-16"],
     [b"application/json; charset=utf-8; charset=utf-16"], [b"application/json; q=1"],
     [b"application/json, text/plain"], [b"application/json\n"], [b"application/json\x00"],
     [b"application/json; charset='utf-8'"], [b"\xff"]],
)  # fmt: skip
def test_any_other_content_type_is_415(values: list[bytes]) -> None:
    """None, another, a list, two of them: refused before the body is looked at."""
    headers = [(b"content-type", value) for value in values]
    assert read(headers, [b"x" * 5000]) is WrongContentType


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br", b"identity, gzip", b"x", b""])
def test_a_compressed_body_is_415(coding: bytes) -> None:
    """We unpack nothing, so a body said to be packed is refused, even if it is not."""
    assert read([*JSON, (b"content-encoding", coding)], [GOOD]) is WrongContentType
    assert read([*JSON, (b"content-encoding", b"Identity")], [GOOD]) == Form(1, "a")


def test_the_type_is_looked_at_before_the_size_and_the_size_before_the_words() -> None:
    """415, then 413, then 400, whatever else is wrong."""
    long = [(b"content-length", b"9999")]
    assert read(long, [b"{" * 5000]) is WrongContentType
    assert read([*JSON, *long], [b"{"]) is BodyTooLarge
    assert read(JSON, [b"{" * 5000]) is BodyTooLarge
    assert read(JSON, [b"{"]) is MalformedBody


@given(st.lists(st.integers(0, len(GOOD)), max_size=6))
def test_a_body_may_come_in_any_pieces(cuts: list[int]) -> None:
    """However it is cut, empty pieces too, the same body is read."""
    places = [0, *sorted(cuts), len(GOOD)]
    pieces = [GOOD[a:b] for a, b in pairwise(places)]
    assert read(JSON, pieces) == Form(1, "a")


def test_a_large_body_is_413_announced_or_not() -> None:
    """2,048 bytes pass, 2,049 do not, in one piece, in many, or only by their header."""
    padding = b" " * (LARGEST - len(GOOD))
    assert read(JSON, [padding, GOOD]) == Form(1, "a")
    assert read(JSON, [padding, GOOD, b" "]) is BodyTooLarge
    assert read(JSON, [b" " * 100] * 1000) is BodyTooLarge
    assert read([*JSON, (b"content-length", b"2048")], [padding, GOOD]) == Form(1, "a")
    for announced in (b"2049", b"9" * 500, b"-1", b"x"):
        assert read([*JSON, (b"content-length", announced)], [GOOD]) is BodyTooLarge


def test_a_body_that_ends_early_is_malformed() -> None:
    """A client that hangs up gets nothing stored, even if what came could be read."""
    told: list[dict[str, Any]] = [
        {"type": "http.request", "body": GOOD, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def gone() -> dict[str, Any]:
        return told.pop(0)

    async def run() -> None:
        scope = cast("Scope", {"type": "http", "headers": JSON})
        await read_body(scope, cast("Receive", gone), Form)

    with pytest.raises(MalformedBody):
        asyncio.run(run())
