"""People who answer: real tokens under the wave's own keys, real sealed boxes, in its stores."""

import random
import secrets
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from pulse import wave
from pulse.ballotbox import responses
from pulse.ballotbox.seal import Sealer
from pulse.ballotbox.store import BoxStore
from pulse.issuer import keyfile
from pulse.issuer.store import IssuerStore, Mark
from pulse.settings import Home, Settings
from pulse.store.databases import shelves
from pulse.terms import Response, SealedBallot
from pulse.token import rfc9474
from pulse.token.encoding import unb64u
from pulse.token.invites import invite_hash
from pulse.token.keylist import fingerprint16, read_keylist
from pulse.token.keys import SigningKey
from pulse.token.message import new_message, token_context, token_hash
from tests.booth import SALT


def answer(
    home: Home, settings: Settings, row: wave.Wave, links: Iterable[str], dice: random.Random
) -> int:
    """Let whoever has these links answer; return how many ballots the box took."""
    listed = (home.published / row.wave / Path(row.keys).name).read_bytes()
    keys = read_keylist(listed, fingerprint16(listed))
    sealer = Sealer(unb64u(keys.box), unb64u(keys.outer))
    rooms = shelves(home, settings)
    private = keyfile.read(home.issuer_keys / f"{row.wave}.keys")
    signing = {g: SigningKey.from_der(der) for g, der in private.items()}
    cast: list[tuple[bytes, SealedBallot]] = []
    with closing(IssuerStore(rooms.issuer, row.wave)) as issuer:
        for link in links:
            h = invite_hash(unb64u(link.partition("#")[2].partition(".")[0]))
            g = issuer.group_of(h)
            assert g is not None
            (marked,) = issuer.mark([Mark(h, secrets.token_bytes(32), lambda _: None)])
            assert not isinstance(marked, Exception), marked
            key = signing[g]
            ctx = token_context(row.wave, g, key.spki)
            msg, n, e = new_message(ctx), int(key.n), int(key.e)
            blind = rfc9474.blind(msg, n, e, secrets.token_bytes(SALT), rfc9474.random_blind(n))
            sig = rfc9474.finalize(msg, rfc9474.blind_sign(key, blind.blinded), blind.inv, n, e)
            given = tuple(dice.randint(1, 5) for _ in range(keys.n))
            plain = responses.encode(Response(keys.form, given), keys.n)
            ballot = SealedBallot(g, msg, sig, sealer.seal(plain, ctx, msg))
            cast.append((token_hash(msg), ballot))
    with closing(BoxStore(rooms.ballotbox, row.wave)) as box:
        taken = box.cast(cast) if cast else []
    for shelf in rooms:
        shelf.close()
    assert all(each is True for each in taken)
    return len(taken)
