"""The signing keys of a wave in one file, readable by the issuer's user only."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from pulse.errors import BadKeyList
from pulse.store.files import write_atomically
from pulse.terms import Secret


class _KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wave: str
    keys: list[tuple[str, bytes]]


def write(path: Path, wave: str, keys: Sequence[tuple[str, bytes]]) -> None:
    """Write `{wave, keys: [[g, private key as DER], …]}` as MessagePack, 0600, durably."""
    content = _KeyFile(wave=wave, keys=list(keys))
    write_atomically(path, msgspec.msgpack.encode(content), 0o600)


def read(path: Path) -> Mapping[str, Secret]:
    """Return the private key (PKCS #8 DER) of each group number.

    Raises:
        BadKeyList: the file is missing or is no key file.
    """
    try:
        content = msgspec.msgpack.decode(path.read_bytes(), type=_KeyFile)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadKeyList("The wave's signing keys cannot be read.", where=path.name) from error
    return {g: Secret(der) for g, der in content.keys}
