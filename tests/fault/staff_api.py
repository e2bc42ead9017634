"""What the staff app takes and answers, written by hand as OpenAPI 3.1: the app itself is silent.

Written from the protocol, not from the code: a status, type or header that is not listed here
is a finding.
"""

import copy
import string
from collections.abc import Mapping, Sequence
from typing import Any, Final

Node = dict[str, Any]
_LETTERS: Final = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"

PROBLEM: Final[Node] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["type", "status", "title"],
    "properties": {
        "type": {"type": "string", "pattern": "^[a-z_]+$"},
        "status": {"type": "integer", "minimum": 400, "maximum": 499},
        "title": {"type": "string", "minLength": 1},
        "detail": {"type": "string"},
        "where": {"type": "string"},
    },
}
NO_STORE: Final[Node] = {"schema": {"const": "no-store"}, "required": True}
SAFE: Final[Node] = {
    "Cache-Control": NO_STORE,
    "Content-Security-Policy": {"schema": {"type": "string"}, "required": True},
    "X-Content-Type-Options": {"schema": {"const": "nosniff"}, "required": True},
    "Referrer-Policy": {"schema": {"const": "no-referrer"}, "required": True},
}
LASTING: Final[Node] = {
    **SAFE,
    "Cache-Control": {"schema": {"type": "string", "pattern": "immutable"}, "required": True},
}


def b64u(length: int) -> Node:
    """Describe canonical base64url without padding of `length` bytes: unused bits are zero."""
    letters, unused = -(-length * 8 // 6), -length * 8 % 6
    last = "".join(_LETTERS[:: 2**unused])
    return {"type": "string", "pattern": f"^[A-Za-z0-9_-]{{{letters - 1}}}[{last}]$"}


WAVE: Final[Node] = {"type": "string", "pattern": "^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$"}
GROUP: Final[Node] = {"type": "string", "pattern": "^[0-9]{5}$"}
HASHED: Final[Node] = {"type": "string", "pattern": "^(keys|g)-[0-9a-f]{64}[.]json$"}
V: Final[Node] = {"const": 1, "type": "integer"}


def answer(media: str, schema: Node | None = None, headers: Node = SAFE) -> Node:
    """Describe an answer."""
    content = {media: {"schema": schema or {}}}
    return {"description": "An answer.", "content": content, "headers": headers}


def refusals(*statuses: int, media: str = "application/problem+json") -> Node:
    """Describe problem documents."""
    headers = {405: {**SAFE, "Allow": {"schema": {"type": "string"}, "required": True}}}
    return {str(status): answer(media, PROBLEM, headers.get(status, SAFE)) for status in statuses}


def read(found: Node, *statuses: int, parameters: tuple[Node, ...] = ()) -> Node:
    """Describe an address that is read."""
    got: Node = {"responses": {"200": found, **refusals(*statuses)}}
    if parameters:
        got["parameters"] = list(parameters)
    return {"get": got}


def posted(fields: Mapping[str, Node], found: Node, *statuses: int) -> Node:
    """Describe an address that takes one strict object."""
    body = {
        "type": "object",
        "additionalProperties": False,
        "required": list(fields),
        "properties": dict(fields),
    }
    return {
        "post": {
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {
                "200": answer("application/json", found),
                **refusals(400, 413, 415, *statuses),
            },
        }
    }


def record(**fields: Node) -> Node:
    """Describe an object of exactly these fields."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(fields),
        "properties": fields,
    }


def in_path(name: str, schema: Node) -> Node:
    """Describe a part of an address."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


TEXT: Final[Node] = {"type": "string", "minLength": 1}
PAGE: Final = answer("text/html", {"type": "string"})
CURRENT: Final[Node] = {
    "anyOf": [record(wave={"type": "null"}), record(wave=WAVE, keys={"type": "string"})]
}

DOCUMENT: Final[Node] = {
    "openapi": "3.1.0",
    "info": {"title": "Staff pages and intake", "version": "1"},
    "paths": {
        "/s": read(PAGE),
        "/results": read(PAGE),
        "/privacy": read(PAGE),
        "/favicon.ico": read(answer("image/svg+xml")),
        "/": {
            "get": {
                "responses": {
                    "303": {
                        "description": "To the results.",
                        "headers": {
                            **SAFE,
                            "Location": {"schema": {"const": "/results"}, "required": True},
                        },
                    }
                }
            }
        },
        "/health": read(
            answer("application/json", record(status={"const": "ok"})),
            parameters=({"name": "alone", "in": "query", "schema": {"type": "string"}},),
        ),
        "/w/current": read(answer("application/json", CURRENT)),
        "/w/{wave}/{name}": read(
            answer("application/json", {"type": "object"}, LASTING),
            404,
            parameters=(in_path("wave", WAVE), in_path("name", HASHED)),
        ),
        "/static/{folder}/{name}": read(
            answer("text/javascript", None, LASTING),
            404,
            parameters=(in_path("folder", TEXT), in_path("name", TEXT)),
        ),
        "/me": posted(
            {"v": V, "secret": b64u(32)},
            record(wave=WAVE, g=GROUP, file={"type": "string", "pattern": "^/w/"}),
            404,
            422,
        ),
        "/issue": posted(
            {"v": V, "secret": b64u(32), "wave": WAVE, "blinded": b64u(256)},
            record(blind_sig=b64u(256)),
            404,
            409,
            410,
            422,
        ),
        "/ballot": posted(
            {"v": V, "wave": WAVE, "g": GROUP, "msg": b64u(97), "sig": b64u(256), "box": b64u(194)},
            record(cast={"const": True}),
            403,
            404,
            409,
            410,
            422,
        ),
    },
}


def document(waves: Sequence[str], examples: Mapping[str, object]) -> Node:
    """Return the description with real values in it, so that the tries reach what lies deep.

    Args:
        waves: what to send as a wave: open, closed, unknown.
        examples: bodies by address.
    """
    described = copy.deepcopy(DOCUMENT)
    for path, body in examples.items():
        content = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        content["example"] = body
        if "wave" in content["schema"]["properties"]:
            content["schema"]["properties"]["wave"] = {"type": "string", "enum": list(waves)}
    return described
