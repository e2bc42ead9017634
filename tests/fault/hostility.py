"""Hostile requests by number, each from one seed: bodies, headers, addresses and framings."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pulse.token.encoding import b64u
from tests.booth import WAVE
from tests.station import CLOSED, Station, ballot_body

SEED: Final = 20_260_223
PATHS: Final = ("/me", "/issue", "/ballot")
Body = dict[str, Any]


class Request(msgspec.Struct, frozen=True):
    """What is sent: a body under a method, path and headers, or raw bytes instead of all that."""

    body: bytes = b""
    path: str = "/ballot"
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    raw: bytes = b""


class Known(msgspec.Struct, frozen=True):
    """Sound bodies by address, which the requests spoil: none of them may be answered 200."""

    sound: Mapping[str, Body]


Kind = Callable[[random.Random, Known], Request]


def known(station: Station) -> Known:
    """Take sound bodies from an open wave."""
    secret = b64u(station.secrets["00001"][0])
    return Known(
        {
            "/me": {"v": 1, "secret": secret},
            "/issue": station.issue_body(),
            "/ballot": ballot_body(station.ballot()),
        }
    )


def request(number: int, known: Known, seed: int = SEED) -> Request:
    """Return the request of this number."""
    dice = random.Random(seed * 1_000_003 + number)
    return KINDS[number % len(KINDS)](dice, known)


def _noise(dice: random.Random, _: Known) -> Request:
    """Any bytes."""
    return Request(dice.randbytes(dice.choice((0, 1, 7, 200, 2047, 2048, 2049, 5000))), _any(dice))


def _nested(dice: random.Random, _: Known) -> Request:
    """Brackets without end, open or closed, inside a field or not."""
    start, end = dice.choice((("[", "]"), ('{"v":', "}"), ('{"secret":[', "]}")))
    depth = dice.randrange(1, 2000 // len(start))
    whole = start * depth + "1" + (end * depth if dice.random() < 0.5 else "")
    if dice.random() < 0.3:
        whole = '{"v":1,"' + dice.choice(FIELDS) + '":' + whole + "}"
    return Request(whole[:2048].encode(), _any(dice))


def _swapped(dice: random.Random, known: Known) -> Request:
    """Sound bodies with some values replaced by anything."""
    path = _any(dice)
    body = dict(known.sound[path])
    for name in dice.sample(sorted(body), dice.randrange(1, 3)):
        old = body[name]
        while body[name] == old:
            body[name] = _value(dice, 3)
    return Request(_text(dice, body), path)


def _resembling(dice: random.Random, known: Known) -> Request:
    """Values of the right alphabet and length (or nearly) that mean nothing."""
    path = _any(dice)
    body = dict(known.sound[path])
    name = dice.choice([name for name in body if isinstance(body[name], str) and name != "blinded"])
    if name in {"wave", "g"}:
        body[name] = dice.choice(WAVES if name == "wave" else GROUPS)
    else:
        length = len(body[name]) + dice.choice((0, 0, 0, 1, -1, 4))
        body[name] = "".join(dice.choices(ALPHABET, k=length))
    if "blinded" in body:
        body["blinded"] = dice.choice(("", "A" * 342, "_" * 341 + "w", "A" * 341, "=" * 342))
    return Request(_text(dice, body), path)


def _flipped(dice: random.Random, known: Known) -> Request:
    """One byte of a sound body changed, added or lost, or all that follows it."""
    path = dice.choice(("/me", "/ballot"))
    content = bytearray(json.dumps(known.sound[path], separators=(",", ":")).encode())
    # What a box holds is nobody's business before the close: a spoilt one is taken.
    place = dice.randrange(content.find(b'"box"') if path == "/ballot" else len(content))
    how = dice.randrange(4)
    if how == 0:
        content[place] ^= 1 << dice.randrange(8)
    elif how == 1:
        content[place : place + 1] = b""
    elif how == 2:
        content[place:place] = dice.randbytes(1)
    else:
        content = content[:place]
    if _reads_as(bytes(content)) == known.sound[path]:  # one more blank changes nothing
        content = content[:-1]
    return Request(bytes(content), path)


def _twice(dice: random.Random, known: Known) -> Request:
    """A field twice, spelt the same or in another way, or one too many."""
    path = _any(dice)
    name = dice.choice((*known.sound[path], "more", "", "__proto__"))
    spelt = "".join(f"\\u{ord(letter):04x}" for letter in name)
    more = json.dumps(dice.choice((known.sound[path].get(name), _value(dice, 1))))
    inside = json.dumps(known.sound[path])[1:-1]
    added = f'"{dice.choice((name, spelt))}":{more}'
    both = [inside, added] if dice.random() < 0.5 else [added, inside]
    return Request(f"{{{','.join(both)}}}".encode(), path)


def _odd_words(dice: random.Random, known: Known) -> Request:
    """Numbers, strings and encodings that readers disagree about."""
    path = _any(dice)
    name = dice.choice(sorted(known.sound[path]))
    parts = {key: json.dumps(value) for key, value in known.sound[path].items()}
    parts[name] = dice.choice(ODD_WORDS)
    text = "{" + ",".join(f'"{key}":{value}' for key, value in parts.items()) + "}"
    coding = dice.choice(("utf-8", "utf-8", "utf-16", "utf-8-sig", "utf-32"))
    return Request(text.encode(coding, "surrogatepass"), path)


def _odd_headers(dice: random.Random, known: Known) -> Request:
    """Other types, codings, lengths, and headers from elsewhere."""
    path = _any(dice)
    headers = [("content-type", dice.choice(TYPES))] if dice.random() < 0.8 else []
    headers += dice.sample(HEADERS, dice.randrange(4))
    body = json.dumps({**known.sound[path], "v": 2}).encode()
    return Request(body, path, headers=tuple(headers))


def _odd_addresses(dice: random.Random, _: Known) -> Request:
    """Any address, in any way."""
    start = dice.choice(ADDRESSES)
    rest = "".join(dice.choices("/.%?&=abcz0159-_~!$'()*+,;:@", k=dice.randrange(30)))
    coded = "".join(f"%{byte:02x}" for byte in dice.randbytes(dice.randrange(6)))
    headers = tuple(dice.sample(HEADERS, dice.randrange(3)))
    return Request(b"", f"{start}{dice.choice((rest, coded))}", dice.choice(METHODS), headers)


def _odd_framing(dice: random.Random, known: Known) -> Request:
    """Requests that are no HTTP, or nearly."""
    body = json.dumps({**known.sound["/me"], "v": 3}).encode()
    start = f"{dice.choice(METHODS)} {dice.choice(('/me', '*', 'http://x/s', '//', '/%'))} HTTP/1.1"
    lines = [start.encode(), b"host: x", b"content-type: application/json"]
    lines += dice.sample(FRAMINGS, dice.randrange(3))
    raw = bytearray(b"\r\n".join(lines) + b"\r\n\r\n" + dice.choice((body, b"5\r\nabc", b"")))
    for _ in range(dice.randrange(3)):
        raw[dice.randrange(len(raw))] = dice.randrange(256)
    return Request(raw=bytes(raw))


KINDS: Final[Sequence[Kind]] = (
    _noise, _nested, _swapped, _resembling, _flipped, _twice, _odd_words, _odd_headers,
    _odd_addresses, _odd_framing,
)  # fmt: skip
ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
FIELDS: Final = ("v", "secret", "wave", "blinded", "g", "msg", "sig", "box")
GROUPS: Final = (
    "00000",
    "00002",
    "00009",
    "0000a",
    "1",
    "",
    "000011",
    "\u0660\u0660\u0660\u0660\u0661",
    "00001\x00",
)
WAVES: Final = (
    CLOSED, "2025-W01",
    "2031-W53", "2026-W00", "2026-W9", "../issuer/x", "2026-W09/", "\uff12026-W09",
    "2026-W09\n", "", "closed", "%2e%2e", "A" * 1200, "2026-W09.db",
)  # fmt: skip
ODD_WORDS: Final = (
    "NaN", "-Infinity", "1e999", "-0", "1.0", "01", "9" * 1200, "1" + "0" * 800 + "e-800", "true",
    '"\\ud800"', '"\\udfff\\ud800"', '"\ud800"', '"\\u0000"', "'x'", "0x1", '"' + "\\" * 900 + '"',
    "null", "{}", "[]", '"\x00"', '"\x7f"', "undefined", "/**/1", '"\\x41"', '""',
)  # fmt: skip
TYPES: Final = (
    "text/plain", "application/json; charset=utf-16", "application/json, text/html", "", "*/*",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json",
    "application/json;charset=utf-8", "APPLICATION/JSON", "x" * 3000, "application/json\t",
)  # fmt: skip
HEADERS: Final = [
    ("content-encoding", "gzip"), ("transfer-encoding", "chunked"), ("cookie", "a=\xff;;=;b"),
    ("accept", "text/html\xff;q=x,,"), ("accept-encoding", "gzip;q=\xfe,*;q=nan"),
    ("range", "bytes=9-1,,-0"), ("if-none-match", "W/,*"), ("expect", "100-continue"),
    ("connection", "upgrade"), ("upgrade", "websocket"), ("upgrade", "h2c"),
    ("x-forwarded-for", "::1, unknown"), ("x-forwarded-host", "\xe9"), ("host", "x:y:z"),
    ("origin", "null"), ("content-length", "0"), ("accept-language", "*;q=9"), ("te", "trailers"),
    ("x-http-method-override", "DELETE"), ("forwarded", 'for="'), ("x", "y" * 20_000),
    ("authorization", "Basic \xff"), ("referer", "\x80"), ("connection", "close"),
]  # fmt: skip
METHODS: Final = (
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND",
    "PURGE", "M-SEARCH", "get", "",
)  # fmt: skip
ADDRESSES: Final = (
    "/", "/s", "/results", "/privacy", "/health", "/health?alone=", "/favicon.ico", "/w/current",
    f"/w/{WAVE}/", f"/w/{WAVE}/keys-", "/w/..", "/static/", "/static/x/", "/me", "/issue",
    "/ballot", "/%00", "/w/%2e%2e/%2e%2e/", "//", "/s/../", "*", "",
)  # fmt: skip
FRAMINGS: Final = [
    b"content-length: 5", b"content-length: 0x2", b"content-length: -1", b"content-length: 1,2",
    b"transfer-encoding: chunked", b"transfer-encoding: chunked, gzip", b"transfer-encoding:\x0bx",
    b" folded", b"no colon", b": nothing", b"a\x00: b", b"content-length: 99999999999999999999",
    b"connection: upgrade\r\nupgrade: websocket", b"expect: 417", b"host: y",
]  # fmt: skip


def _reads_as(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _any(dice: random.Random) -> str:
    return dice.choice(PATHS)


def _text(dice: random.Random, body: Body) -> bytes:
    fields = list(body.items())
    dice.shuffle(fields)
    return json.dumps(dict(fields), ensure_ascii=dice.random() < 0.5).encode(errors="surrogatepass")


def _value(dice: random.Random, depth: int) -> Any:
    leaves = (
        None, True, False, 0, -1, 2, 1e308, 2**63, 2**64, -(2**63) - 1, 0.1, "", "x", "\x00",
        "\U0001f600", "\ud800", "A" * 43, "=" * 43, "_" * 130, "A" * 259, WAVE, CLOSED, "00001",
    )  # fmt: skip
    kind = dice.randrange(4) if depth else 0
    if kind == 1:
        return [_value(dice, depth - 1) for _ in range(dice.randrange(4))]
    if kind == 2:
        return {dice.choice(FIELDS): _value(dice, depth - 1) for _ in range(dice.randrange(4))}
    return dice.choice(leaves)
