"""A wave's invitations: everybody's secret from one key, K_wave, which dies at the close."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import delete
from sqlalchemy.engine import Engine

from pulse.errors import WrongState
from pulse.invitation.tables import sent
from pulse.mail import claims
from pulse.mail.outbox import Outbox
from pulse.roster import Invited, members
from pulse.settings import Home
from pulse.store.files import destroy_file, write_atomically
from pulse.store.lock import only_one
from pulse.terms import Secret
from pulse.token.invites import person_secret

KWAVE_LENGTH: Final = 32
# What is told in channels while a wave is open, and told again if the same week opens anew.
OF_AN_OPEN_WAVE: Final = ("open", "reminder")


class Invitation(msgspec.Struct, frozen=True):
    """A person of a wave with the secret (32 bytes) that their link carries."""

    person: Invited
    secret: Secret


def kwave_path(home: Home, wave: str) -> Path:
    """Return where K_wave lies: `keys/operator/{wave}.kwave`."""
    return home.operator_keys / f"{wave}.kwave"


def make_kwave(home: Home, wave: str) -> Secret:
    """Draw K_wave and write it, 0600; only a wave that is being opened may."""
    key = secrets.token_bytes(KWAVE_LENGTH)
    write_atomically(kwave_path(home, wave), key)
    return Secret(key)


def read_kwave(home: Home, wave: str) -> Secret:
    """Read K_wave.

    Raises:
        WrongState: it is not there (the wave has closed), or damaged.
    """
    try:
        key = kwave_path(home, wave).read_bytes()
    except OSError as error:
        raise WrongState("The key of this wave's links is gone.", where=wave) from error
    if len(key) != KWAVE_LENGTH:
        raise WrongState("The key of this wave's links is damaged.", where=wave)
    return Secret(key)


def invitations(engine: Engine, wave: str, kwave: Secret) -> Iterator[Invitation]:
    """Yield everybody's invitation of `wave`, by person_id."""
    for person in members(engine, wave):
        yield Invitation(person, Secret(person_secret(kwave, person.person_id)))


def destroy(home: Home, engine: Engine, wave: str) -> None:
    """Destroy what makes or holds links of `wave`: K_wave, then the outbox and the marks.

    In this order, and waiting for a `send` that is under way: it ends when it misses K_wave
    after a batch. So no mail outlives a close that ran beside it, and none of a cancelled wave
    comes between those of the same week opened again. Again is fine.
    """
    destroy_file(kwave_path(home, wave))
    with only_one(mail_lock(home), engine, wait=True):
        take_back(home, engine, wave)


def take_back(home: Home, engine: Engine, wave: str) -> None:
    """Remove the mails of `wave` and their marks; the caller holds `mail_lock`."""
    # A mail server or our courier may take files meanwhile: this goes through the folder again.
    Outbox(home.outbox / wave).empty()
    claims.drop(engine, wave, OF_AN_OPEN_WAVE)
    with engine.begin() as connection:
        connection.execute(delete(sent).where(sent.c.wave == wave))


def mail_lock(home: Home) -> Path:
    """Return the lock that whoever writes or removes mails holds."""
    return home.state / "mail.lock"
