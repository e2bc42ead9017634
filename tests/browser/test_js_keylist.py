"""The browser's checks of key list and group files, in a real Chromium, against Python's."""

import json
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
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


def respelled(published: bytes, field: bytes) -> list[bytes]:
    """Return the same file in other spellings; `field` is one number of it, with its comma."""
    name, number = field[:-2], field[-2:-1]
    return [
        published.replace(field, spelling, 1)
        for spelling in (
            b"", field * 2, name + b"6," + field, b'"x":1,' + field, field + b" ",
            name + b'"' + number + b'",', name + number + b".0,", name + number + b"e0,",
        )
    ] + [published + b" ", b"\xef\xbb\xbf" + published, published[:-1], published + b"{}",
         b"[" + published + b"]", b"null", b"5"]  # fmt: skip


def test_a_page_refuses_another_list(tab: Page, signing_key: SigningKey) -> None:
    """Another fingerprint, version, scale, spelling, a low k, no point: refused by the page."""
    good = small_wave(signing_key)
    point = good.box
    changes: list[dict[str, Any]] = [
        {"v": 2}, {"v": 0}, {"top": 7}, {"top": 4}, {"n": 3}, {"n": 1}, {"k": 4}, {"form": 256},
        {"form": -1}, {"n": 0, "items": ()}, {"items": ("a", "a")}, {"n": 1, "items": ("a", "a")},
        {"n": 30, "items": tuple(map(str, range(30)))}, {"box": point[:-1]}, {"box": point + "="},
        {"outer": b64u(b"\x04" + bytes(64))}, {"outer": b64u(unb64u(point)[:-1])}, {"box": ""},
        {"box": b64u(b"\x02" + unb64u(point)[1:33])},
    ]  # fmt: skip
    lists = [keylist.encode(msgspec.structs.replace(good, **change)) for change in changes]
    lists += respelled(keylist.encode(good), b'"k":5,')
    pairs = [[published_list, keylist.fingerprint16(published_list)] for published_list in lists]
    pairs += [[keylist.encode(good), bytes(16)], [b"", keylist.fingerprint16(b"")]]
    last = keylist.fingerprint16(keylist.encode(good))
    pairs += [[keylist.encode(good), last[:-1]], [keylist.encode(good), last[:-1] + b"\0"]]
    refused = run(
        tab,
        """const {checkList} = await import('/keylist.js')
        return Promise.all(arg.map(([a, b]) => fails(checkList(raw(a), raw(b)))))""",
        [[a.hex(), b.hex()] for a, b in pairs],
    )
    assert refused == [True] * len(pairs)


def weak_keys() -> list[SigningKey]:
    """Return keys of 1024 bits, a byte and a bit short of 2048, and one with e = 3."""
    found = []
    for size, exponent in ((1024, 65537), (2040, 65537), (2047, 65537), (2048, 3)):
        numbers = rsa.generate_private_key(exponent, size).private_numbers()
        found.append(SigningKey(numbers.p, numbers.q, exponent))
    return found


@pytest.mark.parametrize("g", ["00000", "0001", "000001", "1e001", "00001\n", "٠٠٠٠١"])  # noqa: RUF001 - digits of another script
def test_other_numbers_are_no_groups(tab: Page, signing_key: SigningKey, g: str) -> None:
    """Five digits from 00001: any other number is refused by the page, though the root holds it."""
    row = keylist.leaf(g, 8, "", signing_key.spki)
    keys = msgspec.structs.replace(small_wave(signing_key), groups=1, root=b64u(merkle_root([row])))
    file = keylist.encode(
        GroupFile(g=g, label="", invited=8, leaders=False, spki=b64u(signing_key.spki),
                  index=0, path=())
    )  # fmt: skip
    published_list = keylist.encode(keys)
    assert run(
        tab,
        CHECK + "return fails(checkGroup(raw(arg.file), arg.name, list))",
        {
            "list": published_list.hex(),
            "list16": keylist.fingerprint16(published_list).hex(),
            "file": file.hex(),
            "name": keylist.hex_hash(file),
        },
    )


def test_a_page_refuses_forged_groups(tab: Page, signing_key: SigningKey) -> None:
    """A group that the root does not hold, too small a one or a weak key: refused by the page."""
    other = b64u(SigningKey.generate().spki)
    changes: list[dict[str, Any]] = [
        {"g": "00002"}, {"g": "1"}, {"g": "000001"}, {"g": "٠٠٠٠١"},  # noqa: RUF001 - digits of another script
        {"label": "Nord"}, {"invited": 9}, {"invited": 2**32 + 8},
        {"invited": 4}, {"spki": other}, {"index": 1}, {"path": ()}, {"spki": "AAAA"},
        {"index": 3}, {"index": -1}, {"path": ("AAAA",)}, {"spki": b64u(signing_key.spki) + "="},
    ]  # fmt: skip
    files = [group_file(signing_key, 0, **change) for change in changes]
    files += respelled(group_file(signing_key, 0), b'"invited":8,')
    rows = [[file.hex(), keylist.hex_hash(file)] for file in files]
    rows.append([group_file(signing_key, 0).hex(), "0" * 64])
    small = (4, 12)
    published_lists = [small_wave(signing_key), small_wave(signing_key, small),
                       small_wave(signing_key, (9, 12), k=10)]  # fmt: skip
    small_files = [group_file(signing_key, 0, small), group_file(signing_key, 0, (9, 12))]
    for weak in weak_keys():
        published_lists.append(small_wave(weak))
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
