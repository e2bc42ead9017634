"""A crash at every await of the client, then a reload: exactly one ballot, always.

The page itself has no hook for this. Before it starts, the browser's own asynchronous calls are
wrapped: after Send, the n-th one is made and never answers, as if the tab had died right there.
"""

import json
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.answering import choose, open_link, send, shown, stored
from tests.browser.polling import PollingPlace

STALL: Final = """if (window.SubtleCrypto) {
  const subtle = SubtleCrypto.prototype
  const calls = [[window, 'fetch'], [Response.prototype, 'arrayBuffer'],
    ...['digest', 'importKey', 'exportKey', 'generateKey', 'deriveBits', 'sign', 'verify',
      'encrypt'].map((name) => [subtle, name])]
  window.stall = { made: 0, at: Infinity }
  for (const [owner, name] of calls) {
    const real = owner[name]
    owner[name] = function (...given) {
      const answer = real.apply(this, given)
      if (stall.made++ < stall.at) return answer
      return Promise.resolve(answer).catch(() => {}).then(() => {
        document.title = 'dead'
        return new Promise(() => {})
      })
    }
  }
}"""
STEPS: Final = 6  # tests among which the awaits are shared


def crash(page: Page, at: int) -> None:
    """Answer, press send, and wait until the n-th call from there has come and gone unheard."""
    choose(page)
    page.evaluate("(at) => Object.assign(stall, { made: 0, at })", at)
    page.click("#send")
    expect(page).to_have_title("dead")


def awaits(context: BrowserContext, link: str) -> int:
    """Return how many asynchronous calls it takes from send to done."""
    page = open_link(context, link)
    page.evaluate("stall.made = 0")
    send(page)
    shown(page, "done")
    made: int = page.evaluate("stall.made")
    return made


@pytest.mark.parametrize("part", range(STEPS))
def test_a_crash_at_any_await_costs_nothing(
    place: PollingPlace, rough: BrowserContext, part: int
) -> None:
    """Whatever call was the last, the reloaded page ends with one ballot and only `done`."""
    rough.add_init_script(STALL)
    total = awaits(rough, place.next_link())
    assert total > 60
    for at in range(part, total, STEPS):
        before, link = place.ballots(), place.next_link()
        page = open_link(rough, link)
        crash(page, at)
        kept = stored(page)[0][-1:]
        page.close()
        page = rough.new_page()
        page.goto(link)
        page.locator("#ask:visible, #done:visible").wait_for()
        if page.is_visible("#ask"):
            assert not kept or "body" not in json.loads(kept[0])
            send(page)
        shown(page, "done")
        assert place.ballots() == before + 1, at
        assert "done" in stored(page)[0]
        page.close()


def test_a_client_that_stores_nothing_before_asking_loses_the_ballot(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """The twin that forgets its prepared token across a crash is caught: its link is used up."""
    rough.add_init_script(STALL)
    before, link = place.ballots(), place.next_link()
    page = open_link(rough, link)
    choose(page)
    page.route("**/ballot", lambda route: route.abort())
    page.click("#send")
    shown(page, "again")
    page.evaluate("localStorage.clear()")
    page.unroute("**/ballot")
    page.reload()
    shown(page, "ask")
    send(page)
    shown(page, "used")
    assert place.ballots() == before
