"""What the page writes down on the way: under which name, what each step holds, and in order."""

import hashlib
import json
from typing import Final

import pytest
from playwright.sync_api import BrowserContext

from pulse.token.encoding import b64u, unb64u
from tests.browser.answering import open_link, send, shown
from tests.browser.frames import HTML, mutated
from tests.browser.polling import PollingPlace

# Every write to the survey's slot, in order, kept where the page does not look.
NOTED: Final = """if (location.hash) {
  window.written = []
  const store = new Proxy(localStorage, {
    get: (target, name) => target[name],
    set: (target, name, value) => {
      if (name.startsWith('pulse:')) written.push([name, value])
      target[name] = value
      return true
    },
  })
  Object.defineProperty(window, 'localStorage', { get: () => store })
}"""


def written(
    place: PollingPlace, context: BrowserContext, page: bytes | None = None
) -> tuple[str, list[tuple[str, str]]]:
    """Let one person answer; return their link and every write of the page, name and value."""
    context.add_init_script(NOTED)
    if page:
        context.route("**/s", lambda route: route.fulfill(body=page, content_type=HTML))
    link = place.next_link()
    place.wire.clear()
    tab = open_link(context, link)
    send(tab)
    shown(tab, "done")
    return link, [(name, value) for name, value in tab.evaluate("written")]


def slot_of(place: PollingPlace, link: str) -> str:
    """Return the name that the protocol gives the slot of a link's secret in this wave."""
    secret = unb64u(link.partition("#")[2].split(".")[0])
    told = b"pulse-slot/v1\0" + secret + place.keys.wave.encode()
    return "pulse:" + b64u(hashlib.sha256(told).digest())


def test_each_step_holds_what_the_next_one_needs(
    place: PollingPlace, rough: BrowserContext
) -> None:
    """Prepared, signed, sealed, done: the blind is gone once it has served, then all but `done`."""
    link, writes = written(place, rough)
    assert {name for name, _ in writes} == {slot_of(place, link)}
    prepared, signed, sealed = (json.loads(value) for _, value in writes[:-1])
    assert writes[-1][1] == "done"
    assert set(prepared) == {"wave", "list", "msg", "spki", "blinded", "inv"}
    assert set(signed) == {"wave", "list", "msg", "spki", "sig"}
    assert set(sealed) == {"wave", "body"}
    assert prepared["msg"] == signed["msg"] == sealed["body"]["msg"]
    assert place.bodies("/issue")[0]["blinded"] == prepared["blinded"]
    assert place.bodies("/ballot") == [sealed["body"]]


@pytest.mark.parametrize("left_out", [", raw", ", wave"])
def test_a_slot_of_another_name_is_caught(
    place: PollingPlace, rough: BrowserContext, left_out: str
) -> None:
    """A name without the secret, or without the wave, is seen to be another."""
    old = "concat('pulse-slot/v1\\0', raw, wave)"
    link, writes = written(place, rough, mutated("ballot.js", old, old.replace(left_out, "", 1)))
    assert writes[0][0] != slot_of(place, link)


def test_a_blind_that_stays_is_caught(place: PollingPlace, rough: BrowserContext) -> None:
    """The twin that keeps the blind beside the signature, which would pair the two, is seen."""
    old, new = "keep({ list, msg, spki, sig:", "keep({ ...kept, sig:"
    _, writes = written(place, rough, mutated("ballot.js", old, new))
    assert "inv" in json.loads(writes[1][1])
