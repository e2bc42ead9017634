"""A precinct: a home with one open wave, its ballots and requests to sign made beforehand.

Making a real ballot costs more than storing one, so a harness that loads a server makes them
once, signs directly with the groups' private keys, and copies the home for every round.
"""

import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_der_private_key

from pulse.terms import SealedBallot
from pulse.token.encoding import b64u, sha256
from pulse.token.invites import invite_hash
from pulse.token.message import new_message, token_context, token_hash
from tests.booth import SALT, WAVE, Booth
from tests.fault.crowd import Asked
from tests.station import GROUPS, Station, ballot_body

RIVALS: Final = 2  # different messages that ask for the same invitation


class Precinct:
    """A home as opening leaves it, and what people will send to it.

    Args:
        folder: an empty folder.
        people: how many are invited, an even number; each has a ballot, and `RIVALS` requests
            to sign for one invitation.

    Attributes:
        home: the home, not served; copy it with `place`.
        ballots: by t = H(msg), the ballots.
        casting: requests to `/ballot`, each keyed by its t.
        invitations: every h with its group.
        marks: by h, the hashes c of the rival messages for that invitation.
        issuing: requests to `/issue`, keyed by (h, c).
    """

    def __init__(self, folder: Path, people: int) -> None:
        station = Station(folder, people // 2)
        station.issued.close()
        station.box.close()
        self.home = station.home
        made = [each for g in GROUPS for each in _ballots(station.booth, g, people // 2)]
        self.ballots = {token_hash(ballot.msg): ballot for ballot in made}
        self.casting = [
            Asked.of((t,), "/ballot", ballot_body(ballot)) for t, ballot in self.ballots.items()
        ]
        self.invitations = [(invite_hash(s), g) for g in GROUPS for s in station.secrets[g]]
        self.marks: dict[bytes, set[bytes]] = {}
        self.issuing: list[Asked] = []
        for secret in (secret for g in GROUPS for secret in station.secrets[g]):
            h = invite_hash(secret)
            for blinded in (_blinded() for _ in range(RIVALS)):
                c = sha256(blinded)
                self.marks.setdefault(h, set()).add(c)
                body = {"v": 1, "secret": b64u(secret), "wave": WAVE, "blinded": b64u(blinded)}
                self.issuing.append(Asked.of((h, c), "/issue", body))

    def asked(self, what: str) -> Sequence[Asked]:
        """Return the requests of "casting" or "issuing", whatever else the name says."""
        return self.casting if what.startswith("casting") else self.issuing

    def place(self, folder: Path) -> Path:
        """Copy the untouched home to `folder`, replacing what lies there; return it."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.home.path, folder)
        return folder


def _ballots(booth: Booth, g: str, count: int) -> Sequence[SealedBallot]:
    private = load_der_private_key(booth.keys[g].private_der().reveal(), None)
    assert isinstance(private, RSAPrivateKey)
    pss = padding.PSS(padding.MGF1(SHA384()), SALT)
    ctx = token_context(WAVE, g, booth.keys[g].spki)
    plain = booth.plaintext([1] * booth.n)
    made = []
    for _ in range(count):
        msg = new_message(ctx)
        sealed = booth.sealer.seal(plain, ctx, msg)
        made.append(SealedBallot(g, msg, private.sign(msg, pss, SHA384()), sealed))
    return made


def _blinded() -> bytes:
    # Below every modulus of 2048 bits, and coprime but for a chance that nobody has ever met.
    return bytes([secrets.randbelow(127) + 1]) + secrets.token_bytes(255)
