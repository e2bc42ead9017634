"""The list beside BOX: the holder checks every group under the published root."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pulse.ballotbox import bundle
from pulse.ballotbox.export import BoxHeader
from pulse.errors import BadKeyList
from pulse.token.encoding import b64u, unb64u
from pulse.token.keylist import KeyList, encode, fingerprint16, hex_hash, leaf, proquints
from pulse.token.merkle import merkle_root
from tests.booth import WAVE
from tests.unit.ballotbox.away import Away

Lines = list[dict[str, Any]]


@pytest.fixture
def away(tmp_path: Path) -> Away:
    """Return a council and a wave of two groups of eight."""
    return Away(tmp_path)


def header(away: Away) -> BoxHeader:
    """Return the first line of the wave's BOX."""
    return BoxHeader(1, WAVE, away.path, {})


def written(away: Away) -> Path:
    """Write the list."""
    path = away.folder / "x.groups"
    bundle.write_bundle(path, away.list, away.groups)
    return path


def test_the_list_is_what_was_published(away: Away) -> None:
    """Terms, eight words and every group with its size and key come out."""
    read = bundle.read_bundle(written(away), header(away))
    assert (read.keys.wave, read.keys.holder, read.keys.k) == (WAVE, "council", 5)
    assert read.fingerprint == proquints(fingerprint16(away.list.read_bytes()))
    assert {g: (e.invited, e.spki) for g, e in read.listed.items()} == {
        g: (8, b64u(key.spki)) for g, key in away.keys.items()
    }


def changed(away: Away, change: Callable[[Lines], object]) -> Path:
    """Write the list with its groups changed."""
    path = written(away)
    first, *rest, _ = path.read_bytes().split(b"\n")
    groups = [msgspec.json.decode(line) for line in rest]
    change(groups)
    path.write_bytes(b"".join(line + b"\n" for line in (first, *map(msgspec.json.encode, groups))))
    return path


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda groups: groups[0].update(invited=9), "not those of the published"),
        (lambda groups: (groups[0].update(invited=4), groups[1].update(invited=12)), "not those"),
        (lambda groups: groups[0].update(label="x"), "not those of the published"),
        (lambda groups: groups[0].update(spki=groups[1]["spki"]), "not those of the published"),
        (lambda groups: groups.pop(), "not those of the published"),
        (lambda groups: groups.append(groups[1]), "not those of the published"),
        (lambda groups: groups.reverse(), "not those of the published"),
        (lambda groups: groups[0].update(g="00000"), "no group's number"),
        (lambda groups: groups[0].update(g="1"), "no group's number"),
        (lambda groups: groups[0].update(spki="AAAA"), "unusable"),
        (lambda groups: groups[0].update(spki="="), "unusable"),
        (lambda groups: (groups[0].update(invited=-1), groups[1].update(invited=17)), "unusable"),
        (lambda groups: groups[0].update(label="x" * 65536), "unusable"),
        (lambda groups: groups[0].pop("g"), "cannot be read"),
    ],
)
def test_groups_outside_the_root_are_refused(
    away: Away, change: Callable[[Lines], object], reason: str
) -> None:
    """No size, label, key or number of groups can be changed by whoever brings the list."""
    with pytest.raises(BadKeyList, match=reason):
        bundle.read_bundle(changed(away, change), header(away))


def hang(away: Away, rows: list[bundle.Entry], totals: dict[str, int]) -> Path:
    """Publish these rows in this order under a fitting root, and return the list for BOX."""
    root = merkle_root([leaf(r.g, r.invited, r.label, unb64u(r.spki)) for r in rows])
    terms = msgspec.json.decode(away.list.read_bytes(), type=KeyList)
    away.list.write_bytes(encode(msgspec.structs.replace(terms, root=b64u(root), **totals)))
    away.path = f"/w/{WAVE}/keys-{hex_hash(away.list.read_bytes())}.json"
    away.groups.write_bytes(msgspec.json.encode(rows))
    return written(away)


@pytest.mark.parametrize(
    ("order", "totals"),
    [
        ((0, 1), {"groups": 3}), ((0, 1), {"groups": 1}),
        ((0, 1), {"invited": 15}), ((0, 1), {"invited": 17}),
        ((1, 0), {}), ((0, 0), {}),
    ],
)  # fmt: skip
def test_a_published_list_that_contradicts_itself_is_refused(
    away: Away, order: tuple[int, int], totals: dict[str, int]
) -> None:
    """Wrong totals, groups out of order or one twice are refused though the root fits them."""
    rows = msgspec.json.decode(away.groups.read_bytes(), type=list[bundle.Entry])
    sound = hang(away, rows, {})
    assert list(bundle.read_bundle(sound, header(away)).listed) == ["00001", "00002"]
    path = hang(away, [rows[place] for place in order], totals)
    with pytest.raises(BadKeyList, match="not those of the published"):
        bundle.read_bundle(path, header(away))


def test_an_unproven_twin_would_take_a_forged_size(away: Away) -> None:
    """The forged list is well formed: only the comparison with the root tells it."""
    path = changed(away, lambda groups: (groups[0].update(invited=1), groups[1].update(invited=15)))
    lines = path.read_bytes().splitlines()[1:]
    assert [bundle._entry(line, path).invited for line in lines] == [1, 15]
    with pytest.raises(BadKeyList, match="not those"):
        bundle.read_bundle(path, header(away))


@pytest.mark.parametrize(
    "change",
    [
        {"keys": f"/w/{WAVE}/keys-{'0' * 64}.json"},
        {"keys": "/w/2026-W10/keys-0.json"},
        {"wave": "2026-W10"},
    ],
)
def test_a_box_of_another_list_is_refused(away: Away, change: dict[str, str]) -> None:
    """BOX names the key list by its hash; no other list stands for it."""
    other = msgspec.structs.replace(header(away), **change)
    with pytest.raises(BadKeyList, match="another key list"):
        bundle.read_bundle(written(away), other)


def test_a_list_of_another_wave_is_refused(away: Away) -> None:
    """A BOX that claims its path for another wave than the list's is refused."""
    path = away.path.replace(WAVE, "2026-W10")
    with pytest.raises(BadKeyList, match="another wave"):
        bundle.read_bundle(written(away), BoxHeader(1, "2026-W10", path, {}))


def test_a_cut_or_missing_list_is_refused(away: Away) -> None:
    """Without its last line end, or without the file, the peel names what to fetch."""
    path = written(away)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadKeyList, match="cut off"):
        bundle.read_bundle(path, header(away))
    path.unlink()
    with pytest.raises(BadKeyList, match=r"fetch x\.groups"):
        bundle.read_bundle(path, header(away))


def test_the_list_lies_beside_box() -> None:
    """The default name is BOX's with another ending."""
    assert bundle.beside(Path("a/2026-W09.box")) == Path("a/2026-W09.groups")
    assert bundle.beside(Path("BOX")) == Path("BOX.groups")


def test_the_list_names_the_box_it_was_written_for(away: Away) -> None:
    """Its hash comes out beside the groups; a list without it, as older ones are, names none."""
    box = away.folder / "x.box"
    box.write_bytes(b"BOX")
    path = away.folder / "y.groups"
    bundle.write_bundle(path, away.list, away.groups, box)
    named, nameless = (bundle.read_bundle(each, header(away)) for each in (path, written(away)))
    assert (named.box, nameless.box) == (hashlib.sha256(b"BOX").hexdigest(), "")
    assert named.listed == nameless.listed
