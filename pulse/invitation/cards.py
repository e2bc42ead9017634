"""Codes of printed cards for people without an address: one each, and nobody's in particular.

A code is drawn for a group, never for a person: people take a card from a shuffled pile. While
the wave is open the operator's file tells which codes open which group; it dies with K_wave.
"""

import os
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy.engine import Engine

from pulse.errors import WrongState
from pulse.roster import Invited, members
from pulse.settings import Home
from pulse.store.files import write_atomically
from pulse.terms import Progress, Secret, silent
from pulse.token.invites import card_secret

CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nothing to mistake
CODE_LENGTH: Final = 16  # of five bits each
LABEL: Final = "Making cards"


class _Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wave: str
    codes: dict[str, tuple[str, ...]]  # by the group's unit_id, ascending


def by_card(person: Invited) -> bool:
    """Tell whether this person answers by card: who has no address does."""
    return not person.email


def counts(engine: Engine, wave: str) -> Counter[str]:
    """Count the people of `wave` who answer by card, by the unit_id of their group."""
    return Counter(person.unit_id for person in members(engine, wave) if by_card(person))


def count(engine: Engine, wave: str) -> int:
    """Count all people of `wave` who answer by card."""
    return counts(engine, wave).total()


def codes_path(home: Home, wave: str) -> Path:
    """Return where the codes lie until the close: `keys/operator/{wave}.cards`."""
    return home.operator_keys / f"{wave}.cards"


def make_codes(
    home: Home, wave: str, wanted: Mapping[str, int], progress: Progress = silent
) -> list[tuple[str, Secret]]:
    """Draw the codes of a wave that is being opened, and write them, 0600.

    Each costs 300,000 rounds of hashing, for which every core is used.

    Args:
        home: the folders.
        wave: the ISO week.
        wanted: how many codes by the group's unit_id; no person comes into it.
        progress: told after each code.

    Returns:
        The group's unit_id with a secret (32 bytes), once for every code.
    """
    drawn = {unit: _draw(number) for unit, number in sorted(wanted.items()) if number}
    if not drawn:
        return []
    write_atomically(codes_path(home, wave), msgspec.json.encode(_Codes(wave, drawn)))
    units = [unit for unit, codes in drawn.items() for _ in codes]
    codes = [Secret(code.encode()) for codes in drawn.values() for code in codes]
    return list(zip(units, stretch(codes, wave, progress), strict=True))


def stretch(codes: Sequence[Secret], wave: str, progress: Progress = silent) -> list[Secret]:
    """Return the secret (32 bytes) of each code of `wave`; 25 ms a code on two cores."""
    made = []
    progress(LABEL, 0, len(codes))
    # Hashing lets go of the interpreter's lock, so threads share it out over the cores.
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        for secret in workers.map(lambda code: card_secret(code.reveal(), wave), codes):
            made.append(Secret(secret))
            progress(LABEL, len(made), len(codes))
    return made


def read_codes(home: Home, wave: str) -> Mapping[str, tuple[Secret, ...]]:
    """Return the codes of an open wave by the group's unit_id; empty if nobody has a card.

    Raises:
        WrongState: the file is damaged.
    """
    path = codes_path(home, wave)
    if not path.exists():
        return {}
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Codes)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WrongState("The codes of this wave's cards are damaged.", where=wave) from error
    return {unit: tuple(Secret(c.encode()) for c in codes) for unit, codes in kept.codes.items()}


def _draw(number: int) -> tuple[str, ...]:
    """Draw codes, all different, in an order that tells nothing: their own."""
    codes: set[str] = set()
    while len(codes) < number:
        codes.add("".join(_characters()))
    return tuple(sorted(codes))


def _characters() -> Iterator[str]:
    for _ in range(CODE_LENGTH):
        yield secrets.choice(CROCKFORD)
