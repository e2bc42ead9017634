"""Two serving processes on the same files: one winner for an invitation, and for a token."""

import random
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from pulse.terms import SealedBallot
from tests.fault.crowd import Asked, Crowd, Key
from tests.fault.nursery import Nursery
from tests.fault.powercut import APPS
from tests.fault.precinct import Precinct
from tests.fault.reading import look
from tests.fault.telling import Verdict
from tests.station import Station, ballot_body

pytestmark = pytest.mark.slow
AT_ONCE = 64
WITHIN = 60.0


def race(folder: Path, what: str, asked: list[Asked]) -> Counter[int]:
    """Send 64 different requests for one thing through two servers; count the final answers."""
    half = len(asked) // 2
    with ExitStack() as stack:
        crowds = []
        for part in (asked[:half], asked[half:]):
            nursery = stack.enter_context(Nursery(APPS[what], folder))
            nursery.start()
            crowd = Crowd(nursery.port, part, random.Random(1), people=half)
            crowds.append(stack.enter_context(crowd))
        assert all(crowd.wait(WITHIN) for crowd in crowds)
        assert not [wrong for crowd in crowds for wrong in crowd.wrong]
    answers = Counter({200: sum(len(crowd.acknowledged) for crowd in crowds)})
    answers.update(status for crowd in crowds for status in crowd.refused.values())
    return answers


def test_one_of_64_wins_an_invitation(tmp_path: Path) -> None:
    """64 blinded messages for one invitation, over two servers: one is signed, 63 are refused."""
    station = Station(tmp_path)
    station.issued.close()
    station.box.close()
    bodies = [station.issue_body() for _ in range(AT_ONCE)]
    asked = [Asked.of((bytes([i]),), "/issue", body) for i, body in enumerate(bodies)]
    assert race(station.home.path, "issuing", asked) == {200: 1, 409: AT_ONCE - 1}


def test_one_of_64_wins_a_token(tmp_path: Path) -> None:
    """64 boxes under one token, over two servers: one is cast, 63 are refused."""
    station = Station(tmp_path)
    station.issued.close()
    station.box.close()
    first = station.ballot()
    plain = station.booth.plaintext([2] * station.booth.n)
    boxes = [station.booth.sealer.seal(plain, b"x" * 32, first.msg) for _ in range(AT_ONCE)]
    cast: list[SealedBallot] = [msgspec.structs.replace(first, box=box) for box in boxes]
    asked = [Asked.of((b.box,), "/ballot", ballot_body(b)) for b in cast]
    assert race(station.home.path, "casting", asked) == {200: 1, 409: AT_ONCE - 1}


@pytest.mark.parametrize("what", ["casting", "issuing"])
def test_two_servers_share_a_home(precinct: Precinct, tmp_path: Path, what: str) -> None:
    """Everybody's request through either server is stored once."""
    home, verdict = precinct.place(tmp_path / "home"), Verdict(what, 0)
    asked = precinct.asked(what)
    acknowledged: dict[Key, bytes] = {}
    with ExitStack() as stack:
        crowds = []
        for part in (asked[::2], asked[1::2]):
            nursery = stack.enter_context(Nursery(APPS[what], home))
            nursery.start()
            crowd = Crowd(nursery.port, part, random.Random(1))
            crowds.append(stack.enter_context(crowd))
        assert all(crowd.wait(WITHIN) for crowd in crowds)
    for crowd in crowds:
        verdict.heard(crowd)
        acknowledged |= crowd.acknowledged
    look(what, home, precinct, acknowledged, verdict)
    assert len(acknowledged) == 600
    assert verdict.good, verdict.wrong
