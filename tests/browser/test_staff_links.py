"""Whoever holds every link, as a mail archive does, finds nobody's ballot by it."""

from typing import Final

from playwright.sync_api import BrowserContext

from tests.browser.answering import CHOICES
from tests.browser.frames import Frames, mutated
from tests.browser.polling import PollingPlace

PEOPLE: Final = 9
ISSUE: Final = 5  # the sixth request: wave, list, texts, group by link, group file, issue
SECURE: Final = "const secure = (size) => crypto.getRandomValues(new Uint8Array(size));"
DERIVED: Final = """let state;
const secure = (size) => {
state ??= [...sessionStorage.link].reduce((sum, c) => (sum * 31 + c.charCodeAt()) % 2147483647, 7);
return Uint8Array.from({ length: size }, () => (state = state * 48271 % 2147483647) & 255);
};"""


def found(frames: Frames, place: PollingPlace) -> int:
    """Let nine people vote, run the page's program again on each link, count the tokens it finds.

    The second run stops before it asks for a signature; the prepared message is then in its store.
    """
    place.wire.clear()
    links = [place.next_link() for _ in range(PEOPLE)]
    assert {frames.live(link, CHOICES).end for link in links} == {"done"}
    cast = {body["msg"] for body in place.bodies("/ballot")}
    assert len(cast) == PEOPLE
    guesses = []
    for link in links:
        frames.tab.evaluate("localStorage.clear(), sessionStorage.clear()")
        [kept] = frames.live(link, CHOICES, cut=ISSUE).kept[0].values()
        guesses.append(kept.partition('"msg":"')[2].partition('"')[0])
    assert len(guesses) == PEOPLE
    assert all(guesses)
    return len(cast & set(guesses))


def test_links_find_nobody(place: PollingPlace, rough: BrowserContext) -> None:
    """Of nine tokens none is the one that the link's holder computes."""
    assert found(Frames(rough, place), place) == 0


def test_a_token_derived_from_the_link_is_found(place: PollingPlace, rough: BrowserContext) -> None:
    """The twin that draws everything from the link gives away nine of nine."""
    page = mutated("rsabssa.js", SECURE, DERIVED)
    assert found(Frames(rough, place, page), place) == PEOPLE
