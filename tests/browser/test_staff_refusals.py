"""Published files that a page must not trust: it says so kindly, sends and stores nothing.

Every link here names the very list that is served, so only the page's own checks can refuse it.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import BrowserContext

from pulse.token import keylist
from pulse.token.encoding import b64u
from pulse.token.keylist import GroupFile, KeyList
from pulse.token.keys import SigningKey
from pulse.token.merkle import inclusion_paths, merkle_root
from tests.browser.answering import CHOICES, shown
from tests.browser.frames import Frames, relisted
from tests.browser.polling import PollingPlace

G: Final = "00001"


def posted(place: PollingPlace) -> list[str]:
    """Return the addresses that something was sent to."""
    return [note.path for note in place.wire if note.method == "POST"]


def refuses(frames: Frames, place: PollingPlace, *, sent: list[str]) -> None:
    """Open a fresh link, answer and send: the page shows `list`, and stored nothing of it."""
    place.wire.clear()
    before, link = place.ballots(), place.next_link()
    life = frames.live(link, CHOICES)
    assert life.end == "list"
    assert posted(place) == sent
    assert life.kept[0] == {}
    assert set(life.kept[1]) == {"link"}
    assert place.ballots() == before


def replaced(old: bytes, new: bytes) -> Callable[[KeyList], bytes]:
    """Return how to spell a key list in another way."""

    def spell(keys: KeyList) -> bytes:
        spelled = keylist.encode(keys).replace(old, new, 1)
        assert spelled != keylist.encode(keys)
        return spelled

    return spell


def changed(**fields: Any) -> Callable[[KeyList], bytes]:
    """Return how to change fields of a key list."""
    return lambda keys: relisted(keys, **fields)


LISTS: Final = {
    "unknown version": changed(v=2),
    "another wave": changed(wave="2026-W10"),
    "low k": changed(k=4),
    "too many items": changed(n=30, items=tuple(map(str, range(30)))),
    "a form of two bytes": changed(form=256),
    "no point": changed(box=b64u(b"\x04" + bytes(64))),
    "padded base64url": lambda keys: relisted(keys, outer=keys.outer + "="),
    "a field more": replaced(b'"k":5,', b'"k":5,"x":1,'),
    "a field less": replaced(b'"top":5,', b""),
    "a field twice": replaced(b'"k":5,', b'"k":9,"k":5,'),
    "a blank": replaced(b'"k":5,', b'"k": 5,'),
}


@pytest.mark.parametrize("flaw", LISTS)
def test_a_flawed_list_is_refused_before_the_secret_is_shown(
    place: PollingPlace, rough: BrowserContext, flaw: str
) -> None:
    """A list with a flaw goes no further, though the link names it; the server learns nothing."""
    refuses(Frames(rough, place, keys=LISTS[flaw](place.keys)), place, sent=[])


def listed(place: PollingPlace, spki: bytes, invited: int = 8) -> tuple[KeyList, GroupFile]:
    """Return a sound list of two groups with the first one's file, under a key and a size."""
    rows = [keylist.leaf(G, invited, "A", spki), keylist.leaf("00002", 8, "B", spki)]
    keys = msgspec.structs.replace(place.keys, groups=2, root=b64u(merkle_root(rows)))
    path = tuple(b64u(entry) for entry in inclusion_paths(rows)[0])
    group = GroupFile(
        g=G, label="A", invited=invited, leaders=False, spki=b64u(spki), index=0, path=path
    )
    return keys, group


def offered(
    context: BrowserContext, place: PollingPlace, keys: KeyList, group: bytes, **told: str
) -> Frames:
    """Return a tab in which every link belongs to one group file of a forged list."""
    frames = Frames(context, place, keys=keylist.encode(keys))
    wave = place.keys.wave
    path = f"/w/{wave}/g-{keylist.hex_hash(group)}.json"
    frames.serve("**/me", msgspec.json.encode({"wave": wave, "g": G, "file": path} | told))
    frames.serve("**/g-*", group)
    return frames


