"""The issuer's store: one use an invitation, whoever else tries at the same time."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

import pytest
from sqlalchemy import select, update

from pulse.errors import AlreadyUsed, InvalidValue, UnknownInvitation, WaveShut
from pulse.issuer.store import INVITATION, UNMARKED, IssuerStore, Mark
from pulse.store.engine import reading
from tests.backends import Backend

WAVE: Final = "2026-W09"
PEOPLE: Final = [(secrets.token_bytes(32), f"{i % 5 + 1:05d}") for i in range(64)]


def fine(g: str) -> None:
    """Find nothing to refuse."""
    del g


def mark(person: int, c: bytes = b"c" * 32) -> Mark:
    """Return the wish to use one person's invitation."""
    return Mark(PEOPLE[person][0], c, fine)


@pytest.fixture
def store(backend: Backend) -> Iterator[IssuerStore]:
    """Return an open store with everybody in it."""
    store = IssuerStore.create(backend.shelf(), WAVE, PEOPLE)
    store.open_gate()
    yield store
    store.close()


def test_an_invitation_gives_one_token(store: IssuerStore) -> None:
    """The same message again gives its group again; another message is refused."""
    assert store.mark([mark(3), mark(3)]) == [PEOPLE[3][1]] * 2
    assert store.mark([mark(3)]) == [PEOPLE[3][1]]
    (refused,) = store.mark([mark(3, b"d" * 32)])
    assert isinstance(refused, AlreadyUsed)
    assert store.issued() == {PEOPLE[3][1]: 1}


def test_a_batch_is_answered_in_its_own_order(store: IssuerStore) -> None:
    """Each mark gets the answer that is its own, wherever it stands in the batch."""
    store.mark([mark(5, b"d" * 32)])
    people = list(range(40))
    secrets.SystemRandom().shuffle(people)
    answers = store.mark([mark(person) for person in people])
    for person, answer in zip(people, answers, strict=True):
        if person == 5:
            assert isinstance(answer, AlreadyUsed)
        else:
            assert answer == PEOPLE[person][1]


def rivals(use: Callable[[bytes], bool], count: int) -> int:
    """Let threads use one invitation, each for its own message; count the winners."""
    messages = [bytes([i]) * 32 for i in range(1, count + 1)]
    with ThreadPoolExecutor(count) as threads:
        return sum(threads.map(use, messages))


def test_of_64_rivals_one_wins(store: IssuerStore) -> None:
    """However threads interleave, one message gets the invitation."""
    assert rivals(lambda c: store.mark([mark(5, c)]) == [PEOPLE[5][1]], 64) == 1
    assert sum(store.issued().values()) == 1


def test_checking_before_acting_would_let_all_rivals_win(
    store: IssuerStore, backend: Backend
) -> None:
    """The mutant that looks first and writes afterwards gives one invitation to several."""
    shelf, meeting = backend.shelf(), Barrier(6)
    here = INVITATION.c.h == PEOPLE[5][0]

    def look_then_write(c: bytes) -> bool:
        engine = shelf.engine(WAVE)
        with reading(engine) as connection:
            found = connection.scalar(select(INVITATION.c.c).where(here))
        meeting.wait(20)
        with engine.begin() as connection:
            connection.execute(update(INVITATION).where(here).values(c=c))
        engine.dispose()
        return found == UNMARKED

    assert not store.issued()
    assert rivals(look_then_write, 6) == 6


def test_what_cannot_be_signed_uses_nothing_up(store: IssuerStore) -> None:
    """A refused check and an unknown hash leave the store as it was."""

    def refuse(g: str) -> None:
        raise InvalidValue(g)

    wrong, unknown = store.mark([Mark(PEOPLE[0][0], b"c" * 32, refuse), Mark(b"?" * 32, b"", fine)])
    assert isinstance(wrong, InvalidValue)
    assert wrong.message == PEOPLE[0][1]
    assert isinstance(unknown, UnknownInvitation)
    assert not store.issued()


def test_a_shut_gate_refuses_all_and_tells_nobody_apart(store: IssuerStore) -> None:
    """After `shut_gate` every mark is WaveShut, known or not; shutting again is fine."""
    store.shut_gate()
    store.shut_gate()
    refusals = store.mark([mark(0), Mark(b"?" * 32, b"", fine)])
    assert [type(refusal) for refusal in refusals] == [WaveShut, WaveShut]
    assert store.open_group_of(PEOPLE[0][0]) is None
    assert store.group_of(PEOPLE[0][0]) == PEOPLE[0][1]
    assert not store.issued()


def test_a_new_store_is_shut(backend: Backend) -> None:
    """Nobody is let in before `open_gate`."""
    store = IssuerStore.create(backend.shelf(), WAVE, PEOPLE)
    assert not store.is_open()
    assert isinstance(store.mark([mark(0)])[0], WaveShut)
    store.close()
