"""The public files of a wave fit each other, from the link down to every group's key."""

import hashlib
from typing import Any, Final

import msgspec
import pytest

from pulse.ballotbox.seal import generate_pair
from pulse.errors import BadKeyList
from pulse.terms import Tree, Unit
from pulse.token.encoding import b64u
from pulse.token.keylist import KeyList, fingerprint16, proquints, read_group, read_keylist
from pulse.token.keys import SigningKey
from pulse.token.publishing import INDEX, publish, read_index

WAVE: Final = "2026-W09"
TEXTS: Final = {"en": b'{"title":"Hello"}', "de": b'{"title":"Hallo"}'}


def tree() -> Tree:
    """Return three groups below one root, listed in another order than that of their numbers."""
    teams = [
        ("south", "00002", 9, False),
        ("heads", "00003", 8, True),
        ("north", "00001", 12, False),
    ]
    units = [
        Unit(unit_id=name, parent_id="all", name=f"Team {name}", invited=invited, group=True, g=g,
             leaders=leaders)
        for name, g, invited, leaders in teams
    ]  # fmt: skip
    root = Unit(unit_id="all", parent_id=None, name="All", invited=29, group=False)
    return Tree(tree_version="1", units=(root, *units), groups={})


def terms() -> KeyList:
    """Return a key list whose derived fields are still empty."""
    box, outer = (b64u(generate_pair()[1]) for _ in range(2))
    return KeyList(
        wave=WAVE, closes="2026-02-27T17:00:00+01:00", k=5, form=3, n=1, items=("A1",), box=box,
        outer=outer, holder="council", page="0" * 64, texts={}, groups=0, invited=0, root="",
    )  # fmt: skip


def test_a_client_gets_from_the_fingerprint_to_every_group(signing_key: SigningKey) -> None:
    """Files are named by their hashes, and each group hangs under the list's root."""
    spkis = [signing_key.spki, *(SigningKey.generate().spki for _ in range(2))]
    published = publish(terms(), tree(), spkis, TEXTS)
    listed = published.files[published.keys.rpartition("/")[2]]
    assert published.keys == f"/w/{WAVE}/keys-{hashlib.sha256(listed).hexdigest()}.json"
    assert published.fingerprint == proquints(fingerprint16(listed))
    keys = read_keylist(listed, fingerprint16(listed))
    assert (keys.groups, keys.invited, keys.holder) == (3, 29, "council")
    for locale, words in TEXTS.items():
        assert keys.texts[locale] == hashlib.sha256(words).hexdigest()
        assert published.files[f"text-{locale}-{keys.texts[locale]}.json"] == words
    index: list[dict[str, Any]] = msgspec.json.decode(published.files[INDEX])
    assert [(row["g"], row["label"], row["invited"], row["leaders"]) for row in index] == [
        ("00001", "Team north", 12, False), ("00002", "Team south", 9, False),
        ("00003", "Team heads", 8, True),
    ]  # fmt: skip
    for place, (row, spki) in enumerate(zip(index, spkis, strict=True)):
        folder, name = row["file"].rsplit("/", 1)
        assert folder == f"/w/{WAVE}"
        group = read_group(published.files[name], name[2:-5], keys)
        assert (group.g, group.label, group.invited, group.leaders, group.spki, group.index) == (
            row["g"], row["label"], row["invited"], row["leaders"], b64u(spki), place,
        )  # fmt: skip
        assert row["spki"] == group.spki
    assert len(published.files) == 3 + len(TEXTS) + 2


@pytest.mark.parametrize("keys", [2, 4])
def test_every_group_has_a_key_and_every_key_a_group(signing_key: SigningKey, keys: int) -> None:
    """A key too few or too many is never paired off silently."""
    with pytest.raises(ValueError, match="zip"):
        publish(terms(), tree(), [signing_key.spki] * keys, TEXTS)


def test_an_index_shows_whatever_a_disk_has_changed_in_it(signing_key: SigningKey) -> None:
    """No bit of it can turn without being noticed; what says the same is the same."""
    published = publish(terms(), tree(), [signing_key.spki] * 3, TEXTS)
    sound = published.files[INDEX]
    rows = read_index(sound, WAVE)
    assert [row.file.rpartition("/")[2] in published.files for row in rows] == [True] * 3
    with pytest.raises(BadKeyList):
        read_index(sound, "2026-W10")
    for bit in range(8 * len(sound)):
        turned = bytearray(sound)
        turned[bit // 8] ^= 1 << bit % 8
        try:
            assert read_index(bytes(turned), WAVE) == rows
        except BadKeyList:
            continue
