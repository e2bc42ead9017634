"""No request gives a 5xx, and no refused one stores anything."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from pulse.app import create_app
from tests.booth import WAVE
from tests.station import Station, ballot_body

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets

Stand = tuple[Station, TestClient[Litestar]]
PATHS = ("/me", "/issue", "/ballot")
JSON = {"content-type": "application/json"}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = ("v", "secret", "wave", "blinded", "g", "msg", "sig", "box")


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Return an open wave and a client of the app that serves it."""
    station = Station(tmp_path_factory.mktemp("stand"))
    with TestClient(create_app(station.home)) as client:
        yield station, client


def stored(station: Station) -> tuple[int, int]:
    """Count what was issued and cast."""
    return sum(station.issued.issued().values()), station.box.count()


@settings(max_examples=40)
@given(st.sampled_from(PATHS), st.binary(max_size=2100), st.booleans())
def test_any_bytes_are_refused(stand: Stand, path: str, body: bytes, brackets: bool) -> None:  # noqa: FBT001 - Hypothesis passes by position
    """Random bytes, and brackets without end, give 4xx."""
    station, client = stand
    content = body[:1] * 2000 if brackets else body
    reply = client.post(path, content=content, headers=JSON)
    assert 400 <= reply.status_code < 500
    assert reply.json()["status"] == reply.status_code
    assert stored(station) == (0, 0)


@settings(max_examples=40)
@given(st.sampled_from(PATHS), st.data())
def test_any_values_in_the_right_fields_are_refused(
    stand: Stand, path: str, data: st.DataObject
) -> None:
    """Requests that are nearly right, some fields replaced by anything, give 4xx."""
    station, client = stand
    good: dict[str, Any] = {
        "/me": {"v": 1, "secret": "A" * 43},
        "/issue": station.issue_body(),
        "/ballot": ballot_body(BALLOTS.setdefault(id(station), station.ballot())),
    }[path]
    wrong = data.draw(st.sets(st.sampled_from(sorted(good)), min_size=1, max_size=3))
    changed = {name: data.draw(ANYTHING, label=name) for name in wrong}
    extra = data.draw(st.dictionaries(st.sampled_from(NAMES), SCALARS, max_size=1))
    body = json.dumps({**extra, **good, **changed}).encode()
    reply = client.post(path, content=body, headers=JSON)
    assert 400 <= reply.status_code < 500 or changed == {n: good[n] for n in changed}
    assert stored(station) == (0, 0)


BALLOTS: dict[int, Any] = {}


@settings(max_examples=40)
@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ODD"]),
    st.sampled_from(["", "/s", "/w", f"/w/{WAVE}", "/static", "/me", "/results", "/health"]),
    st.binary(max_size=30),
    st.dictionaries(
        st.sampled_from(["accept", "accept-encoding", "cookie", "range", "if-none-match"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    ),
)
def test_any_address_is_answered(
    stand: Stand, method: str, start: str, rest: bytes, headers: dict[str, str]
) -> None:
    """Whatever is asked for, in whatever way, the answer is below 500 and sets no cookie."""
    _, client = stand
    url = f"{start}/{quote(rest)}" if rest or not start else start
    reply = client.request(method, url, headers=headers, follow_redirects=False)
    assert reply.status_code < 500
    assert "set-cookie" not in reply.headers
    assert "content-security-policy" in reply.headers
