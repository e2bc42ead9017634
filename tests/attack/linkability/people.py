"""Forty people who answer at overlapping times, and how an attacker sees them: in no order."""

import secrets
from collections.abc import Sequence
from random import Random
from typing import Final, Literal

import msgspec

from pulse.token.encoding import h, sha256
from pulse.token.invites import invite_hash
from pulse.token.message import token_hash

PEOPLE: Final = 40
ITEMS: Final = 6
# Seconds between two arrivals, on average, and at most between pressing "send" and the ballot.
GAP, DWELL = 1.0, 0.4

Kind = Literal["people", "tokens", "answers"]
What = Literal["issue", "cast"]


class Voter(msgspec.Struct, frozen=True):
    """The whole truth of one person, which nobody but the referee has."""

    person_id: str
    secret: bytes
    msg: bytes
    sig: bytes
    box: bytes
    plain: bytes


class Moment(msgspec.Struct, frozen=True):
    """When, in seconds since the opening, which person (by number) does what."""

    at: float
    what: What
    number: int


class Entity(msgspec.Struct, frozen=True):
    """A person, a token or an answer: every byte string that the attacker knows of it."""

    known: tuple[bytes, ...]
    size: int = 0


class Lineup(msgspec.Struct, frozen=True):
    """People, tokens and answers as the attacker gets them: three lists, each shuffled."""

    people: tuple[Entity, ...]
    tokens: tuple[Entity, ...]
    answers: tuple[Entity, ...]
    ballots: tuple[tuple[bytes, bytes], ...]  # msg and box of each token
    noted: tuple[float, ...]  # when each person came, as somebody may have noted outside

    def of(self, kind: Kind) -> tuple[Entity, ...]:
        """Return one of the lists."""
        entities: tuple[Entity, ...] = getattr(self, kind)
        return entities


class Truth(msgspec.Struct, frozen=True):
    """For each person of a line-up the places of their token and of their answer."""

    tokens: tuple[int, ...]
    answers: tuple[int, ...]

    def pairs(self, left: Kind, right: Kind) -> dict[int, int]:
        """Return which of `right` belongs to each of `left`."""
        places: dict[Kind, Sequence[int]] = {
            "people": range(len(self.tokens)), "tokens": self.tokens, "answers": self.answers,
        }  # fmt: skip
        return dict(zip(places[left], places[right], strict=True))


def names(count: int = PEOPLE) -> list[str]:
    """Return ids of which no two begin with the same eight bytes."""
    return sorted(f"{secrets.token_hex(4)}-{number:02d}" for number in range(count))


def answers(chance: Random, count: int = PEOPLE) -> list[tuple[int, ...]]:
    """Return answers to six items, no two alike in the first four."""
    first = chance.sample(range(7**4), count)
    return [
        (*(number // 7**place % 7 for place in range(4)), *chance.choices(range(7), k=ITEMS - 4))
        for number in first
    ]


def schedule(chance: Random, count: int = PEOPLE) -> list[Moment]:
    """Return who does what when: in random order, some before others have finished."""
    now, moments = 0.0, []
    for number in chance.sample(range(count), count):
        now += chance.expovariate(1 / GAP)
        moments.append(Moment(now, "issue", number))
        moments.append(Moment(now + chance.uniform(0.05 * DWELL, DWELL), "cast", number))
    return sorted(moments, key=lambda moment: moment.at)


def lineup(
    voters: Sequence[Voter], moments: Sequence[Moment], chance: Random
) -> tuple[Lineup, Truth]:
    """Shuffle what the attacker gets; return it and the truth for the referee."""
    everybody = range(len(voters))
    came = {moment.number: moment.at for moment in moments if moment.what == "issue"}
    orders = [chance.sample(everybody, len(voters)) for _ in range(3)]
    people, tokens, given = ([voters[number] for number in order] for order in orders)
    seen = Lineup(
        people=tuple(_person(voter) for voter in people),
        tokens=tuple(_token(voter) for voter in tokens),
        answers=tuple(answer(voter.plain) for voter in given),
        ballots=tuple((voter.msg, voter.box) for voter in tokens),
        noted=tuple(came[number] for number in orders[0]),
    )
    places = [{number: place for place, number in enumerate(order)} for order in orders]
    truth = Truth(
        tokens=tuple(places[1][number] for number in orders[0]),
        answers=tuple(places[2][number] for number in orders[0]),
    )
    return seen, truth


def _person(voter: Voter) -> Entity:
    secret = voter.secret
    known = (
        voter.person_id.encode(), secret, invite_hash(secret), sha256(secret),
        sha256(invite_hash(secret)), h(b"pulse-slot/v1", secret),
    )  # fmt: skip
    return Entity(known, len(secret))


def _token(voter: Voter) -> Entity:
    msg, sig, box = voter.msg, voter.sig, voter.box
    known = (
        msg, msg[-32:], sig, box, token_hash(msg), sha256(token_hash(msg)), sha256(sig),
        sha256(box), sha256(msg + sig + box), box[1:65],
    )  # fmt: skip
    return Entity(known, len(box))


def answer(plain: bytes) -> Entity:
    """Return an answer as the attacker knows it: sealed plaintext, or the figures as text."""
    figures = plain[3:].rstrip(b"\0") if len(plain) == 32 else plain
    # In hex, the eight digits that are looked for first are the same four bytes for everybody.
    hexed = figures.hex().encode()
    return Entity((plain, ",".join(map(str, figures)).encode(), hexed, sha256(plain)), len(plain))


def spellings(answers: Sequence[int]) -> tuple[bytes, ...]:
    """Return how somebody's answers may stand in a file without all that is around them."""
    figures = [str(answer) for answer in answers]
    return (bytes(answers), *(between.join(figures).encode() for between in ("", " ", ",", ", ")))
