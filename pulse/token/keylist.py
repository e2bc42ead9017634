"""What a wave publishes before anybody answers: the key list (M1) and one file per group.

The client holds the first 16 bytes of H(M1) from its link. From there everything follows:
M1 names the root, and the root fixes every group's number, size, label and key.
"""

import re
from typing import Final, Literal, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from pulse.errors import BadKeyList, InvalidValue
from pulse.terms import CANARY_GROUP, GROUP_NUMBER, MAX_ITEMS, TOP, WAVE_ID
from pulse.token.encoding import sha256, unb64u
from pulse.token.keys import read_public
from pulse.token.merkle import verify_inclusion

FINGERPRINT_LENGTH: Final = 16
POINT_LENGTH: Final = 65
HASH_LENGTH: Final = 32
K_FLOOR: Final = 5
_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_CONSONANTS: Final = "bdfghjklmnprstvz"
_VOWELS: Final = "aiou"

_File = TypeVar("_File", "KeyList", "GroupFile")


class KeyList(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """M1: the terms of a wave. `box`, `outer` and `root` are base64url, `page` and `texts` hex.

    `n` items are asked, answered 1..`top`; `lead` names those for leaders' groups only;
    `groups` and `invited` are totals; `closes` is an ISO 8601 time with its offset.
    """

    v: int = 1
    wave: str
    closes: str
    k: int
    form: int
    n: int
    top: int = TOP
    items: tuple[str, ...]
    lead: tuple[str, ...] = ()
    box: str
    outer: str
    holder: Literal["same-user", "same-host", "council"]
    page: str
    texts: dict[str, str]
    groups: int
    invited: int
    root: str


class GroupFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One group's key (`spki`, base64url DER) with its place (`index`, `path`) under the root."""

    g: str
    label: str
    invited: int
    leaders: bool
    spki: str
    index: int
    path: tuple[str, ...]


def encode(file: KeyList | GroupFile) -> bytes:
    """Return the published bytes: compact JSON, fields in the order of the struct."""
    return msgspec.json.encode(file)


def hex_hash(published: bytes) -> str:
    """Return H(bytes) in hex, as it stands in a published file's name."""
    return sha256(published).hex()


def fingerprint16(m1_bytes: bytes) -> bytes:
    """Return the first 16 bytes of H(M1): in every link, and what people compare as words."""
    return sha256(m1_bytes)[:FINGERPRINT_LENGTH]


def proquints(fingerprint: bytes) -> str:
    """Return 16 bytes as eight pronounceable words, parted by spaces (proquints, Wilkerson 2009).

    Each word carries 16 bits: consonant, vowel, consonant, vowel, consonant.
    """
    words = []
    for i in range(0, len(fingerprint), 2):
        v = int.from_bytes(fingerprint[i : i + 2], "big")
        words.append(
            _CONSONANTS[v >> 12]
            + _VOWELS[v >> 10 & 3]
            + _CONSONANTS[v >> 6 & 15]
            + _VOWELS[v >> 4 & 3]
            + _CONSONANTS[v & 15]
        )
    return " ".join(words)


def leaf(g: str, invited: int, label: str, spki: bytes) -> bytes:
    """Return a group's leaf: g || uint32be invited || uint16be len(label) || label || SPKI."""
    name = label.encode()
    return g.encode() + invited.to_bytes(4, "big") + len(name).to_bytes(2, "big") + name + spki


def read_keylist(published: bytes, expected16: bytes) -> KeyList:
    """Read M1 as a client does.

    Args:
        published: the bytes as fetched.
        expected16: the fingerprint from the link.

    Raises:
        BadKeyList: another list than the link promises, or one that breaks its own rules.
    """
    if fingerprint16(published) != expected16:
        raise BadKeyList("This is not the key list that the link names.")
    keys = _read(published, KeyList)
    sound = (
        keys.v == 1
        and WAVE_ID.fullmatch(keys.wave)
        and _MOMENT.fullmatch(keys.closes)
        and keys.k >= K_FLOOR
        and 0 <= keys.form <= 255  # noqa: PLR2004 - one byte of the plaintext
        and 1 <= keys.n == len(set(keys.items)) == len(keys.items) <= MAX_ITEMS
        and keys.top == TOP
        and set(keys.lead) <= set(keys.items)
        and keys.texts
        and all(_HEX.fullmatch(value) for value in (keys.page, *keys.texts.values()))
        and 1 <= keys.groups <= keys.invited
    )
    if not sound:
        raise BadKeyList("The key list breaks its own rules.")
    _field(keys.root, HASH_LENGTH, "root")
    _check_point(keys.box, "box")
    _check_point(keys.outer, "outer")
    return keys


def read_group(published: bytes, expected_hex: str, keys: KeyList) -> GroupFile:
    """Read a group's file as a client does, against the key list it belongs to.

    Args:
        published: the bytes as fetched.
        expected_hex: the hash in the file's name.
        keys: the checked key list.

    Raises:
        BadKeyList: another file, a key outside the list, a weak key, or too small a group.
    """
    if hex_hash(published) != expected_hex:
        raise BadKeyList("This is not the group file that its name promises.")
    group = _read(published, GroupFile)
    if not GROUP_NUMBER.fullmatch(group.g) or group.g == CANARY_GROUP:
        raise BadKeyList("This is no group's number.", where="g")
    if group.invited < max(K_FLOOR, keys.k):
        raise BadKeyList("This group is too small to protect anybody.", where=group.g)
    spki = _field(group.spki, None, "spki")
    try:
        read_public(spki)
        row = leaf(group.g, group.invited, group.label, spki)
    except (InvalidValue, OverflowError) as error:
        raise BadKeyList("This group's key or label is unusable.", where=group.g) from error
    path = [_field(entry, HASH_LENGTH, "path") for entry in group.path]
    root = _field(keys.root, HASH_LENGTH, "root")
    verify_inclusion(row, group.index, keys.groups, path, root)
    return group


def _read(published: bytes, kind: type[_File]) -> _File:
    try:
        file = msgspec.json.decode(published, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadKeyList(f"This file cannot be read: {error}.") from error
    # One list, one byte string: no repeated field, no other spelling of the same list.
    if encode(file) != published:
        raise BadKeyList("This file is not written as Pulse writes it.")
    return file


def _field(text: str, length: int | None, name: str) -> bytes:
    try:
        return unb64u(text, length)
    except InvalidValue as error:
        raise BadKeyList("A field is not base64url of its length.", where=name) from error


def _check_point(text: str, name: str) -> None:
    raw = _field(text, POINT_LENGTH, name)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError as error:
        raise BadKeyList("An opening key is no point of the curve.", where=name) from error
