"""The survey page in frames of one tab: opened in a moment, killed at any await, or mutated.

A frame is a document of its own. Removing it ends its scripts and frees its locks just as closing
a tab does, while what it stored stays. The page has no hook for this: before its script runs,
`then` of every promise becomes a getter and `constructor` is taken away, so that each `await`
(which otherwise looks at neither) asks for `then` like any other thenable and can be counted.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from markupsafe import Markup
from playwright.sync_api import BrowserContext, Page

from pulse.token.encoding import b64u
from pulse.token.keylist import KeyList, encode, fingerprint16, hex_hash
from pulse.web.page import program, staff_page, static_files, static_folder
from pulse.web.rendering import render
from tests.browser.polling import PollingPlace

HTML: Final = "text/html; charset=utf-8"
WATCH: Final = r"""
if (window !== top && window.name) {
  const { then } = Promise.prototype, never = new Promise(() => {})
  const born = { at: null, cut: null, requests: 0, dead: false, places: [] }
  const life = window.life = { ...born, ...JSON.parse(window.name) }
  const alive = (call) => typeof call === 'function' ? (x) => life.dead ? never : call(x) : call
  const die = () => { life.dead = true }
  Object.defineProperty(Promise.prototype, 'constructor', { value: undefined })
  Object.defineProperty(Promise.prototype, 'then', { get() {
    const line = new Error().stack.split('\n').find((each) => each.includes('/s:'))
    if (!line) return then
    if (life.dead) return () => never
    if (life.places.push(line) - 1 === life.at) {
      then.call(this, die, die)
      return () => never
    }
    return function (done, failed) { return then.call(this, alive(done), alive(failed)) }
  } })

  const { fetch } = window, asked = {}
  window.fetch = async (path, given) => {
    asked[path] = (asked[path] ?? 0) + 1
    if (life.requests++ === life.cut) return die(), never
    if (life.busy && given.body && asked[path] === 1)
      return new Response('', { status: 503, headers: { 'Retry-After': '0' } })
    const reply = await fetch(path, given)
    if (life.lose === path && asked[path] === 1) throw TypeError('the answer was lost')
    return reply
  }
}"""
LIVE: Final = """async ({ link, options, choices }) => {
  const frame = document.createElement('iframe')
  frame.name = JSON.stringify(options)
  frame.src = `/s#${link}`
  document.body.append(frame)
  const pause = (time) => new Promise((go) => setTimeout(go, time))
  const told = (end) => {
    const kept = [localStorage, sessionStorage].map((store) => ({ ...store }))
    const { places, requests } = frame.contentWindow.life
    frame.remove()
    return { end, places, requests, kept }
  }
  let sent = false
  for (let waited = 0; waited < 10000; waited += 2) {
    await pause(2)
    const { life, document: page } = frame.contentWindow
    if (life?.dead) return told('dead')
    const shown = [...page.querySelectorAll('section:not(.late)')].find((one) => !one.hidden)?.id
    const failed = page.querySelector('#note')?.textContent.includes('still here')
    if (shown === 'again') page.querySelector('#again button').click()
    else if (shown === 'ask' && sent && failed) return told('told')
    else if (shown === 'ask' && !sent) {
      sent = true
      for (const [name, value] of Object.entries(choices))
        page.querySelector(`[name="${name}"][value="${value}"]`).checked = true
      page.querySelector('#send').click()
    } else if (shown && shown !== 'ask') {
      await pause(20)
      return told(shown)
    }
  }
  return told('hung')
}"""


class Life(msgspec.Struct, frozen=True):
    """How one opening of the page ended.

    `end` is the section shown last, `dead` after a crash, `told` where the form said that it
    could not send. `places` names, for every await from the start, where in the page it stands.
    `requests` counts what it asked for. `kept` is what localStorage and sessionStorage held.
    """

    end: str
    places: list[str]
    requests: int
    kept: list[dict[str, str]]


class Frames:
    """A tab on the polling place's address, in whose frames the survey page lives and dies.

    Args:
        context: the browser profile.
        place: where the page is served from, and votes are cast.
        page: bytes of the survey page; a mutated one, where a twin is to be caught.
        keys: a key list that stands in for the published one, if given.
    """

    def __init__(
        self,
        context: BrowserContext,
        place: PollingPlace,
        page: bytes | None = None,
        keys: bytes | None = None,
    ) -> None:
        self.tab: Page = context.new_page()
        self.tab.add_init_script(WATCH)
        self.serve("**/tab", b"<!doctype html><title>A tab</title>", HTML)
        # As served, but for the policy, which forbids frames.
        self.page = page or staff_page()
        self.serve("**/s", self.page, HTML)
        self._list16 = None
        if keys is not None:
            current = {
                "wave": place.keys.wave,
                "keys": f"/w/{place.keys.wave}/keys-{hex_hash(keys)}.json",
            }
            self.serve("**/w/current", json.dumps(current).encode())
            self.serve("**/keys-*", keys)
            self._list16 = b64u(fingerprint16(keys))
        self.tab.goto(f"{place.base}/tab")

    def live(self, link: str, choices: Mapping[str, int], **options: object) -> Life:
        """Open `link`, answer, send, and return how it ended.

        Args:
            link: a personal link; its list is replaced where the tab has another one.
            choices: answers by item.
            options: `at` (the await to die at, counted from 0: what it waits for still happens),
                `cut` (the request to die at, counted from 0: it never leaves), `busy` (the first
                request to each address is refused with 503), `lose` (the address whose first
                answer is lost).
        """
        told = self.tab.evaluate(
            LIVE, {"link": self.fragment(link), "options": options, "choices": dict(choices)}
        )
        return msgspec.convert(told, Life)

    def fragment(self, link: str) -> str:
        """Return what stands behind a link's #, naming the list that this tab is given."""
        fragment = link.partition("#")[2]
        return f"{fragment.rpartition('.')[0]}.{self._list16}" if self._list16 else fragment

    def asking(self, life: Life) -> list[int]:
        """Return those awaits of a life, counted from 0, that wait for the server."""
        [name] = set(re.findall(r"await (\w+)\('/ballot'", self.page.decode()))
        found = [at for at, line in enumerate(life.places) if f" {name} " in line]
        assert found
        return found

    def close(self) -> None:
        """Close the tab."""
        self.tab.close()

    def serve(self, pattern: str, body: bytes, kind: str = "application/json") -> None:
        """Answer every request for an address with the same bytes."""
        self.tab.route(pattern, lambda route: route.fulfill(body=body, content_type=kind))


