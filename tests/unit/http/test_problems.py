"""Errors as problem documents: stable types, plain sentences, never a traceback."""

import ast
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import pytest
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    TooManyRequestsException,
)

import pulse.errors
from pulse.errors import Busy, PulseError, Refused, RequestError
from pulse.http.problems import problem, problem_headers


def request_errors(base: type[RequestError] = RequestError) -> Iterator[type[RequestError]]:
    """Yield every error of ours that has a status."""
    for each in base.__subclasses__():
        yield each
        yield from request_errors(each)


@pytest.mark.parametrize("kind", sorted(request_errors(), key=attrgetter("type")))
def test_our_errors_keep_status_type_and_sentence(kind: type[RequestError]) -> None:
    """Each documented error answers with its own type and the status in its tree."""
    document = problem(kind("What happened.", where="field"))
    assert (document.type, document.status) == (kind.type, kind.status)
    assert (document.title, document.where) == ("What happened.", "field")
    assert 400 <= document.status < 500 or kind is Busy


def test_the_tree_in_the_docstring_states_the_statuses() -> None:
    """What errors.py prints is what is answered."""
    doc = ast.get_docstring(ast.parse(Path(pulse.errors.__file__).read_text())) or ""
    for kind in request_errors():
        assert f"{kind.__name__:<19}{kind.status}" in doc


@pytest.mark.parametrize(
    "error",
    [KeyError("secret"), Refused("secret"), PulseError("secret"), InternalServerException("secret"),
     HTTPException("secret", status_code=599)],
)  # fmt: skip
def test_the_unexpected_says_nothing(error: Exception) -> None:
    """Whatever else fails is one plain 500 without a word of what it was."""
    document = problem(error)
    assert document.status == 500
    assert "secret" not in repr(document)


def test_the_framework_speaks_our_words() -> None:
    """Its own exceptions get our types and sentences, and none of its details."""
    document = problem(MethodNotAllowedException("secret"))
    assert (document.type, document.status) == ("method_not_allowed", 405)
    assert "secret" not in repr(document)
    assert problem(HTTPException("secret", status_code=418)).status == 418


def test_an_answer_says_when_to_come_again_and_what_may_be_asked() -> None:
    """Of an exception's headers these two go on, however they are spelled; no other does."""
    late = TooManyRequestsException(headers={"retry-after": "60", "X-Own": "secret"})
    assert problem_headers(late) == {"Retry-After": "60"}
    assert problem_headers(MethodNotAllowedException(headers={"Allow": "GET"})) == {
        "Allow": "GET, HEAD"
    }
    assert problem_headers(Busy("x")) == {"Retry-After": "2"}
    assert problem_headers(HTTPException("x", headers={"X-Own": "secret"})) == {}
