"""A crash at every await of the client, then a reload: exactly one ballot, always.

The awaits are not listed here. The page runs once undisturbed and tells where it waited; then it
dies at each of these moments in turn. At the end every `await` in the shipped page must have been
one of them, so that a new one is tested or noticed.
"""

import random
from typing import Final

import pytest
from playwright.sync_api import BrowserContext

from pulse.web.page import staff_page
from tests.browser.answering import CHOICES
from tests.browser.frames import Frames, Life, await_of, awaits, mutated, relisted
from tests.browser.polling import PollingPlace

PARTS: Final = 4  # tests among which the awaits of a plain visit are shared
KIOSK: Final = "#k."


def opens(place: PollingPlace, mark: str) -> str:
    """Return a fresh link, with another mark before the secret."""
    return place.next_link().replace("#", mark)


def ended_well(life: Life, before: Life) -> bool:
    """Tell whether a visit after a crash thanked, or found the word `done` of the one before."""
    finished = "done" in [*before.kept[0].values(), *before.kept[1].values()]
    return life.end == ("used" if finished else "done")


def dies(
    frames: Frames, place: PollingPlace, *deaths: dict[str, int], mark: str = "#", **options: object
) -> bool:
    """Crash in each of several visits, come once more: tell whether that gave one ballot."""
    before, link = place.ballots(), opens(place, mark)
    frames.tab.evaluate("localStorage.clear(), sessionStorage.clear()")
    lives = [frames.live(link, CHOICES, **death, **options) for death in deaths]
    lives.append(frames.live(link, CHOICES))
    return ended_well(lives[-1], lives[-2]) and place.ballots() == before + 1


def undisturbed(frames: Frames, link: str, **options: object) -> Life:
    """Return a visit that reaches its end."""
    life = frames.live(link, CHOICES, **options)
    assert life.end == "done"
    return life


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_crash_at_any_await_costs_nothing(
    place: PollingPlace, rough: BrowserContext, part: int
) -> None:
    """Whichever await was the last, the reloaded page ends with one ballot and only `done`."""
    frames = Frames(rough, place)
    total = len(undisturbed(frames, place.next_link()).places)
    assert total > 100
    moments = range(part, total, PARTS)
    assert [at for at in moments if not dies(frames, place, {"at": at})] == []


def test_a_crash_before_any_request_leaves_costs_nothing(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """The page dies where a request was about to leave, of whatever kind: one ballot in the end."""
    frames = Frames(rough, place)
    requests = undisturbed(frames, place.next_link()).requests
    assert requests == 7  # wave, list, texts, group by link, group file, issue, ballot
    assert [cut for cut in range(requests) if not dies(frames, place, {"cut": cut})] == []


def test_no_await_of_the_page_is_left_out(place: PollingPlace, rough: BrowserContext) -> None:
    """Kiosks, busy servers, lost answers, leaders' items: with these, no await was never last."""
    leaders = relisted(place.keys, lead=place.keys.items[-1:])
    seen: set[tuple[int, int]] = set()
    failed = []
    scenes: list[tuple[bytes | None, str, dict[str, object]]] = [
        (None, "#", {}), (None, KIOSK, {}), (None, "#", {"busy": True}),
        (None, "#", {"lose": "/ballot"}), (leaders, "#", {}),
    ]  # fmt: skip
    for keys, mark, options in scenes:
        frames = Frames(rough, place, keys=keys)
        whole = undisturbed(frames, opens(place, mark), **options)
        for at, line in enumerate(whole.places):
            here = await_of(line, staff_page())
            known = here in seen or (keys is None and mark == "#" and not options)
            if not known and not dies(frames, place, {"at": at}, mark=mark, **options):
                failed.append((here, options))
            seen.add(here)
        frames.close()
    assert failed == []
    assert seen == set(awaits(staff_page()))


@pytest.mark.slow
def test_crashing_twice_costs_nothing(place: PollingPlace, rough: BrowserContext) -> None:
    """A visit that resumes after a crash may itself crash anywhere."""
    frames, chance = Frames(rough, place), random.Random(4)
    whole = undisturbed(frames, place.next_link())
    asking = frames.asking(whole)
    pairs = [({"at": at}, {"at": chance.randrange(50)}) for at in asking[-8:]]
    assert [pair for pair in pairs if not dies(frames, place, *pair)] == []


TWINS: Final = {
    "asks before it stores": (
        "kept = keep({ list, msg: b64u(msg), spki, blinded: b64u(blinded), inv: `${inv}` });",
        "kept = { list, msg: b64u(msg), spki, blinded: b64u(blinded), inv: `${inv}` };",
    ),
    "seals again for each sending": (
        "return keep({ body: { v: 1, wave, g, msg, sig: kept.sig, box: b64u(sealed) } }).body;",
        "return { v: 1, wave, g, msg, sig: kept.sig, box: b64u(sealed) };",
    ),
    "blinds again for each asking": ("if (kept?.list !== list || kept.spki !== spki) {", "{"),
    "is done before it sends": (
        "kept?.body ?? await finish(visit, kept, answers);",
        "kept?.body ?? await finish(visit, kept, answers);\nvisit.store[visit.slot] = 'done';",
    ),
}


@pytest.mark.parametrize("twin", TWINS)
def test_a_client_in_another_order_is_caught(
    place: PollingPlace, rough: BrowserContext, twin: str
) -> None:
    """Twins that store too late, too early or not at all fail at one of the awaits."""
    frames = Frames(rough, place, mutated("ballot.js", *TWINS[twin]))
    whole = undisturbed(frames, place.next_link())
    asking = frames.asking(whole)
    deaths = [{"cut": whole.requests - 1}, *({"at": at} for at in reversed(asking))]
    assert not all(dies(frames, place, death) for death in deaths)
