"""What a backup holds: a list of what may be in it, never of what must be left out.

A file is in a backup because a line below names it. Stores, keys, mails and whatever else a
home gains later stay out by themselves; a restore takes nothing that no line names.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from pulse.errors import Refused

FORMAT: Final = 1
MANIFEST: Final = "backup.json"
STATE: Final = "state/pulse.db"
ACCOUNTS: Final = "accounts/accounts.db"
SETTINGS: Final = "pulse.toml"
LEDGER: Final = "releases/ledger.jsonl"
_WEEK: Final = r"\d{4}-W\d\d"
# What a wave publishes: key list, files of groups, texts. All of it was on the web.
PUBLISHED: Final = re.compile(
    r"(groups|(keys|g|text-[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3})-[0-9a-f]{64})\.json"
)
# The organisation's own surveys, as the setting `survey` names them, and their translations.
SURVEY: Final = re.compile(r"surveys/([a-z][a-z0-9-]{0,40}|locales/[A-Za-z0-9-]{2,40})\.toml")
_NAMES: Final = (
    re.compile("|".join(map(re.escape, (STATE, ACCOUNTS, SETTINGS, LEDGER)))),
    re.compile(rf"releases/{_WEEK}/(cells\.parquet|results\.json|tree\.json|manifest\.json)"),
    SURVEY,
    re.compile(rf"state/trees/{_WEEK}\.json"),
    re.compile(rf"state/w/{_WEEK}/{PUBLISHED.pattern}"),
)
# Without these there is nothing to restore.
_NEEDED: Final = frozenset({STATE, ACCOUNTS, SETTINGS})


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a backup: its length in bytes and its SHA-256 in hex."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first file of a backup, `backup.json`: what follows, in this order.

    `pulse` is the version that wrote it, `taken` an ISO time, `schemas` the revision of each
    database, `head` the hash of the last line of the ledger (64 zeros if there is none).
    """

    v: int
    pulse: str
    taken: str
    schemas: Mapping[str, str]
    head: str
    entries: Mapping[str, Entry]


def belongs(name: str) -> bool:
    """Tell whether a file of this name, a path from the home, may be in a backup."""
    return any(pattern.fullmatch(name) for pattern in _NAMES)


def encode(manifest: Manifest) -> bytes:
    """Return the bytes of `backup.json`."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def decode(data: bytes) -> Manifest:
    """Read the bytes of `backup.json`.

    Raises:
        Refused: they are none, of a newer version, or name a file that no backup has.
    """
    try:
        version = msgspec.json.decode(data, type=_Version).v
        if version != FORMAT:
            raise Refused("A newer version of Pulse wrote this backup; restore it with that one.")
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("This is no backup of Pulse.") from error
    for name in manifest.entries:
        if not belongs(name):
            raise Refused(f"No backup of Pulse has a file like {name[:80]!r} in it.")
    missing = sorted(_NEEDED - manifest.entries.keys())
    if missing:
        raise Refused(f"{missing[0]} is missing in this backup.")
    return manifest


class _Version(msgspec.Struct, frozen=True):
    v: int
