"""The list that travels beside BOX, so that a holder elsewhere believes nobody.

    line 1   the key list (M1), byte for byte as it was published
    line 2…  {"g":…,"invited":…,"label":…,"spki":…}               one line a group, ascending
    last     {"box":…}                                            SHA-256 of BOX in hex

BOX names the key list by its hash and the key list names the root over all groups: whoever has
BOX and these lines can check every group's size and key without asking the operator. The last
line says nothing of trust: a BOX that was damaged on its way must not be peeled, for what it
spoils no second peel brings back. Lists without it are taken too.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from pulse.ballotbox.export import BoxHeader
from pulse.ballotbox.peeled import Listed, digest
from pulse.errors import BadKeyList, InvalidValue
from pulse.store.files import write_atomically
from pulse.terms import CANARY_GROUP, GROUP_NUMBER
from pulse.token.encoding import unb64u
from pulse.token.keylist import KeyList, fingerprint16, hex_hash, leaf, proquints, read_keylist
from pulse.token.keys import read_public
from pulse.token.merkle import merkle_root

SUFFIX: Final = ".groups"


class Entry(msgspec.Struct, frozen=True):
    """A group: number, people invited, label, and SPKI in base64url."""

    g: str
    invited: int
    label: str
    spki: str


class Bundle(msgspec.Struct, frozen=True):
    """The checked terms of a wave: its key list, the list's eight words, its groups by number.

    `box` is the hash of the BOX that the list was written for, empty where it names none.
    """

    keys: KeyList
    fingerprint: str
    listed: Mapping[str, Listed]
    box: str = ""


class _Sum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    box: str


def beside(box: Path) -> Path:
    """Return where the list of a BOX lies: 2026-W09.box has 2026-W09.groups beside it."""
    return box.with_suffix(SUFFIX)


def write_bundle(out: Path, key_list: Path, groups: Path, box: Path | None = None) -> None:
    """Write the list for BOX (0600).

    Args:
        out: where it goes.
        key_list: the published key list.
        groups: the wave's `groups.json`.
        box: BOX as it was written.
    """
    entries = msgspec.json.decode(groups.read_bytes(), type=tuple[Entry, ...])
    lines = [key_list.read_bytes(), *map(msgspec.json.encode, entries)]
    if box is not None:
        lines.append(msgspec.json.encode(_Sum(digest(box))))
    write_atomically(out, b"".join(line + b"\n" for line in lines))


def read_terms(published: bytes) -> tuple[KeyList, str]:
    """Return a key list that keeps its own rules, with its eight words.

    Raises:
        BadKeyList: it does not.
    """
    words = fingerprint16(published)
    return read_keylist(published, words), proquints(words)


def read_bundle(path: Path, header: BoxHeader) -> Bundle:
    """Read the list of a BOX and check it against BOX's header.

    Args:
        path: the list.
        header: the first line of BOX.

    Raises:
        BadKeyList: missing or cut off; another key list than BOX names; groups that are not
            exactly those under the key list's root; a group's key that is too weak.
    """
    try:
        key_list, *rest = path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadKeyList(
            f"The list that belongs to BOX is missing; fetch {path.name} from where BOX lay.",
            where=str(path),
        ) from error
    if header.keys != f"/w/{header.wave}/keys-{hex_hash(key_list)}.json":
        raise BadKeyList("BOX names another key list than this one.", where=path.name)
    keys, words = read_terms(key_list)
    if keys.wave != header.wave or rest[-1:] != [b""]:
        raise BadKeyList("This list is of another wave, or cut off.", where=path.name)
    lines, box = _without_sum(rest[:-1])
    entries = [_entry(line, path) for line in lines]
    numbers = [entry.g for entry in entries]
    if (
        len(entries) != keys.groups
        or sum(entry.invited for entry in entries) != keys.invited
        or numbers != sorted(set(numbers))
        or merkle_root([_leaf(entry) for entry in entries]) != unb64u(keys.root)
    ):
        raise BadKeyList("These groups are not those of the published list.", where=path.name)
    listed = {each.g: Listed(each.g, each.invited, each.spki) for each in entries}
    return Bundle(keys, words, listed, box)


def _without_sum(lines: list[bytes]) -> tuple[list[bytes], str]:
    """Part the groups' lines from the hash of BOX, where that stands at their end."""
    try:
        return lines[:-1], msgspec.json.decode(lines[-1], type=_Sum).box
    except (IndexError, msgspec.DecodeError, UnicodeDecodeError):
        return lines, ""


def _entry(line: bytes, path: Path) -> Entry:
    try:
        entry = msgspec.json.decode(line, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadKeyList("A line of this list cannot be read.", where=path.name) from error
    if not GROUP_NUMBER.fullmatch(entry.g) or entry.g == CANARY_GROUP:
        raise BadKeyList("This is no group's number.", where=entry.g)
    return entry


def _leaf(entry: Entry) -> bytes:
    try:
        spki = unb64u(entry.spki)
        read_public(spki)
        return leaf(entry.g, entry.invited, entry.label, spki)
    except (InvalidValue, OverflowError, UnicodeEncodeError) as error:
        raise BadKeyList("This group's key, size or label is unusable.", where=entry.g) from error
