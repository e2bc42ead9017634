"""The manifest: what a release was made from, and the hash of every file in it."""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from pulse.errors import BadRelease
from pulse.instrument import Instrument
from pulse.release.protected import ProtectedCounts

FILES: Final = ("cells.parquet", "results.json", "tree.json")
NAME: Final = "manifest.json"


class Tallies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Counts of the whole wave, which are public for the root alone."""

    invited: int
    issued: int
    ballots: int
    counted: int
    spoiled: int


class About(msgspec.Struct, frozen=True):
    """What closing knows of the wave beside its protected counts.

    `keys` is the fingerprint of the key list (32 hex digits, the first 16 bytes of its hash),
    `tokens` the hash over all tokens as both holders computed it (64 hex digits, or empty).
    `survey` is the organisation's own, and unset where the built-in one was asked.
    """

    code_version: str
    instrument: str
    instrument_version: str
    form: int
    keys: str
    tokens: str
    tallies: Tallies
    solver: str = ""
    survey: Instrument | UnsetType = UNSET


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One release described; `files` maps each file name to its SHA-256 in hex.

    `solver` is what audited the candidate (name and version). That it ended with a clear verdict
    needs no word: without one nothing is renamed into place and no ledger line is written.
    `survey` is the organisation's own as it was when the wave opened: its words, scales and
    directions, so that a release says all that is needed to read and to audit it.
    """

    v: int
    wave: str
    code_version: str
    instrument: str
    instrument_version: str
    form: int
    items: tuple[str, ...]
    lead: tuple[str, ...]
    reversed: tuple[str, ...]
    scales: Mapping[str, tuple[str, ...]]
    policy: Mapping[str, int | str]
    program: str
    tree_version: str
    keys: str
    tokens: str
    tallies: Tallies
    files: Mapping[str, str]
    solver: str = ""
    survey: Instrument | UnsetType = UNSET


def describe(
    protected: ProtectedCounts, about: About, tree_version: str, files: Mapping[str, str]
) -> Manifest:
    """Put together the manifest of a candidate."""
    return Manifest(
        v=1,
        wave=protected.wave,
        code_version=about.code_version,
        instrument=about.instrument,
        instrument_version=about.instrument_version,
        form=about.form,
        items=protected.items,
        lead=protected.lead,
        reversed=protected.reversed,
        scales=protected.scales,
        policy=protected.policy,
        program=protected.program,
        tree_version=tree_version,
        keys=about.keys,
        tokens=about.tokens,
        tallies=about.tallies,
        files=files,
        solver=about.solver,
        survey=about.survey,
    )


def encode(manifest: Manifest) -> bytes:
    """Return the bytes of `manifest.json`: one JSON object, indented, ending in a newline."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decode(data: bytes) -> Manifest:
    """Read the bytes of a manifest.

    Raises:
        BadRelease: they are no manifest of this version.
    """
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRelease(f"This is no manifest: {error}.", where=NAME) from error
    if manifest.v != 1:
        raise BadRelease("This manifest is of another version.", where=NAME)
    return manifest
