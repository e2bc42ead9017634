"""The Merkle tree hash of RFC 9162 section 2.1, with inclusion proofs, over SHA-256."""

from collections.abc import Sequence

from pulse.errors import BadKeyList
from pulse.token.encoding import sha256


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return MTH(leaves), 32 bytes; of no leaves, the hash of nothing."""
    level = [_leaf_hash(leaf) for leaf in leaves]
    while len(level) > 1:
        level = _parents(level)
    return level[0] if level else sha256(b"")


def inclusion_paths(leaves: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """Return PATH(i, leaves) for every leaf i, each entry 32 bytes, from the leaf upwards."""
    paths: list[list[bytes]] = [[] for _ in leaves]
    level, height = [_leaf_hash(leaf) for leaf in leaves], 0
    while len(level) > 1:
        for i, path in enumerate(paths):
            sibling = (i >> height) ^ 1
            if sibling < len(level):
                path.append(level[sibling])
        level, height = _parents(level), height + 1
    return [tuple(path) for path in paths]


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that `leaf` stands at `index` among `size` leaves under `root` (section 2.1.3.2).

    Raises:
        BadKeyList: it does not.
    """
    position, last, value = index, size - 1, _leaf_hash(leaf)
    fits = 0 <= index < size
    for sibling in path:
        fits = fits and last > 0
        if position & 1 or position == last:
            value = _node_hash(sibling, value)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            value = _node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    if not fits or last or value != root:
        raise BadKeyList("This group does not belong to the published list.", where="path")


def _leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf)


def _node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def _parents(level: list[bytes]) -> list[bytes]:
    """Pair from the left; a last odd node moves up as it is, which gives RFC 9162's shape."""
    pairs = [_node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[len(pairs) * 2 :]
