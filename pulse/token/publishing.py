"""The public files of a wave: key list, texts, one file a group, and the server's own index."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from pulse.terms import Tree
from pulse.token.encoding import b64u
from pulse.token.keylist import (
    GroupFile,
    KeyList,
    encode,
    fingerprint16,
    hex_hash,
    leaf,
    proquints,
)
from pulse.token.merkle import inclusion_paths, merkle_root

INDEX: Final = "groups.json"


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


class Published(msgspec.Struct, frozen=True):
    """All public files by name; `keys` is the list's URL path, `fingerprint` its eight words."""

    files: dict[str, bytes]
    keys: str
    fingerprint: str


def publish(
    terms: KeyList, tree: Tree, spkis: Iterable[bytes], texts: Mapping[str, bytes]
) -> Published:
    """Build every public file of a wave.

    Args:
        terms: the key list; `texts`, `groups`, `invited` and `root` are filled in here.
        tree: the frozen tree.
        spkis: the groups' public keys (DER), ascending by group number.
        texts: the text file of each language.
    """
    groups = group_files(terms.wave, tree, spkis)
    words = {f"text-{locale}-{hex_hash(data)}.json": data for locale, data in texts.items()}
    key_list = encode(
        replace(
            terms,
            texts={locale: hex_hash(data) for locale, data in texts.items()},
            groups=sum(unit.group for unit in tree.units),
            invited=tree.root.invited,
            root=b64u(groups.root),
        )
    )
    name = f"keys-{hex_hash(key_list)}.json"
    return Published(
        files={**groups.files, **words, name: key_list},
        keys=f"/w/{terms.wave}/{name}",
        fingerprint=proquints(fingerprint16(key_list)),
    )


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
