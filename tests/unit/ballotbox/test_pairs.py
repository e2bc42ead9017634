"""The council's key file: made once, tried as it stands, public halves apart, secrets destroyed."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pulse.ballotbox import pairs, seal
from pulse.errors import Refused
from pulse.terms import Secret
from pulse.token.encoding import b64u, sha256, unb64u
from pulse.token.keylist import proquints


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return a key file for three weeks."""
    pairs.make(tmp_path / "F", 3)
    return tmp_path / "F"


def public(key: Path) -> Path:
    """Return the file of public halves beside a key file."""
    return key.with_name(key.name + ".pub")


def rewritten(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> Path:
    """Change the lines of a file."""
    path.write_bytes(b"\n".join(change(path.read_bytes().split(b"\n"))))
    return path


def test_keys_are_made_for_as_many_waves(tmp_path: Path) -> None:
    """F holds N secrets and N points, F.pub the points alone, in the same order."""
    made = pairs.make(tmp_path / "F", 2)
    secret, halves = ((tmp_path / name).read_bytes().splitlines() for name in ("F", "F.pub"))
    assert (made.waves, made.out, made.public) == (2, str(tmp_path / "F"), str(tmp_path / "F.pub"))
    assert len(secret) == len(halves) == 3
    for line, half in zip(secret[1:], halves[1:], strict=True):
        whole = msgspec.json.decode(line)
        point = seal.public_of(Secret(unb64u(whole["secret"])))
        assert msgspec.json.decode(half) == {
            "pair": sha256(point).hex()[:16], "public": b64u(point),
        }  # fmt: skip
        assert {"pair": whole["pair"], "public": whole["public"]} == msgspec.json.decode(half)
        assert whole["secret"].encode() not in (tmp_path / "F.pub").read_bytes()
    assert made.fingerprint == proquints(sha256((tmp_path / "F.pub").read_bytes())[:16])


def test_the_secret_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Even where files are made for everybody, F has mode 0600, and F.pub is only read."""
    mask = os.umask(0)
    try:
        pairs.make(tmp_path / "F", 1)
    finally:
        os.umask(mask)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("F", "F.pub")]
    assert modes == [0o600, 0o644]


@pytest.mark.parametrize("name", ["F", "F.pub"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    """Where either file exists, keys are refused and nothing changes."""
    (tmp_path / name).write_text("mine")
    with pytest.raises(Refused, match="exists already"):
        pairs.make(tmp_path / "F", 1)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_pair_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    """Each pair is tried as it stands in the file: another one's secret is found at once."""

    def broken() -> tuple[Secret, bytes]:
        return seal.generate_pair()[0], seal.generate_pair()[1]

    with pytest.raises(Refused, match="failed its trial"):
        pairs.make(tmp_path / "F", 2, broken)
    assert list(tmp_path.iterdir()) == []


def test_a_repeated_pair_leaves_nothing_behind(tmp_path: Path) -> None:
    """A generator that repeats itself is found before the file is used."""
    same = seal.generate_pair()
    with pytest.raises(Refused, match="twice"):
        pairs.make(tmp_path / "F", 2, lambda: same)
    assert list(tmp_path.iterdir()) == []


def test_every_secret_is_found_by_its_point(key: Path) -> None:
    """The secret of each public half is its own."""
    points = pairs.read_halves(public(key))
    assert [seal.public_of(pairs.read_secret(key, point)) for point in points] == points
    with pytest.raises(Refused, match="does not hold the wave's key"):
        pairs.read_secret(key, seal.generate_pair()[1])


def test_a_destroyed_secret_is_gone_and_the_others_stay(key: Path) -> None:
    """One secret is overwritten where it stood; the file keeps its length, the rest its bytes."""
    points, before = pairs.read_halves(public(key)), key.read_bytes()
    secret = b64u(pairs.read_secret(key, points[1]).reveal()).encode()
    inode = key.stat().st_ino
    for _ in range(2):
        pairs.destroy(key, pairs.pair_name(points[1]))
    assert key.read_bytes() == before.replace(secret, b"A" * 43)
    assert key.stat().st_ino == inode
    with pytest.raises(Refused, match="destroyed"):
        pairs.read_secret(key, points[1])
    assert seal.public_of(pairs.read_secret(key, points[2])) == points[2]
    with pytest.raises(Refused, match="no such pair"):
        pairs.destroy(key, "0" * 16)


@pytest.mark.parametrize("damage", [b"B" * 43, b"_" * 43, b"x"])
def test_a_damaged_secret_is_refused_before_it_spoils_a_week(key: Path, damage: bytes) -> None:
    """A secret that is not its point's, or no scalar at all, is told and never used."""
    point = pairs.read_halves(public(key))[0]
    secret = b64u(pairs.read_secret(key, point).reveal()).encode()
    key.write_bytes(key.read_bytes().replace(secret, damage))
    with pytest.raises(Refused, match="damaged"):
        pairs.read_secret(key, point)


def test_a_secret_never_leaves_in_place_of_a_public_half(key: Path) -> None:
    """F is not read where F.pub is wanted, and the reverse is said too."""
    with pytest.raises(Refused, match="secret file"):
        pairs.read_halves(key)
    with pytest.raises(Refused, match="no file of pulse council secret keys"):
        pairs.read_secret(public(key), bytes(65))


def off_the_curve(line: bytes) -> bytes:
    """Move a point by one bit, and name it rightly."""
    half = msgspec.json.decode(line, type=pairs.Half)
    point = bytearray(unb64u(half.public))
    point[-1] ^= 1
    return msgspec.json.encode(pairs.Half(pairs.pair_name(bytes(point)), b64u(bytes(point))))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda lines: [lines[0].replace(b'"v":1', b'"v":2'), *lines[1:]], "another version"),
        (lambda lines: [lines[0].replace(b"public halves", b"minutes"), *lines[1:]], "no file of"),
        (lambda lines: [lines[0].replace(b"3}", b"0}"), b""], "not whole"),
        (lambda lines: lines[:-1], "not whole"),
        (lambda lines: [*lines[:2], *lines[3:]], "not whole"),
        (lambda lines: [*lines[:3], lines[2], b""], "twice"),
        (lambda lines: [*lines[:3], b" " + lines[3], b""], "not one that Pulse writes"),
        (lambda lines: [*lines[:3], b'{"pair":"x"}', b""], "not one that Pulse writes"),
        (lambda lines: [*lines[:3], lines[3][:-1] + b',"x":1}', b""], "not one that Pulse writes"),
        (lambda lines: [*lines[:3], b"\xff", b""], "not one that Pulse writes"),
        (lambda lines: [*lines[:3], off_the_curve(lines[3]), b""], "no point of the curve"),
        (lambda lines: [*lines[:3], lines[3].replace(b'ic":"B', b'ic":"!'), b""], "no point"),
        (lambda lines: [*lines[:3], b'{"pair":"g' + lines[3][10:], b""], "its own name"),
        (lambda _: [b""], "not one that Pulse writes"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(
    key: Path, change: Callable[[list[bytes]], list[bytes]], reason: str
) -> None:
    """Whatever is not exactly what Pulse wrote is refused, by line, and never repaired."""
    with pytest.raises(Refused, match=reason):
        pairs.read_halves(rewritten(public(key), change))


def test_a_line_that_cannot_be_read_is_never_quoted(key: Path) -> None:
    """The refusal of a damaged secret file holds no byte of it."""
    secret = b64u(pairs.read_secret(key, pairs.read_halves(public(key))[2]).reveal())
    rewritten(key, lambda lines: [*lines[:3], lines[3].replace(b'"secret":', b'"secret":['), b""])
    with pytest.raises(Refused) as caught:
        pairs.read_secret(key, bytes(65))
    assert secret[:8] not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"
    assert caught.value.where == "F:4"


def test_a_pair_does_not_print_its_secret(key: Path) -> None:
    """What a traceback or a log could show of a pair is its name."""
    line = msgspec.json.decode(key.read_bytes().splitlines()[1], type=pairs.Pair)
    assert repr(line) == f"Pair({line.pair}, …)"
