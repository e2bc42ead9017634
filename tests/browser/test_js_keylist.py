"""The browser's checks of key list and group files, in a real Chromium, against Python's."""

import json
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import Page

from pulse.ballotbox import seal
from pulse.token import keylist
from pulse.token.encoding import b64u, unb64u
from pulse.token.keylist import GroupFile, KeyList
from pulse.token.keys import SigningKey
from pulse.token.merkle import inclusion_paths, merkle_root
from tests.browser.modules import run

VECTORS: Final = Path(__file__).parents[1] / "vectors"
MERKLE: Final = json.loads((VECTORS / "rfc9162_ct.json").read_text(encoding="utf-8"))
WAVE: Final = "2026-W09"


def test_inclusion_proofs_are_the_published_ones(tab: Page) -> None:
    """Certificate Transparency's paths verify in the page; changed ones do not."""
    cases = [
        [MERKLE["leaves"][row["index"]], row["index"], row["size"], row["path"],
         MERKLE["roots"][row["size"]]]
        for row in MERKLE["paths"]
    ]  # fmt: skip
    wrong = []
    for leaf, index, size, path, root in cases:
        wrong += [
            [leaf + "00", index, size, path, root], [leaf, index, size, [*path, root], root],
            [leaf, index, size, path, MERKLE["roots"][0]], [leaf, size, size, path, root],
            [leaf, -1, size, path, root],
        ]  # fmt: skip
        wrong += [[leaf, index, size, path[1:], root]] if path else []
        wrong += [[leaf, index ^ 1, size, path, root]] if index ^ 1 < size else []
    paths = inclusion_paths([bytes.fromhex(leaf) for leaf in MERKLE["leaves"]])
    for at, index, size in ((0, 0, 16), (7, 3, 4)):  # true paths, passed off as another tree's
        path = [entry.hex() for entry in paths[at]]
        wrong.append([MERKLE["leaves"][at], index, size, path, MERKLE["roots"][8]])
    results = run(
        tab,
        """const {included} = await import('/keylist.js')
        return Promise.all(arg.map(([leaf, index, size, path, root]) =>
          included(raw(leaf), index, size, path.map(raw), raw(root)).catch(() => false)))""",
        [*cases, *wrong],
    )
    assert results == [True] * len(cases) + [False] * len(wrong)


def test_inclusion_agrees_with_python_for_every_size(tab: Page) -> None:
    """Every leaf of trees of 1 to 40 leaves verifies in the page with Python's paths."""
    cases = []
    for size in range(1, 41):
        leaves = [bytes([size, i]) for i in range(size)]
        root, paths = merkle_root(leaves), inclusion_paths(leaves)
        for i in range(size):
            path = [entry.hex() for entry in paths[i]]
            cases.append([leaves[i].hex(), i, size, path, root.hex()])
    results = run(
        tab,
        """const {included} = await import('/keylist.js'), wrong = []
        for (const [leaf, index, size, path, root] of arg)
          if (!await included(raw(leaf), index, size, path.map(raw), raw(root)))
            wrong.push([index, size])
        return wrong""",
        cases,
    )
    assert results == []


def small_wave(key: SigningKey, invited: tuple[int, ...] = (8, 9, 300), k: int = 5) -> KeyList:
    """Return the key list of a wave of small groups (see `group_file`)."""
    point = b64u(seal.generate_pair()[1])
    return KeyList(
        wave=WAVE, closes="2026-02-27T16:00:00Z", k=k, form=3, n=2, items=("a", "b"), box=point,
        outer=point, holder="same-user", page="0" * 64, texts={"en": "0" * 64},
        groups=len(invited), invited=sum(invited),
        root=b64u(merkle_root(leaves(key, invited))),
    )  # fmt: skip


def leaves(key: SigningKey, invited: tuple[int, ...]) -> list[bytes]:
    """Return the leaves of groups named after their number."""
    return [
        keylist.leaf(f"{i:05d}", people, f"Süd {i} 😀", key.spki)
        for i, people in enumerate(invited, 1)
    ]


