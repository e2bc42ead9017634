"""Reading releases: only what the ledger names exists, and only with matching hashes."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from pulse.errors import BadRelease
from pulse.release import ledger, manifest
from pulse.release.manifest import Manifest
from pulse.store import treefile
from pulse.terms import Tree, Unit


class Release(msgspec.Struct, frozen=True):
    """One published wave; its cells are in `folder / "cells.parquet"` (`cells.read`)."""

    wave: str
    manifest: Manifest
    tree: Tree
    results: bytes
    folder: Path


def waves(releases: Path) -> tuple[str, ...]:
    """Return the released waves, ascending; BadRelease if the ledger's chain is broken."""
    return tuple(sorted(entry.wave for entry in ledger.read(releases)))


def verify_chain(releases: Path) -> list[ledger.Entry]:
    """Return the ledger's entries after checking the chain and every file hash behind it.

    Raises:
        BadRelease: the first line, manifest or file that does not match.
    """
    entries = ledger.read(releases)
    for entry in entries:
        _manifest(releases, entry)
    return entries


def manifests(releases: Path) -> tuple[Manifest, ...]:
    """Return the manifest of every release, ascending by wave, each compared with the ledger.

    The other files are not read.

    Raises:
        BadRelease: the chain is broken, or a manifest does not match it.
    """
    entries = sorted(ledger.read(releases), key=lambda entry: entry.wave)
    return tuple(_described(releases, entry) for entry in entries)


def load(releases: Path, wave: str) -> Release:
    """Read one release, every file of it compared with its hash.

    Raises:
        BadRelease: the ledger does not name this wave, or a file does not match.
    """
    for entry in ledger.read(releases):
        if entry.wave == wave:
            return _release(releases, entry, treefile.read)
    raise BadRelease("This wave was not released.", where=wave)


def everything(releases: Path) -> tuple[Release, ...]:
    """Read every release, ascending by wave; BadRelease as in `load`.

    Most units are the same from week to week: those that are equal are one object, and so are
    trees, so that a hundred weeks of a large organisation take the room of a few.
    """
    trees: dict[bytes, Tree] = {}
    units: dict[Unit, Unit] = {}
    groups: list[Mapping[str, str]] = []

    def tree(path: Path) -> Tree:
        data = read_file(path)
        digest = hashlib.sha256(data).digest()
        if digest not in trees:
            found = treefile.decode(data)
            same = tuple(units.setdefault(unit, unit) for unit in found.units)
            known = next((each for each in groups if each == found.groups), found.groups)
            groups[:] = [known]
            trees[digest] = msgspec.structs.replace(found, units=same, groups=known)
        return trees[digest]

    entries = sorted(ledger.read(releases), key=lambda entry: entry.wave)
    return tuple(_release(releases, entry, tree) for entry in entries)


def _release(releases: Path, entry: ledger.Entry, tree: Callable[[Path], Tree]) -> Release:
    folder = releases / entry.wave
    described = _manifest(releases, entry)
    results = (folder / "results.json").read_bytes()
    return Release(entry.wave, described, tree(folder / "tree.json"), results, folder)


def _described(releases: Path, entry: ledger.Entry) -> Manifest:
    data = read_file(releases / entry.wave / manifest.NAME)
    if ledger.digest(data) != entry.manifest:
        raise BadRelease("The manifest is not the one in the ledger.", where=entry.wave)
    described = manifest.decode(data)
    if described.wave != entry.wave or tuple(sorted(described.files)) != manifest.FILES:
        raise BadRelease("The manifest describes something else.", where=entry.wave)
    return described


def _manifest(releases: Path, entry: ledger.Entry) -> Manifest:
    folder, described = releases / entry.wave, _described(releases, entry)
    for name, expected in described.files.items():
        if ledger.digest(read_file(folder / name)) != expected:
            raise BadRelease("The file is not the one released.", where=f"{entry.wave}/{name}")
    return described


def read_file(path: Path) -> bytes:
    """Read a file of a release; BadRelease where it is missing."""
    try:
        return path.read_bytes()
    except OSError as error:
        where = f"{path.parent.name}/{path.name}"
        raise BadRelease("A file of a release is missing.", where=where) from error
