"""The ballot box's store: one ballot a token, read without order, shut for all at once."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import msgspec
import pytest

from pulse.ballotbox.store import BoxStore
from pulse.errors import AlreadyCounted, WaveShut
from tests.backends import Backend
from tests.shelves import ballot

WAVE = "2026-W09"


@pytest.fixture
def store(backend: Backend) -> Iterator[BoxStore]:
    """Return an open, empty box."""
    store = BoxStore.create(backend.shelf(), WAVE)
    store.open_gate()
    yield store
    store.close()


def test_a_token_counts_once(store: BoxStore) -> None:
    """The very bytes again are fine, in one batch or later; any other bytes are refused."""
    t, cast = ballot()
    assert store.cast([(t, cast), (t, cast)]) == [True, True]
    assert store.cast([(t, cast)]) == [True]
    for field in ("g", "msg", "sig", "box"):
        changed = msgspec.structs.replace(cast, **{field: "00002" if field == "g" else b"x"})
        (refused,) = store.cast([(t, changed)])
        assert isinstance(refused, AlreadyCounted)
    assert store.count() == 1
    assert list(store.records()) == [cast]


def test_of_two_ballots_under_one_token_in_one_batch_the_first_counts(store: BoxStore) -> None:
    """Neighbours in the batch are stored all the same."""
    (t, first), (_, second), other = ballot(), ballot(), ballot()
    results = store.cast([(t, first), (t, second), other])
    assert results[0] is True
    assert isinstance(results[1], AlreadyCounted)
    assert results[2] is True
    assert store.count() == 2


def test_of_64_rivals_under_one_token_one_wins(store: BoxStore) -> None:
    """However threads interleave, one ballot lies under the token and it is the winner's."""
    t = secrets.token_bytes(32)
    rivals = [ballot()[1] for _ in range(64)]
    with ThreadPoolExecutor(16) as threads:
        won = list(threads.map(lambda each: store.cast([(t, each)]) == [True], rivals))
    assert sum(won) == 1
    assert list(store.records()) == [rivals[won.index(True)]]


def test_rivals_with_the_same_tokens_in_other_orders_never_wait_for_each_other_in_turn(
    store: BoxStore,
) -> None:
    """Batches of the same ballots in opposite orders all succeed, again and again."""
    batch = [ballot() for _ in range(50)]
    with ThreadPoolExecutor(8) as threads:
        orders = [batch, batch[::-1]] * 8
        answers = list(threads.map(store.cast, orders))
    assert all(each is True for answer in answers for each in answer)
    assert store.count() == 50


def test_ballots_come_out_by_token_and_not_by_arrival(store: BoxStore) -> None:
    """`records` is ascending by t, whatever the order of casting."""
    ballots = [ballot() for _ in range(50)]
    for each in ballots:
        store.cast([each])
    in_order = [cast for _, cast in sorted(ballots, key=lambda pair: pair[0])]
    assert list(store.records()) == in_order
    assert in_order != [cast for _, cast in ballots]


def test_a_late_ballot_is_refused_and_not_stored(store: BoxStore) -> None:
    """After `shut_gate` every ballot is WaveShut, an identical repeat too."""
    known = ballot()
    store.cast([known])
    store.shut_gate()
    assert not store.is_open()
    assert [type(answer) for answer in store.cast([ballot(), known])] == [WaveShut, WaveShut]
    assert store.count() == 1


def test_a_close_under_load_counts_every_acknowledged_ballot(
    store: BoxStore, backend: Backend
) -> None:
    """Ballots cast while the gate shuts are either in the box by then or refused."""
    begun = Event()

    def keep_casting(_: int) -> int:
        own, acknowledged = BoxStore(backend.shelf(), WAVE), 0
        while True:
            answers = own.cast([ballot() for _ in range(5)])
            if isinstance(answers[0], WaveShut):
                own.close()
                return acknowledged
            acknowledged += sum(answer is True for answer in answers)
            begun.set()

    with ThreadPoolExecutor(4) as threads:
        casting = [threads.submit(keep_casting, number) for number in range(4)]
        begun.wait(20)
        store.shut_gate()
        counted = store.count()
        assert sum(each.result(20) for each in casting) == counted > 0
    assert store.count() == counted
