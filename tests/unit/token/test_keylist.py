"""The key list and group files: what a client accepts, from the link downwards."""

import hashlib
from typing import Any, Final

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from pulse.ballotbox.seal import generate_pair
from pulse.errors import BadKeyList
from pulse.token import keylist
from pulse.token.encoding import b64u
from pulse.token.keylist import GroupFile, KeyList
from pulse.token.keys import SigningKey
from pulse.token.merkle import inclusion_paths, merkle_root

POINT: Final = b64u(generate_pair()[1])
ITEMS: Final = ("safe1", "safe2", "enrg1", "enrg2", "care1", "work1")


def wave(
    key: SigningKey, invited: tuple[int, ...] = (8, 9, 23), k: int = 5
) -> tuple[bytes, list[bytes]]:
    """Publish a small wave: the key list and its group files, as bytes."""
    rows = [(f"{i:05d}", f"Gruppe {i} · Süd", people) for i, people in enumerate(invited, 1)]
    leaves = [keylist.leaf(g, people, label, key.spki) for g, label, people in rows]
    paths = inclusion_paths(leaves)
    groups = [
        GroupFile(g=g, label=label, invited=people, leaders=False, spki=b64u(key.spki),
                  index=i, path=tuple(b64u(entry) for entry in paths[i]))
        for i, (g, label, people) in enumerate(rows)
    ]  # fmt: skip
    root = b64u(merkle_root(leaves))
    listed = key_list(groups=len(rows), invited=sum(invited), root=root, k=k)
    return keylist.encode(listed), [keylist.encode(group) for group in groups]


def key_list(**changed: Any) -> KeyList:
    """Return a sound key list with some fields changed."""
    fields: dict[str, Any] = {
        "wave": "2026-W09", "closes": "2026-02-27T16:00:00Z", "k": 5, "form": 3, "n": 6,
        "items": ITEMS, "lead": ("work1",), "box": POINT, "outer": POINT, "holder": "same-user",
        "page": "0" * 64, "texts": {"en": "f" * 64}, "groups": 3, "invited": 40,
        "root": b64u(bytes(32)),
    }  # fmt: skip
    return KeyList(**(fields | changed))


def read(published: bytes) -> KeyList:
    """Read a key list under the fingerprint it has."""
    return keylist.read_keylist(published, keylist.fingerprint16(published))


def test_a_client_reads_what_opening_publishes(signing_key: SigningKey) -> None:
    """List and every group file come back, and the group's key is the one that signs."""
    published, files = wave(signing_key)
    keys = read(published)
    assert keys.n == 6
    for i, file in enumerate(files):
        group = keylist.read_group(file, keylist.hex_hash(file), keys)
        assert (group.index, group.g) == (i, f"{i + 1:05d}")
        assert group.spki == b64u(signing_key.spki)


def test_fields_stand_in_the_published_order() -> None:
    """M1's fields appear in the protocol's order, as compact JSON."""
    published = keylist.encode(key_list())
    assert list(msgspec.json.decode(published)) == [
        "v", "wave", "closes", "k", "form", "n", "top", "items", "lead", "box", "outer",
        "holder", "page", "texts", "groups", "invited", "root",
    ]  # fmt: skip
    assert published.startswith(b'{"v":1,"wave":"2026-W09","closes":')