def group_file(
    key: SigningKey, at: int, sizes: tuple[int, ...] = (8, 9, 300), **changed: Any
) -> bytes:
    """Return one group's file, some fields changed."""
    path = inclusion_paths(leaves(key, sizes))[at]
    group = GroupFile(
        g=f"{at + 1:05d}", label=f"Süd {at + 1} 😀", invited=sizes[at], leaders=False,
        spki=b64u(key.spki), index=at, path=tuple(map(b64u, path)),
    )  # fmt: skip
    return keylist.encode(msgspec.structs.replace(group, **changed))


CHECK: Final = """const {checkList, checkGroup, proquints} = await import('/keylist.js')
const list = await checkList(raw(arg.list), raw(arg.list16))
"""


def test_a_page_accepts_what_python_publishes(tab: Page, signing_key: SigningKey) -> None:
    """List and group files of `keylist.py` pass, with the same words and fields."""
    published_list = keylist.encode(small_wave(signing_key))
    files = [group_file(signing_key, i) for i in range(3)]
    list16 = keylist.fingerprint16(published_list)
    words, groups = run(
        tab,
        CHECK
        + """const groups = []
        for (const [bytes, name] of arg.files) groups.push(await checkGroup(raw(bytes), name, list))
        return [proquints(raw(arg.list16)), groups.map(group => JSON.stringify(group))]""",
        {
            "list": published_list.hex(),
            "list16": list16.hex(),
            "files": [[file.hex(), keylist.hex_hash(file)] for file in files],
        },
    )
    assert words == keylist.proquints(list16)
    assert [group.encode() for group in groups] == files
    assert [unb64u(json.loads(group)["spki"]) for group in groups] == [signing_key.spki] * 3


def test_a_page_refuses_another_list(tab: Page, signing_key: SigningKey) -> None:
    """Another fingerprint, another version, other scales, a low k: refused by the page."""
    good = small_wave(signing_key)
    changes: list[dict[str, Any]] = [{"v": 2}, {"top": 7}, {"n": 3}, {"k": 4},
               {"n": 30, "items": tuple(map(str, range(30)))}]  # fmt: skip
    lists = [keylist.encode(msgspec.structs.replace(good, **change)) for change in changes]
    pairs = [[published_list, keylist.fingerprint16(published_list)] for published_list in lists]
    pairs += [[keylist.encode(good), bytes(16)], [b"", keylist.fingerprint16(b"")]]
    refused = run(
        tab,
        """const {checkList} = await import('/keylist.js')
        return Promise.all(arg.map(([a, b]) => fails(checkList(raw(a), raw(b)))))""",
        [[a.hex(), b.hex()] for a, b in pairs],
    )
    assert refused == [True] * len(pairs)


def test_a_page_refuses_forged_groups(tab: Page, signing_key: SigningKey) -> None:
    """A group that the root does not hold, too small a one or a weak key: refused by the page."""
    other = b64u(SigningKey.generate().spki)
    changes: list[dict[str, Any]] = [
        {"g": "00002"}, {"g": "1"}, {"label": "Nord"}, {"invited": 9}, {"invited": 2**32 + 8},
        {"invited": 4}, {"spki": other}, {"index": 1}, {"path": ()}, {"spki": "AAAA"},
    ]  # fmt: skip
    numbers = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - refused
    weak = SigningKey(numbers.private_numbers().p, numbers.private_numbers().q)
    files = [group_file(signing_key, 0, **change) for change in changes]
    rows = [[file.hex(), keylist.hex_hash(file)] for file in files]
    rows.append([group_file(signing_key, 0).hex(), "0" * 64])
    small = (4, 12)
    published_lists = [small_wave(signing_key), small_wave(signing_key, small),
                       small_wave(signing_key, (9, 12), k=10), small_wave(weak)]  # fmt: skip
    small_files = [group_file(signing_key, 0, small), group_file(signing_key, 0, (9, 12))]
    small_files.append(group_file(weak, 0))
    batches = [rows, *[[[file.hex(), keylist.hex_hash(file)]] for file in small_files]]
    for keys, batch in zip(published_lists, batches, strict=True):
        published_list = keylist.encode(keys)
        refused = run(
            tab,
            CHECK + "return Promise.all(arg.files.map(([a, b]) => "
            "fails(checkGroup(raw(a), b, list))))",
            {
                "list": published_list.hex(),
                "list16": keylist.fingerprint16(published_list).hex(),
                "files": batch,
            },
        )
        assert refused == [True] * len(batch)