def spki_of_size(bits: int, exponent: int) -> bytes:
    """Return the public half of a fresh key."""
    numbers = rsa.generate_private_key(exponent, bits).private_numbers()
    return SigningKey(numbers.p, numbers.q, exponent).spki


GROUPS: Final[dict[str, dict[str, Any]]] = {
    "another group's place": {"index": 1},
    "a place outside": {"index": 2},
    "no path": {"path": ()},
    "another label": {"label": "C"},
    "more people than listed": {"invited": 9},
    "padded base64url": {"spki": "AAA="},
}


@pytest.mark.parametrize("flaw", GROUPS)
def test_a_group_outside_the_list_gets_no_request(
    place: PollingPlace, rough: BrowserContext, signing_key: SigningKey, flaw: str
) -> None:
    """A group file that the list's root does not hold stops before anything is asked or kept."""
    keys, group = listed(place, signing_key.spki)
    file = keylist.encode(msgspec.structs.replace(group, **GROUPS[flaw]))
    refuses(offered(rough, place, keys, file), place, sent=[])


@pytest.mark.parametrize(
    ("bits", "exponent", "invited", "k"),
    [(1024, 65537, 8, 5), (2048, 3, 8, 5), (2048, 65537, 4, 5), (2048, 65537, 9, 10)],
    ids=["1024 bits", "e = 3", "four people", "nine people under k = 10"],
)
def test_a_listed_group_that_protects_nobody_gets_no_request(
    place: PollingPlace, rough: BrowserContext, bits: int, exponent: int, invited: int, k: int
) -> None:
    """Weak keys and too few people are refused although the list itself holds them."""
    keys, group = listed(place, spki_of_size(bits, exponent), invited)
    keys = msgspec.structs.replace(keys, k=k)
    refuses(offered(rough, place, keys, keylist.encode(group)), place, sent=[])


@pytest.mark.parametrize("told", [{"wave": "2026-W08"}, {"g": "00002"}, {"file": "/w/x/g-.json"}])
def test_an_answer_that_fits_neither_wave_nor_file_gets_no_request(
    place: PollingPlace, rough: BrowserContext, signing_key: SigningKey, told: dict[str, str]
) -> None:
    """The answer about a link must name the list's wave, the file's group and the file's hash."""
    keys, group = listed(place, signing_key.spki)
    refuses(offered(rough, place, keys, keylist.encode(group), **told), place, sent=[])


def test_another_wave_than_the_one_announced_is_refused(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """The list that a link names must be that of the wave which the server calls open."""
    frames = Frames(rough, place)
    hexes = keylist.hex_hash(place.m1)
    announced = {"wave": "2026-W08", "keys": f"/w/{place.keys.wave}/keys-{hexes}.json"}
    frames.serve("**/w/current", msgspec.json.encode(announced))
    refuses(frames, place, sent=[])


def test_a_sound_forged_list_would_be_believed(
    place: PollingPlace, rough: BrowserContext, signing_key: SigningKey
) -> None:
    """Without a flaw the same forgery gets its request: so each flaw above is what stops it."""
    place.wire.clear()
    keys, group = listed(place, signing_key.spki)
    life = offered(rough, place, keys, keylist.encode(group)).live(place.next_link(), CHOICES)
    assert life.end == "told"  # the real issuer signs with another key, which the page notices
    assert posted(place) == ["/issue"]


@pytest.mark.parametrize(("leaders", "asked"), [(False, 5), (True, 6)])
def test_leaders_items_are_asked_of_leaders_only(
    place: PollingPlace,
    rough: BrowserContext,
    signing_key: SigningKey,
    leaders: bool,  # noqa: FBT001 - a parameter of the test
    asked: int,
) -> None:
    """An item that the list keeps for leaders' groups is not shown to anybody else."""
    keys, group = listed(place, signing_key.spki)
    keys = msgspec.structs.replace(keys, lead=keys.items[-1:])
    group = msgspec.structs.replace(group, leaders=leaders)
    frames = offered(rough, place, keys, keylist.encode(group))
    frames.tab.goto(f"{place.base}/s#{frames.fragment(place.next_link())}")
    shown(frames.tab, "ask")
    assert frames.tab.locator("fieldset").count() == asked
