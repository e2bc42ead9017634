"""The public files of a wave: key list, texts, one file a group, and the server's own index."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from pulse.errors import BadKeyList, InvalidValue
from pulse.terms import Tree
from pulse.token.encoding import b64u, unb64u
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


class IndexRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `groups.json`, the server's own index; `file` is the URL path of the g file.

    That path holds the hash of all that the row says, so a row that the disk damaged shows.
    """

    g: str
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
    rows = [
        IndexRow(
            g=group.g,
            label=group.name,
            invited=group.invited,
            leaders=group.leaders,
            spki=b64u(spki),
            file="",
        )
        for group, spki in zip(tree.groups_in_order(), spkis, strict=True)
    ]
    root, contents = _prove(rows)
    paths = [f"/w/{wave}/g-{hex_hash(content)}.json" for content in contents]
    index = [replace(row, file=path) for row, path in zip(rows, paths, strict=True)]
    files = {
        path.rpartition("/")[2]: content for path, content in zip(paths, contents, strict=True)
    }
    return GroupFiles(root, files | {INDEX: msgspec.json.encode(index)})


def read_index(listed: bytes, wave: str) -> tuple[IndexRow, ...]:
    """Read a `groups.json` and check that every row is as it was written.

    Raises:
        BadKeyList: it cannot be read, or a row is not what the name of its file promises.
    """
    try:
        rows = msgspec.json.decode(listed, type=tuple[IndexRow, ...])
        _, contents = _prove(rows)
    except (msgspec.DecodeError, UnicodeError, InvalidValue, OverflowError) as error:
        raise BadKeyList("This list of groups cannot be read.", where=INDEX) from error
    for row, content in zip(rows, contents, strict=True):
        if row.file != f"/w/{wave}/g-{hex_hash(content)}.json":
            raise BadKeyList("This list of groups is not as it was written.", where=INDEX)
    return rows


def _prove(rows: Sequence[IndexRow]) -> tuple[bytes, list[bytes]]:
    """Return the Merkle root over `rows` and the bytes of each one's file."""
    leaves = [leaf(row.g, row.invited, row.label, unb64u(row.spki)) for row in rows]
    contents = [
        encode(
            GroupFile(
                g=row.g,
                label=row.label,
                invited=row.invited,
                leaders=row.leaders,
                spki=row.spki,
                index=place,
                path=tuple(map(b64u, path)),
            )
        )
        for place, (row, path) in enumerate(zip(rows, inclusion_paths(leaves), strict=True))
    ]
    return merkle_root(leaves), contents
