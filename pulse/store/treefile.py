"""The frozen tree as a file: `tree.json` of a release, and the same bytes while a wave runs."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from pulse.errors import BadRelease
from pulse.store.files import companion, write_atomically
from pulse.terms import Tree, Unit

HASH: Final = ".sha256"


def encode(tree: Tree) -> bytes:
    """Return the bytes of `tree.json`: one JSON object, one line, ending in a newline."""
    return msgspec.json.encode(tree) + b"\n"


def decode(data: bytes) -> Tree:
    """Read the bytes of a `tree.json`.

    Raises:
        BadRelease: they are no tree with at least one unit.
    """
    try:
        tree = msgspec.json.decode(data, type=Tree)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRelease(f"This is no tree of units: {error}.", where="tree.json") from error
    if not tree.units:
        raise BadRelease("The tree has no units.", where="tree.json")
    return tree


def read(path: Path) -> Tree:
    """Read a tree file; errors as in `decode`, or BadRelease where it cannot be read."""
    return decode(_bytes(path))


def keep(path: Path, tree: Tree) -> None:
    """Write the frozen tree of a wave, durably, with its hash beside it."""
    data = encode(tree)
    write_atomically(companion(path, HASH), hashlib.sha256(data).hexdigest().encode())
    write_atomically(path, data)


def read_kept(path: Path) -> Tree:
    """Read what `keep` wrote; trees that were kept before there were hashes have none.

    Raises:
        BadRelease: as `read`, or the file is not what was written.
    """
    beside = companion(path, HASH)
    found = hashlib.sha256(_bytes(path)).hexdigest().encode()
    if beside.exists() and beside.read_bytes() != found:
        raise BadRelease(
            "The frozen tree of this wave was damaged on the disk; bring back a sound copy of "
            "the file and of the one beside it, and run it again.",
            where=str(path),
        )
    return read(path)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadRelease("The tree cannot be read.", where=str(path)) from error


def version(units: Iterable[Unit], groups: Mapping[str, str]) -> str:
    """Name a tree by its structure: 16 hex digits that change with units, parents and groups.

    Headcounts and display names do not enter: ordinary joiners and leavers keep the version.
    """
    structure = (
        sorted((unit.unit_id, unit.parent_id or "", unit.group) for unit in units),
        sorted(groups.items()),
    )
    return hashlib.sha256(msgspec.json.encode(structure)).hexdigest()[:16]