def test_another_list_is_refused() -> None:
    """A single changed byte no longer fits the link's fingerprint."""
    published = keylist.encode(key_list())
    with pytest.raises(BadKeyList):
        keylist.read_keylist(published + b" ", keylist.fingerprint16(published))
    with pytest.raises(BadKeyList, match="that the link names"):
        keylist.read_keylist(keylist.encode(key_list(form=4)), keylist.fingerprint16(published))


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2}, {"wave": "2026-W54"}, {"wave": "2026-W9"}, {"closes": "Friday"}, {"k": 4},
        {"form": 256}, {"form": -1}, {"n": 5}, {"n": 7}, {"n": 0, "items": (), "lead": ()},
        {"top": 7},
        {"items": (*ITEMS[:5], ITEMS[0])}, {"n": 30, "items": tuple(map(str, range(30)))},
        {"lead": ("other",)}, {"texts": {}}, {"texts": {"en": "F" * 64}}, {"page": "0" * 63},
        {"groups": 0}, {"groups": 41}, {"root": b64u(bytes(31))}, {"root": "ä"},
        {"box": b64u(b"\x04" + bytes(64))}, {"outer": b64u(b"\x02" + bytes(32))},
        {"box": POINT + "="},
    ],
)  # fmt: skip
def test_unsound_lists_are_refused(change: dict[str, Any]) -> None:
    """A list that breaks any of its rules is refused though its fingerprint fits."""
    read(keylist.encode(key_list()))
    with pytest.raises(BadKeyList):
        read(keylist.encode(key_list(**change)))


@pytest.mark.parametrize(
    "change",
    [
        {"groups": 1},
        {"invited": 3},
        {"n": 1, "items": ("A1",), "lead": ()},
        {"form": 255},
        {"k": 10},
    ],
)
def test_the_smallest_and_largest_lists_are_sound(change: dict[str, Any]) -> None:
    """One group of all people, groups of one, a single item, the last form: no rule is broken."""
    listed = key_list(**change)
    assert read(keylist.encode(listed)) == listed


@pytest.mark.parametrize(
    "published",
    [
        b"", b"[]", b"\xff", b'{"v":1}', b"{}",
        keylist.encode(key_list()).replace(b'"k":5,', b'"k":5,"k":5,'),
        keylist.encode(key_list()).replace(b'"k":5,', b'"k":5,"x":1,'),
        keylist.encode(key_list()).replace(b'"k":5,', b'"k": 5,'),
        keylist.encode(key_list()).replace(b'"k":5,', b'"k":"5",'),
        keylist.encode(key_list()).replace(b'"same-user"', b'"nobody"'),
    ],
)  # fmt: skip
def test_other_spellings_are_refused(published: bytes) -> None:
    """Broken JSON, repeated, unknown or mistyped fields and stray spaces are refused."""
    with pytest.raises(BadKeyList):
        read(published)


def forge(file: bytes, **changed: Any) -> tuple[bytes, str]:
    """Change fields of a group file and name it by its new hash."""
    forged = keylist.encode(msgspec.structs.replace(msgspec.json.decode(file, type=GroupFile),
                                                    **changed))  # fmt: skip
    return forged, keylist.hex_hash(forged)


def test_forged_group_files_are_refused(signing_key: SigningKey) -> None:
    """No field that the tree covers can be changed, swapped or taken from another group."""
    published, files = wave(signing_key)
    keys = read(published)
    other = b64u(SigningKey.generate().spki)
    second = msgspec.json.decode(files[1], type=GroupFile)
    changes: list[dict[str, Any]] = [
        {"g": "00002"}, {"g": "00000"}, {"g": "1"}, {"label": "Gruppe 2"},
        {"label": "x" * 65536}, {"invited": 9}, {"invited": 4}, {"invited": 2**32 + 8},
        {"spki": other}, {"spki": other[:-4]}, {"spki": "="}, {"index": 1}, {"index": -1},
        {"path": second.path}, {"path": ()}, {"path": ("AAAA",)},
    ]  # fmt: skip
    for change in changes:
        forged, name = forge(files[0], **change)
        with pytest.raises(BadKeyList):
            keylist.read_group(forged, name, keys)
    for named, read_ in ((0, 1), (1, 0)):
        with pytest.raises(BadKeyList, match="that its name promises"):
            keylist.read_group(files[read_], keylist.hex_hash(files[named]), keys)
    with pytest.raises(BadKeyList):
        keylist.read_group(b"{}", keylist.hex_hash(b"{}"), keys)


