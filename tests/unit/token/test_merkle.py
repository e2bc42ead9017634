"""The Merkle tree of RFC 9162 section 2.1."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.errors import BadKeyList
from pulse.token.merkle import inclusion_paths, merkle_root, verify_inclusion

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "rfc9162_ct.json").read_text(encoding="utf-8")
)
LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(root) for root in VECTORS["roots"]]


def recursive_root(leaves: list[bytes]) -> bytes:
    """Compute MTH word by word as RFC 9162 writes it."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    both = recursive_root(leaves[:k]) + recursive_root(leaves[k:])
    return hashlib.sha256(b"\x01" + both).digest()


def undomained_root(leaves: list[bytes]) -> bytes:
    """Hash a tree without the bytes that part leaves from nodes: the broken twin."""
    level = [hashlib.sha256(leaf).digest() for leaf in leaves]
    while len(level) > 1:
        level = [hashlib.sha256(b"".join(level[i : i + 2])).digest()
                 for i in range(0, len(level), 2)]  # fmt: skip
    return level[0]


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    """The first 0 to 8 leaves of the published data give the published roots."""
    assert merkle_root(LEAVES[:size]) == ROOTS[size]


@pytest.mark.parametrize("case", VECTORS["paths"])
def test_known_paths(case: dict[str, int | list[str]]) -> None:
    """The published inclusion paths are what we compute, and they verify."""
    index, size = int(str(case["index"])), int(str(case["size"]))
    path = tuple(bytes.fromhex(entry) for entry in list(case["path"]))  # type: ignore[arg-type]
    assert inclusion_paths(LEAVES[:size])[index] == path
    verify_inclusion(LEAVES[index], index, size, path, ROOTS[size])


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_root_is_the_standards(leaves: list[bytes]) -> None:
    """For any leaves the root is the one of the recursive definition."""
    assert merkle_root(leaves) == recursive_root(leaves)


@given(st.integers(1, 70), st.data())
def test_every_leaf_verifies_and_nothing_else(size: int, data: st.DataObject) -> None:
    """Every leaf verifies at its own place; a changed leaf, place, path or root does not."""
    leaves = [i.to_bytes(2, "big") for i in range(size)]
    root, paths = merkle_root(leaves), inclusion_paths(leaves)
    index = data.draw(st.integers(0, size - 1))
    leaf, path = leaves[index], paths[index]
    verify_inclusion(leaf, index, size, path, root)
    wrong: list[tuple[bytes, int, list[bytes], bytes]] = [
        (leaf + b"x", index, list(path), root),
        (leaf, index, [*path, root], root),
        (leaf, index, [root, *path], root),
        (leaf, index, list(path), merkle_root([*leaves, b"y"])),
        (leaf, -1, list(path), root),
        (leaf, size, list(path), root),
    ]
    wrong += [(leaf, other, list(path), root) for other in {index ^ 1, index ^ 2} if other < size]
    wrong += [(leaf, index, list(path[:i] + path[i + 1 :]), root) for i in range(len(path))]
    for i in range(len(path)):
        flipped = bytes([path[i][0] ^ 8]) + path[i][1:]
        wrong.append((leaf, index, [*path[:i], flipped, *path[i + 1 :]], root))
    for a_leaf, at, a_path, a_root in wrong:
        with pytest.raises(BadKeyList):
            verify_inclusion(a_leaf, at, size, a_path, a_root)


@pytest.mark.parametrize("size", [257, 259, 1025])
def test_the_last_of_many_leaves_verifies(size: int) -> None:
    """A lonely leaf that moves up unpaired verifies in a tree of hundreds too."""
    leaves = [i.to_bytes(2, "big") for i in range(size)]
    path = inclusion_paths(leaves)[-1]
    verify_inclusion(leaves[-1], size - 1, size, path, recursive_root(leaves))
    with pytest.raises(BadKeyList):
        verify_inclusion(leaves[-2], size - 1, size, path, recursive_root(leaves))


def test_a_path_of_another_size_is_refused() -> None:
    """A tree's path proves nothing about a smaller or larger tree, even under the same root."""
    paths = inclusion_paths(LEAVES)
    with pytest.raises(BadKeyList):
        verify_inclusion(LEAVES[7], 3, 4, paths[7], ROOTS[8])
    with pytest.raises(BadKeyList):
        verify_inclusion(LEAVES[0], 0, 16, paths[0], ROOTS[8])


def test_an_empty_tree_holds_nothing() -> None:
    """No leaf stands in a tree of size 0."""
    assert inclusion_paths([]) == []
    with pytest.raises(BadKeyList):
        verify_inclusion(b"", 0, 0, [], ROOTS[0])


def test_a_node_is_no_leaf() -> None:
    """Two leaves cannot be passed off as one; without the domain bytes they could."""
    left, right = (hashlib.sha256(leaf).digest() for leaf in (b"a", b"b"))
    assert undomained_root([left + right]) == undomained_root([b"a", b"b"])
    assert merkle_root([left + right]) != merkle_root([b"a", b"b"])
