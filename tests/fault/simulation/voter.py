"""One person's browser: what it keeps, what it sends, and every way that this goes wrong."""

import random
import secrets
from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from pulse.token import rfc9474
from pulse.token.encoding import b64u, unb64u
from pulse.token.keylist import KeyList
from pulse.token.keys import read_public
from pulse.token.message import new_message, token_context
from tests.booth import SALT
from tests.fault.simulation.house import House
from tests.fault.simulation.model import Answers, Cast, Life, demand

SUITE: Final = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
CAST, SHUT, CONFLICT = 200, 410, 409
Body = Mapping[str, object]


class Voter:
    """A person with the link of one wave.

    Args:
        house: where requests go.
        life: the wave, whose model is told of each acknowledgement.
        person: who.
        keys: the key list as published.
    """

    def __init__(self, house: House, life: Life, person: str, keys: KeyList) -> None:
        self.house, self.life, self.person, self.keys = house, life, person, keys
        self.secret = b64u(life.links[person])
        self.g = ""
        self.msg = self.sig = self.ctx = self.inner = b""
        self.body: Body = {}
        self.answers: Answers | None = None

    # M2 and M3.

    def find(self) -> bool:
        """Ask which group the link belongs to; again is fine and tells nothing."""
        status, told = self.house.post("/me", {"v": 1, "secret": self.secret})
        may = {200, 404}
        if not self.life.issuing:  # until a server next looks, it may find that a store is going
            may |= {503}
        elif "signing" in self.life.lost:  # nobody must take their link for a wrong one
            may = {200, 503}
        demand(status in may, f"/me answered {status}")
        if status == 200 and told["wave"] == self.life.wave:
            self.g = told["g"]
        sure = self.life.issuing and "signing" not in self.life.lost
        demand(self.g or not sure, "an open wave does not know its own link")
        return bool(self.g)

    def issue(self, dice: random.Random) -> bool:
        """Get a token, whatever the network does; tell whether there is one."""
        if self.sig or not self.find():
            return bool(self.sig)
        spki = self.house.spki(self.life.wave, self.g)
        public = read_public(spki).public_numbers()
        self.ctx, n, e = token_context(self.life.wave, self.g, spki), public.n, public.e
        self.msg = new_message(self.ctx)
        mine = rfc9474.blind(self.msg, n, e, secrets.token_bytes(SALT), rfc9474.random_blind(n))
        other = rfc9474.blind(self.msg, n, e, secrets.token_bytes(SALT), rfc9474.random_blind(n))
        how = dice.choice(("plainly",) * 6 + ("malformed", "again", "another", "together", "late"))
        if how == "malformed":
            status, _ = self._m3(b"\xff" * 256)
            self._seen(status, 422)
        if how == "together":
            (status, told), (second, _) = self.house.post_together(
                "/issue", [self._asking(mine.blinded), self._asking(other.blinded)]
            )
            demand((status, second) != (CAST, CAST), f"{self.person} was given two tokens")
        else:
            status, told = self._m3(mine.blinded)
        self._seen(status, CAST)
        if status != CAST:
            return False
        self._issued()
        if how == "again":  # the first answer was lost: the very same bytes come back
            demand(self._m3(mine.blinded)[1] in (told, {}), "a repeat was signed differently")
        if how == "another":
            status, _ = self._m3(other.blinded)
            demand(status != CAST, f"{self.person} was given two tokens")
        signed = unb64u(told["blind_sig"])
        self.sig = rfc9474.finalize(self.msg, signed, mine.inv, n, e)
        return True

    def _issued(self) -> None:
        self.life.tokens[self.person] = self.life.tokens.get(self.person, 0) + 1
        demand(self.life.tokens[self.person] == 1, f"{self.person} was given two tokens")

    def _asking(self, blinded: bytes) -> Body:
        return {"v": 1, "secret": self.secret, "wave": self.life.wave, "blinded": b64u(blinded)}

    def _m3(self, blinded: bytes) -> tuple[int, Any]:
        status, told = self.house.post("/issue", self._asking(blinded))
        return status, told if status == CAST else {}

    def _seen(self, status: int, good: int) -> None:
        """Compare an answer of the issuer with what the world outside knows of the gate."""
        if self.life.lost & {"signing"}:
            return
        may = {True: {good}, False: {SHUT}, None: {good, SHUT}}[self.life.issuing]
        demand(status in may, f"the issuer answered {status} where {sorted(may)} are right")

    # M4.

    def seal(self, how: str, borrowed: bytes = b"") -> None:
        """Seal the answers once and for all; `how` may spoil them."""
        self.answers = self.life.next_answers()
        plain = bytes((1, self.keys.form, self.keys.n, *self.answers)).ljust(32, b"\0")
        if how == "wrong contents":
            plain = b"\x07" * 32
        context = bytes(32) if how == "wrong inner" else self.ctx
        self.inner = borrowed or _sealed(self.keys.box, b"pulse-box/v1\0" + context, plain)
        if how != "plainly" or borrowed:
            self.answers = None
        self.body = self._ballot(self._outer(bytes(97) if how == "wrong outer" else self.msg))

    def _ballot(self, box: bytes, **changes: object) -> Body:
        wave, g = self.life.wave, self.g
        told = {"v": 1, "wave": wave, "g": g, "msg": b64u(self.msg), "sig": b64u(self.sig)}
        return {**told, "box": b64u(box), **changes}

    def cast(self, dice: random.Random) -> int:
        """Cast the sealed ballot, whatever the network does; return the last status."""
        how = dice.choice(
            ("plainly",) * 6 + ("tampered", "elsewhere", "again", "other bytes", "twice", "rivals")
        )
        if how == "tampered":
            self._refused({**self.body, "sig": b64u(bytes(256))}, {403})
        if how == "elsewhere":
            self._refused({**self.body, "wave": "1999-W01"}, {404})
            self._refused({**self.body, "g": "00000"}, {403})
        if how in {"twice", "rivals"}:
            second = self.body if how == "twice" else self._other_box()
            (status, _), (rival, _) = self.house.post_together("/ballot", [self.body, second])
            if how == "rivals":
                demand(rival != CAST or status != CAST, "two ballots lie under one token")
                if rival == CAST:
                    self.body, self.answers, status = second, None, rival
            else:
                demand(rival == status, f"the same bytes got {status} and {rival}")
        else:
            status, _ = self.house.post("/ballot", self.body)
        may = {True: {CAST}, False: {SHUT}, None: {CAST, SHUT}}[self.life.casting]
        if self.life.end in {"cancelled", "restored"}:  # it may be open again, under other keys
            may = {403, 404, SHUT}
        demand(status in may, f"the ballot box answered {status} where {sorted(may)} are right")
        if status == CAST:
            self.life.acknowledge(Cast(self.person, self.g, self.answers))
        if how in {"again", "other bytes"} and status == CAST:
            self.repeat(other=how == "other bytes")
        return status

    def repeat(self, *, other: bool) -> None:
        """Send an acknowledged ballot again: the same bytes are fine, others never."""
        status, _ = self.house.post("/ballot", self._other_box() if other else self.body)
        right = CONFLICT if other else CAST
        may = {True: {right}, False: {SHUT}, None: {right, SHUT}}[self.life.casting]
        demand(status in may, f"a repeat got {status} where {sorted(may)} are right")

    def _other_box(self) -> Body:
        return self._ballot(self._outer(bytes(97)))

    def _outer(self, msg: bytes) -> bytes:
        return _sealed(self.keys.outer, b"pulse-outer/v1\0" + msg, self.inner)

    def _refused(self, body: Body, may: set[int]) -> None:
        status, _ = self.house.post("/ballot", body)
        allowed = may if self.life.casting else {*may, SHUT}
        if self.life.end in {"cancelled", "restored"}:
            allowed = {403, 404, SHUT}
        demand(status in allowed, f"a wrong ballot got {status} where {sorted(allowed)} are right")


def _sealed(public: str, info: bytes, plain: bytes) -> bytes:
    """Add one layer, as the protocol writes it down (RFC 9180, base mode)."""
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64u(public))
    return SUITE.encrypt(plain, point, info)
