"""A ballot that nobody cast: tries a wave's keys through every layer before anybody answers."""

import secrets
from collections.abc import Mapping

from pulse.ballotbox import responses
from pulse.ballotbox.seal import Opener, Peeler, Sealer, point_of, public_of
from pulse.errors import BadKeyList, Busy, InvalidToken, Spoiled
from pulse.terms import CANARY_GROUP, PREFERS_NOT, Response, Secret
from pulse.token import rfc9474
from pulse.token.keys import SigningKey
from pulse.token.message import new_message, token_context


def try_keys(
    wave: str,
    keys: Mapping[str, SigningKey],
    inner: Secret,
    outer: Secret | bytes,
    form: int,
    n: int,
) -> None:
    """Sign and verify a token under every key; seal, peel and open ballots with both pairs.

    The group is 00000, which the real box refuses.

    Args:
        wave: the wave's id.
        keys: each group's signing key.
        inner: the operator's private scalar.
        outer: the holder's private scalar; or a council's public point alone, whose other half
            was tried where it was made: then ballots are sealed to it, and the inner layer is
            opened from a box that never had an outer one.
        form: the rotation block.
        n: how many items are asked.

    Raises:
        BadKeyList: a key does not do its work; the wave must not open.
    """
    sealer, opener = Sealer(public_of(inner), point_of(outer)), Opener(inner)
    peeler = Peeler(outer) if isinstance(outer, Secret) else None
    for place, (g, key) in enumerate(keys.items()):
        ctx = token_context(wave, CANARY_GROUP, key.spki)
        msg = new_message(ctx)
        response = Response(form, (place % (PREFERS_NOT + 1),) * n)
        try:
            rfc9474.verify(key.spki, msg, _token(key, msg))
            plaintext = responses.encode(response, n)
            box = sealer.seal(plaintext, ctx, msg)
            bare = peeler.peel(msg, box) if peeler else sealer.inner(plaintext, ctx)
            sound = responses.decode(opener.open(ctx, bare), form, n) == response
        except (Busy, InvalidToken, Spoiled):
            sound = False
        if not sound:
            raise BadKeyList("A fresh key failed its trial; run it again.", where=g)


def _token(key: SigningKey, msg: bytes) -> bytes:
    n, e = int(key.n), int(key.e)
    salt = secrets.token_bytes(rfc9474.SALT_LENGTH)
    blinded = rfc9474.blind(msg, n, e, salt, rfc9474.random_blind(n))
    return rfc9474.finalize(msg, rfc9474.blind_sign(key, blinded.blinded), blinded.inv, n, e)
