"""Looks at the keys of the week that is open: whether they are those that were published.

While a week is open a sound copy of a key file can still be brought back; once it has closed
under a damaged one, its answers are lost.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pulse import wave as waves
from pulse.ballotbox.seal import public_of
from pulse.closing.plan import Places
from pulse.errors import BadKeyList, InvalidValue
from pulse.issuer import keyfile
from pulse.settings import Home
from pulse.terms import Secret
from pulse.token.encoding import b64u
from pulse.token.keys import SigningKey
from pulse.token.publishing import read_index
from pulse.upkeep.finding import Check

_BACK: Final = "Bring back a sound copy of this very file (of the disk, not an older one)."

_ANOTHERS: Final = "This key is another user's; run the doctor as root to have it looked at."


class _Published(msgspec.Struct, frozen=True):
    """What the key list says of the opening keys."""

    box: str
    outer: str
    holder: str


def look(home: Home, rows: Sequence[waves.Wave]) -> Iterator[Check]:
    """Yield what there is to say of the open week's keys; nothing where none is open."""
    for row in rows:
        if row.state == "open":
            yield from _looked(home, row)


def _looked(home: Home, row: waves.Wave) -> Iterator[Check]:
    places = Places(home, row.wave)
    listed = home.published / row.wave / Path(row.keys).name
    try:
        terms = msgspec.json.decode(listed.read_bytes(), type=_Published)
        groups = {each.g: each.spki for each in read_index(places.groups.read_bytes(), row.wave)}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, BadKeyList):
        told = f"What was published of the open week is damaged or missing. {_BACK}"
        yield Check("keys", "fail", told, str(listed.parent))
        return
    bad = [*_signing(places.signing_keys, groups), *_opening(places.inner_key, terms.box)]
    if terms.holder != "council":
        bad += _opening(places.outer_key, terms.outer)
    yield from bad
    if not bad:
        yield Check("keys", "ok", "The keys of the open week are those that were published.")


def _signing(path: Path, groups: dict[str, str]) -> Iterator[Check]:
    """Compare every signing key with the public half that people of its group were given."""
    if _barred(path):
        yield Check("keys", "warn", _ANOTHERS, str(path))
        return
    try:
        private = keyfile.read(path)
    except BadKeyList:
        told = f"The signing keys cannot be read, so nobody can answer. {_BACK}"
        yield Check("keys", "fail", told, str(path))
        return
    damaged = [g for g, spki in groups.items() if not _signs(private.get(g), spki)]
    if damaged:
        told = (
            f"Signing keys ({len(damaged)} of {len(groups)}) are not those that were published, so "
            f"nobody of their groups can answer. {_BACK}"
        )
        yield Check("keys", "fail", told, str(path))


def _barred(path: Path) -> bool:
    try:
        path.open("rb").close()
    except PermissionError:
        return True
    except OSError:
        pass  # said by whoever reads it
    return False


def _signs(der: Secret | None, spki: str) -> bool:
    try:
        return der is not None and b64u(SigningKey.from_der(der).spki) == spki
    except InvalidValue:
        return False


def _opening(path: Path, point: str) -> Iterator[Check]:
    if _barred(path):
        yield Check("keys", "warn", _ANOTHERS, str(path))
        return
    try:
        sound = b64u(public_of(Secret(path.read_bytes()))) == point
    except (OSError, InvalidValue):
        sound = False
    if not sound:
        told = f"This opening key is missing or damaged: no answer could be opened. {_BACK}"
        yield Check("keys", "fail", told, str(path))
