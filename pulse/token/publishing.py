"""The public files of a wave's groups: one key file each, the index, and the root over all."""

from collections.abc import Iterable

import msgspec

from pulse.terms import Tree
from pulse.token.encoding import b64u
from pulse.token.keylist import GroupFile, encode, hex_hash, inclusion_paths, leaf, merkle_root

INDEX: str = "groups.json"


class IndexRow(msgspec.Struct, frozen=True):
    """A line of `groups.json`, the server's own index; `file` is the URL path of the g file."""

    g: str
    unit_id: str
    label: str
    invited: int
    leaders: bool
    spki: str
    file: str


class GroupFiles(msgspec.Struct, frozen=True):
    """The Merkle root (32 bytes) over the groups, and each file's bytes by its name."""

    root: bytes
    files: dict[str, bytes]


def group_files(wave: str, tree: Tree, spkis: Iterable[bytes]) -> GroupFiles:
    """Build the files of all groups of `tree`.

    Args:
        wave: the wave's id.
        tree: the frozen tree.
        spkis: the groups' public keys (DER), ascending by group number.
    """
    groups = list(zip(tree.groups_in_order(), spkis, strict=True))
    leaves = [leaf(group.g, group.invited, group.name, spki) for group, spki in groups]
    files: dict[str, bytes] = {}
    index: list[IndexRow] = []
    for place, ((group, spki), path) in enumerate(
        zip(groups, inclusion_paths(leaves), strict=True)
    ):
        published = encode(
            GroupFile(
                g=group.g,
                label=group.name,
                invited=group.invited,
                leaders=group.leaders,
                spki=b64u(spki),
                index=place,
                path=tuple(b64u(entry) for entry in path),
            )
        )
        name = f"g-{hex_hash(published)}.json"
        files[name] = published
        index.append(
            IndexRow(
                g=group.g,
                unit_id=group.unit_id,
                label=group.name,
                invited=group.invited,
                leaders=group.leaders,
                spki=b64u(spki),
                file=f"/w/{wave}/{name}",
            )
        )
    files[INDEX] = msgspec.json.encode(index)
    return GroupFiles(merkle_root(leaves), files)
