"""The press: the only writer of releases. `pulse.closing` alone imports it.

A candidate is written to a hidden folder and checked there; then it is renamed into place and
one line is appended to the ledger. Whatever interrupts it, pressing the same again completes
it: a leftover candidate is thrown away, a folder without its ledger line gets the line.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pulse.errors import BadRelease, Held
from pulse.release import cells, ledger, manifest
from pulse.release.ledger import Entry
from pulse.release.manifest import About
from pulse.release.protected import ProtectedCounts
from pulse.store import treefile
from pulse.terms import Tree, check_wave_id

try:
    import fcntl
except ImportError:  # pragma: no cover - only where there is no POSIX

    def _flock(descriptor: int) -> None:
        del descriptor

else:

    def _flock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


CANDIDATE: Final = ".candidate-"

Check = Callable[[Path], Sequence[str]]


def press(
    releases: Path,
    protected: ProtectedCounts,
    tree: Tree,
    about: About,
    results: bytes,
    *,
    check: Check,
) -> Entry:
    """Write a release and its ledger line; return the line.

    Args:
        releases: the home's folder of releases; it exists.
        protected: what may be published of the wave.
        tree: the tree frozen when the wave opened.
        about: what the manifest says beside it.
        results: the bytes of `results.json`, composed from released cells.
        check: the audit; it gets the candidate's folder and returns its findings.

    Raises:
        Held: the audit found something; nothing was published.
        BadRelease: another release of this wave was pressed before, or the ledger is broken.
    """
    wave = check_wave_id(protected.wave)
    files = _files(protected, tree, about, results)
    with _locked(releases):
        entry = _entry(releases, wave, files)
        candidate = _write_candidate(releases, wave, files)
        try:
            findings = list(check(candidate))
            if findings:
                raise Held(f"The audit stopped the release: {findings[0]} Nothing was published.")
            _into_place(candidate, releases / wave, files)
        finally:
            shutil.rmtree(candidate, ignore_errors=True)
        _enter(releases, entry)
        return entry


def discard(releases: Path, wave: str) -> None:
    """Remove what an interrupted press left of a wave that no ledger line will ever name."""
    with _locked(releases):
        for name in (f"{CANDIDATE}{wave}", wave):
            shutil.rmtree(releases / name, ignore_errors=True)


def _files(
    protected: ProtectedCounts, tree: Tree, about: About, results: bytes
) -> dict[str, bytes]:
    files = {
        "cells.parquet": cells.encode(protected.cells),
        "results.json": results,
        "tree.json": treefile.encode(tree),
    }
    hashes = {name: ledger.digest(data) for name, data in files.items()}
    described = manifest.describe(protected, about, tree.tree_version, hashes)
    return files | {manifest.NAME: manifest.encode(described)}


def _write_candidate(releases: Path, wave: str, files: Mapping[str, bytes]) -> Path:
    candidate = releases / f"{CANDIDATE}{wave}"
    shutil.rmtree(candidate, ignore_errors=True)
    candidate.mkdir(mode=0o700)
    for name, data in files.items():
        with (candidate / name).open("wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), 0o644)
            file.flush()
            os.fsync(file.fileno())
    _sync_folder(candidate)
    return candidate


def _into_place(candidate: Path, folder: Path, files: Mapping[str, bytes]) -> None:
    if not folder.exists():
        candidate.chmod(0o755)  # from here on it is for everybody
        candidate.rename(folder)
        _sync_folder(folder.parent)
        return
    present = {path.name: path.read_bytes() for path in folder.iterdir()}
    if present != files:
        raise BadRelease(
            "Another release of this wave lies here; it stays. If the ledger does not name it, "
            "nobody was shown it: move it away and run `pulse wave release`.",
            where=folder.name,
        )


def _entry(releases: Path, wave: str, files: Mapping[str, bytes]) -> Entry:
    """Return the wave's line in the ledger, or the one that it will get."""
    hashed = ledger.digest(files[manifest.NAME])
    for entry in ledger.read(releases):
        if entry.wave == wave:
            if entry.manifest != hashed:
                raise BadRelease("The ledger names another release of this wave.", where=wave)
            return entry
    return Entry(1, wave, hashed, ledger.head(releases))


def _enter(releases: Path, entry: Entry) -> None:
    line = ledger.line(entry)
    if line not in ledger.whole_lines(releases):
        _append(releases / ledger.NAME, line + b"\n")
        _sync_folder(releases)


def _append(path: Path, text: bytes) -> None:
    path.touch(mode=0o644)
    path.chmod(0o644)  # whatever the umask: what it says is public
    with path.open("r+b") as file:
        # A crash in the middle of an append leaves a tail that no reader ever took for a line.
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)
        file.seek(whole)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(releases: Path) -> Iterator[None]:
    """Let one process press at a time, so that no two lines follow the same one."""
    descriptor = os.open(releases, os.O_RDONLY)
    try:
        _flock(descriptor)
        yield
    finally:
        os.close(descriptor)