@pytest.mark.parametrize(("invited", "k"), [(4, 5), (9, 10)])
def test_small_groups_are_refused(signing_key: SigningKey, invited: int, k: int) -> None:
    """A group of fewer than max(5, k) people is refused although the root holds it."""
    published, files = wave(signing_key, (invited, 12), k=k)
    keys = read(published)
    with pytest.raises(BadKeyList, match="too small"):
        keylist.read_group(files[0], keylist.hex_hash(files[0]), keys)
    keylist.read_group(files[1], keylist.hex_hash(files[1]), keys)


@pytest.mark.parametrize(("bits", "exponent"), [(1024, 65537), (2047, 65537), (2048, 3)])
def test_weak_keys_are_refused(bits: int, exponent: int) -> None:
    """A short key or another exponent is refused although the root holds it."""
    numbers = rsa.generate_private_key(exponent, bits).private_numbers()
    published, files = wave(SigningKey(numbers.p, numbers.q, exponent))
    keys = read(published)
    with pytest.raises(BadKeyList, match="unusable"):
        keylist.read_group(files[0], keylist.hex_hash(files[0]), keys)


@pytest.mark.parametrize("g", ["00000", "0001", "000001", "1e001", "00001\n"])
def test_other_numbers_are_no_groups(signing_key: SigningKey, g: str) -> None:
    """Five digits from 00001 (00000 is for trial ballots): a list that holds another is refused."""
    row = keylist.leaf(g, 8, "", signing_key.spki)
    keys = key_list(groups=1, root=b64u(merkle_root([row])))
    file = keylist.encode(GroupFile(g=g, label="", invited=8, leaders=False,
                                    spki=b64u(signing_key.spki), index=0, path=()))  # fmt: skip
    with pytest.raises(BadKeyList, match="no group"):
        keylist.read_group(file, keylist.hex_hash(file), keys)


def test_a_leaf_is_the_documented_bytes() -> None:
    """Number, people (4 bytes), length of the label (2 bytes), label, key."""
    leaf = keylist.leaf("00007", 258, "Süd", b"KEY")
    assert leaf == b"00007" + b"\0\0\x01\x02" + b"\0\x04" + "Süd".encode() + b"KEY"


@given(st.tuples(st.text(max_size=5), st.binary(max_size=5)),
       st.tuples(st.text(max_size=5), st.binary(max_size=5)))  # fmt: skip
def test_leaves_are_unambiguous(one: tuple[str, bytes], two: tuple[str, bytes]) -> None:
    """Two groups share a leaf only if label and key are the same."""
    leaves = {keylist.leaf("00001", 8, label, spki) for label, spki in (one, two)}
    assert len(leaves) == len({one, two})


def test_the_fingerprint_is_half_a_hash() -> None:
    """The first 16 bytes of SHA-256; the whole, in hex, names the file."""
    assert keylist.fingerprint16(b"x") == hashlib.sha256(b"x").digest()[:16]
    assert keylist.hex_hash(b"x") == hashlib.sha256(b"x").hexdigest()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("7f000001", "lusab babad"), ("3f54dcc1", "gutih tugad"), ("3f760723", "gutuk bisog"),
        ("8c62c18d", "mudof sakat"), ("40ff06c8", "haguz biram"), ("93437702", "natag lisaf"),
    ],
)  # fmt: skip
def test_words_are_the_published_proquints(address: str, words: str) -> None:
    """The examples of the proquint proposal come out, parted by spaces."""
    assert keylist.proquints(bytes.fromhex(address)) == words


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_words_tell_fingerprints_apart(one: bytes, two: bytes) -> None:
    """Eight words of five letters, the same only for the same fingerprint."""
    words = keylist.proquints(one)
    assert [len(word) for word in words.split(" ")] == [5] * 8
    assert (words == keylist.proquints(two)) == (one == two)
