"""Seals the secrets of second factors: a code has to be computed, so a hash will not do.

AES-256-GCM (NIST SP 800-38D) under a key in a file of its own (0600), bound to the account. The
database alone, a dump of it, a backup (which never holds a key) or a replica thus gives no code
away, and a row moved to another account opens nothing.
"""

import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pulse.errors import Refused
from pulse.store.files import hand_over, sync_folder
from pulse.terms import Secret

NAME: Final = "factor.key"
_KEY: Final = 32
_NONCE: Final = 12


class Vault:
    """Seals and opens under the key in `folder`, which is drawn at first use."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME

    def seal(self, account_id: int, secret: Secret) -> bytes:
        """Return `secret` sealed for one account: nonce, then ciphertext with its tag."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher().encrypt(nonce, secret.reveal(), _bound(account_id))

    def open(self, account_id: int, sealed: bytes) -> Secret | None:
        """Return what was sealed for this account, or None if another key or account sealed it."""
        if len(sealed) < _NONCE:
            return None
        try:
            opened = self._cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(account_id))
        except InvalidTag:
            return None
        return Secret(opened)

    def _cipher(self) -> AESGCM:
        if not self._file.exists():
            _draw(self._file)
        key = self._file.read_bytes()
        if len(key) != _KEY:
            raise Refused(
                "The key of the second factors is damaged. Delete it, and let "
                "`pulse leaders reset EMAIL --second-factor` give everybody concerned a new start.",
                where=NAME,
            )
        return AESGCM(key)


def _draw(file: Path) -> None:
    """Write a fresh key, complete or not at all; of several processes one wins."""
    unfinished = file.with_name(f"{file.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(secrets.token_bytes(_KEY))
            out.flush()
            os.fsync(out.fileno())
        hand_over(unfinished)
        try:
            os.link(unfinished, file)
        except FileExistsError:
            return
    finally:
        unfinished.unlink()
    sync_folder(file.parent)


def _bound(account_id: int) -> bytes:
    return f"second factor of account {account_id}".encode()