def mutated(file: str, old: str, new: str) -> bytes:
    """Return the survey page with one place of one module changed; `old` must stand there once."""
    sources: dict[str, str] = {name: each.decode() for name, each in static_files().items()}
    assert sources[file].count(old) == 1, old
    sources[file] = sources[file].replace(old, new)
    style, script = program(sources)
    ours = {"style": Markup(style), "script": Markup(script)}  # noqa: S704 - our own files
    return render(
        "s.html", words=f"{static_folder()}/words.json", style=ours["style"], script=ours["script"]
    )


def relisted(keys: KeyList, **changed: Any) -> bytes:
    """Return the bytes of a key list with some fields changed."""
    return encode(msgspec.structs.replace(keys, **changed))


def awaits(page: bytes) -> list[tuple[int, int]]:
    """Return line and column of every `await` in a page."""
    lines = page.decode().split("\n")
    return [
        (number, found.start() + 1)
        for number, line in enumerate(lines, 1)
        for found in re.finditer(r"\bawait\b", line)
    ]


def await_of(place: str, page: bytes) -> tuple[int, int]:
    """Return the `await` that a place belongs to: the last one at or before it."""
    line, column = map(int, place.rstrip(")").rsplit(":", 2)[1:])
    return max(each for each in awaits(page) if each <= (line, column))
