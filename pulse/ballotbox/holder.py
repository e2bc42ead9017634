"""The second holder, on a machine of their own: what a council does with its key file.

check    whether a published key list carries one of its keys, while people still answer
peel     BOX into P, once a wave; everything that comes from the operator is checked
forget   destroy the key of a wave, once the operator has confirmed H(P)
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from pulse.ballotbox import memory, pairs
from pulse.ballotbox.bundle import beside, read_bundle, read_terms
from pulse.ballotbox.export import read_header
from pulse.ballotbox.memory import Noted
from pulse.ballotbox.peel import peel, survey
from pulse.ballotbox.peeled import encode_peeled
from pulse.errors import BadKeyList, Held, Refused
from pulse.store.files import write_atomically
from pulse.token.encoding import unb64u
from pulse.token.keylist import KeyList, hex_hash

FETCH_AGAIN: Final = (
    "Nothing was peeled. If BOX was damaged on its way, fetch it again: the operator's "
    "`pulse wave close` writes it anew, the same bytes."
)


class Checked(msgspec.Struct, frozen=True):
    """A key list that carries one of the council's keys; `fingerprint` are its eight words."""

    wave: str
    pair: str
    keys: str
    fingerprint: str
    closes: str
    k: int
    groups: int
    invited: int


class PeeledHere(msgspec.Struct, frozen=True):
    """What was peeled: counts of the whole wave, and `peeled` = H(P) in hex."""

    wave: str
    pair: str
    keys: str
    fingerprint: str
    ballots: int
    spoiled_outer: int
    repeated: int
    tokens: str
    out: str
    peeled: str


class Forgotten(msgspec.Struct, frozen=True):
    """The pairs of a wave whose secret halves are no more."""

    wave: str
    pairs: tuple[str, ...]


def check(key_list: Path, key: Path) -> Checked:
    """Tell which of the council's keys a published key list carries, and remember it.

    Args:
        key_list: the list as the staff site serves it.
        key: F.

    Raises:
        Refused: the list carries no key of F, is no key list, or names another holder.
        Held: the key belongs to another list.
    """
    published = key_list.read_bytes()
    try:
        keys, words = read_terms(published)
    except BadKeyList as error:
        told = f"{error.message} KEYS is the file keys-….json that the staff site serves under /w/."
        raise BadKeyList(told, where=error.where or key_list.name) from error
    path = f"/w/{keys.wave}/keys-{hex_hash(published)}.json"
    with memory.alone(key):
        new = _own(keys, path, key)
        notes = memory.recall(key)
        memory.admit(notes, new)
        if new.pair not in {note.pair for note in notes}:
            memory.note(key, notes, new)
    return Checked(keys.wave, new.pair, path, words, keys.closes, keys.k, keys.groups, keys.invited)


def peel_box(box: Path, key: Path, out: Path, groups: Path | None = None) -> PeeledHere:
    """Check BOX and its list, peel every box, remember it and write P.

    Args:
        box: the exported ballots.
        key: F.
        out: where P goes; another file there is never overwritten.
        groups: the list that belongs to BOX; by default the one beside it.

    Raises:
        Refused: no key of this wave in F, a list that fails its proofs, `out` is taken.
        Held: BOX is refused, as `survey`, `peel` and `memory.admit` say.
    """
    with _advised():
        header, _ = read_header(box)
    terms = read_bundle(groups or beside(box), header)
    keys = terms.keys
    with memory.alone(key):
        own = _own(keys, header.keys, key)
        with _advised():
            surveyed = survey(box, terms.listed, keys.k)
            if terms.box and terms.box != surveyed.digest:
                raise Held("This is not the BOX that its list was written for.", where=box.name)
        notes = memory.recall(key)
        memory.admit(notes, msgspec.structs.replace(own, box=surveyed.digest))
        secret = partial(pairs.read_secret, key, unb64u(keys.outer))
        with _advised():
            told, records = peel(box, surveyed, secret, terms.listed)
        data = encode_peeled(told, records)
        taken = out.exists() and out.read_bytes() != data
        if taken or out.resolve() == memory.place(key).resolve():
            raise Refused("Another file has this name; nothing was overwritten.", where=str(out))
        digest = hashlib.sha256(data).hexdigest()
        use = msgspec.structs.replace(own, box=surveyed.digest, peeled=digest)
        memory.note(key, notes, use)
        write_atomically(out, data)
    return PeeledHere(
        wave=keys.wave,
        pair=own.pair,
        keys=header.keys,
        fingerprint=terms.fingerprint,
        ballots=sum(told.ballots.values()),
        spoiled_outer=told.spoiled_outer,
        repeated=told.repeated,
        tokens=told.tokens,
        out=str(out),
        peeled=digest,
    )


@contextmanager
def _advised() -> Iterator[None]:
    """Say with every refusal of BOX what can be done where it was damaged on its way."""
    try:
        yield
    except Held as error:
        raise Held(f"{error.message} {FETCH_AGAIN}", where=error.where) from error


def forget(key: Path, *, confirm: str = "", wave: str = "") -> Forgotten:
    """Destroy the secret half of a wave's key; what it was used for stays noted.

    Nobody can open the wave any more: P must have arrived, or the wave must be over.

    Args:
        key: F.
        confirm: H(P) in hex, as the operator's report of the released wave tells it.
        wave: or the wave itself, where it was cancelled, lost or never peeled.

    Raises:
        Refused: nothing was noted of such a P or wave; nothing was destroyed.
    """
    with memory.alone(key):
        notes = memory.recall(key)
        meant = [n for n in notes if (n.peeled == confirm if confirm else n.wave == wave)]
        for each in meant:
            pairs.destroy(key, each.pair)
    if not meant:
        raise Refused(
            "These keys have peeled no such file and know no such wave; nothing was destroyed.",
            where=confirm or wave,
        )
    return Forgotten(meant[0].wave, tuple(each.pair for each in meant))


def _own(keys: KeyList, path: str, key: Path) -> Noted:
    """Return the first note of the pair that a list carries; it must be usable."""
    if keys.holder != "council":
        raise BadKeyList(
            f'Staff were told that the second key lies elsewhere ("{keys.holder}").',
            where=keys.wave,
        )
    point = unb64u(keys.outer)
    pairs.read_secret(key, point)
    return Noted(keys.wave, pairs.pair_name(point), path)
