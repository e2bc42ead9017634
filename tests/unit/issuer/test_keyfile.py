"""The signing keys' file: private to its owner, whole or refused."""

from pathlib import Path

import msgspec
import pytest

from pulse.errors import BadKeyList
from pulse.issuer import keyfile


def test_keys_come_back_as_secrets(tmp_path: Path) -> None:
    """The file is 0600, and what is read cannot be printed."""
    path = tmp_path / "w.keys"
    keyfile.write(path, "2026-W09", [("00001", b"one"), ("00002", b"two")])
    assert path.stat().st_mode & 0o777 == 0o600
    keys = keyfile.read(path)
    assert {g: secret.reveal() for g, secret in keys.items()} == {"00001": b"one", "00002": b"two"}
    assert "one" not in repr(keys)


STRANGE = msgspec.msgpack.encode({"wave": "2026-W09", "keys": [], "more": 1})


@pytest.mark.parametrize("content", [None, b"", b"\x80", b"junk", b"\x81\xa4wave\xa1\xff", STRANGE])
def test_anything_else_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A missing, empty or foreign file, or one with a field more, is refused by name."""
    path = tmp_path / "w.keys"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadKeyList, match=r"w\.keys"):
        keyfile.read(path)
