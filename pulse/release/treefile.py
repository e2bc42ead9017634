"""The frozen tree as a file: `tree.json` of a release, and the same bytes while a wave runs."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from pulse.errors import BadRelease
from pulse.terms import Tree, Unit


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
    try:
        return decode(path.read_bytes())
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
