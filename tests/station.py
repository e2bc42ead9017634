"""A polling station for tests: a home with one open wave, as opening leaves it, made quickly."""

import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pulse.ballotbox.store import BoxStore
from pulse.issuer import keyfile
from pulse.issuer.store import IssuerStore
from pulse.settings import Home
from pulse.store.files import destroy_file, write_atomically
from pulse.terms import SealedBallot, Tree, Unit
from pulse.token import rfc9474
from pulse.token.encoding import b64u, sha256
from pulse.token.invites import invite_hash
from pulse.token.message import new_message, token_context
from pulse.token.publishing import INDEX, group_files, read_index
from tests.booth import WAVE, Booth
from tests.shelves import rooms

ANSWERS = (1, 2, 3, 4, 5, 6)
CLOSED = "2026-W08"
GROUPS = ("00001", "00002")


class Station:
    """An open wave of two groups in a home, and a closed one before it.

    Args:
        folder: an empty folder.
        people: how many links each group has.

    Attributes:
        secrets: per group the secrets of its links.
        index: what `groups.json` holds.
        files: per group the URL path of its file.
    """

    def __init__(self, folder: Path, people: int = 8) -> None:
        self.home = Home(folder / "home")
        self.home.make()
        self.booth = Booth(folder)
        self.secrets = {g: [secrets.token_bytes(32) for _ in range(people)] for g in GROUPS}
        self._publish()
        invitations = [(invite_hash(s), g) for g, group in self.secrets.items() for s in group]
        private = [(g, key.private_der().reveal()) for g, key in self.booth.keys.items()]
        keyfile.write(self.home.issuer_keys / f"{WAVE}.keys", WAVE, private)
        self.issuer_file = self.home.issuer / f"{WAVE}.db"
        self.box_file = self.home.ballotbox / f"{WAVE}.db"
        self.rooms = rooms(self.home)
        self.issued = IssuerStore.create(self.rooms.issuer, WAVE, invitations)
        self.box = BoxStore.create(self.rooms.ballotbox, WAVE)
        self.issued.open_gate()
        self.box.open_gate()
        for shelf in self.rooms:
            shelf.remember_closed(CLOSED)

    def shut(self) -> None:
        """Shut both gates."""
        self.issued.shut_gate()
        self.box.shut_gate()

    def destroy(self) -> None:
        """Shut, remember the wave as closed, and destroy its stores and keys."""
        self.shut()
        self.issued.close()
        self.box.close()
        for shelf in self.rooms:
            shelf.remember_closed(WAVE)
            shelf.destroy(WAVE)
        destroy_file(self.home.issuer_keys / f"{WAVE}.keys")

    def blinded(self, g: str) -> rfc9474.Blinded:
        """Return a fresh blinded message for a group's key."""
        key = self.booth.keys[g]
        msg = new_message(token_context(WAVE, g, key.spki))
        n = int(key.n)
        salt = secrets.token_bytes(48)
        return rfc9474.blind(msg, n, int(key.e), salt, rfc9474.random_blind(n))

    def issue_body(self, g: str = "00001", person: int = 0, **changes: object) -> dict[str, Any]:
        """Return the fields of a request to sign, some of them changed."""
        secret = b64u(self.secrets[g][person])
        blinded = b64u(self.blinded(g).blinded)
        return {"v": 1, "secret": secret, "wave": WAVE, "blinded": blinded} | changes

    def ballot(self, g: str = "00001") -> SealedBallot:
        """Return a ballot as a browser casts it."""
        return self.booth.ballot(g, ANSWERS)

    def sign(self, g: str, msg: bytes) -> bytes:
        """Return a group key's signature on any message, unblinded."""
        key = self.booth.keys[g]
        n, e = int(key.n), int(key.e)
        blinded = rfc9474.blind(msg, n, e, secrets.token_bytes(48), rfc9474.random_blind(n))
        signed = rfc9474.blind_sign(key, blinded.blinded)
        return rfc9474.finalize(msg, signed, blinded.inv, n, e)

    def _publish(self) -> None:
        folder = self.home.published / WAVE
        folder.mkdir()
        keys = self.booth.keys
        listed = group_files(WAVE, flat_tree(keys), [key.spki for key in keys.values()])
        for name, content in listed.files.items():
            (folder / name).write_bytes(content)
        self.index = listed.files[INDEX]
        self.files = {row.g: row.file for row in read_index(self.index, WAVE)}
        terms = msgspec.json.encode({"v": 1, "wave": WAVE})
        self.keys_path = f"/w/{WAVE}/keys-{sha256(terms).hex()}.json"
        (folder / self.keys_path.rpartition("/")[2]).write_bytes(terms)
        current = msgspec.json.encode({"wave": WAVE, "keys": self.keys_path})
        write_atomically(self.home.published / "current.json", current)


def flat_tree(numbers: Iterable[str], people: int = 8) -> Tree:
    """Return a tree of equally large groups of these numbers below one root."""
    groups = [
        Unit(unit_id=g, parent_id="all", name=g, invited=people, group=True, g=g) for g in numbers
    ]
    root = Unit(unit_id="all", parent_id=None, name="All", invited=sum(u.invited for u in groups),
                group=False)  # fmt: skip
    return Tree(tree_version="1", units=(root, *groups), groups={})


def ballot_body(ballot: SealedBallot, **changes: object) -> dict[str, Any]:
    """Return the fields of a ballot's body in their order, some of them changed."""
    fields: Mapping[str, object] = {
        "v": 1,
        "wave": WAVE,
        "g": ballot.g,
        "msg": b64u(ballot.msg),
        "sig": b64u(ballot.sig),
        "box": b64u(ballot.box),
    }
    return {**fields, **changes}
