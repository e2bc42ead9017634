"""The open wave in several languages: its key list and texts as opening publishes them."""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace
from playwright.sync_api import BrowserContext, Route

from pulse.instrument import load
from pulse.instrument.texts import texts
from pulse.language import LANGUAGES
from pulse.settings import Support
from pulse.token.encoding import b64u, sha256
from pulse.token.keylist import encode, fingerprint16
from tests.browser.polling import WAVE, PollingPlace

COMPLETE = tuple(code for code, each in LANGUAGES.items() if each.status != "draft")
# Statements in no language: what is English on the page is the page's own.
STATEMENT = "ΨΨΨ {}"


def offer(place: PollingPlace, context: BrowserContext, locales: tuple[str, ...] = COMPLETE) -> str:
    """Let a profile find the wave in these languages, and return a fresh link to it."""
    files = {locale: _texts(place, locale) for locale in locales}
    hashes = {locale: sha256(data).hex() for locale, data in files.items()}
    listed = encode(replace(place.keys, texts=hashes))
    path = f"/w/{WAVE}/keys-{sha256(listed).hex()}.json"
    served = {
        path: listed,
        "/w/current": msgspec.json.encode({"wave": WAVE, "keys": path}),
    } | {f"/w/{WAVE}/text-{code}-{hashes[code]}.json": data for code, data in files.items()}
    for address, body in served.items():
        context.route(f"**{address}", _answer(body))
    secret = place.next_link().rpartition(".")[0]
    return f"{secret}.{b64u(fingerprint16(listed))}"


def _texts(place: PollingPlace, locale: str) -> bytes:
    survey = load()
    items = {
        name: replace(item, text=STATEMENT.format(name)) for name, item in survey.items.items()
    }
    labels = tuple(STATEMENT.format(value) for value in range(1, 6))
    spoken = replace(
        survey, locale=locale, dir=LANGUAGES[locale].dir, items=items, labels=labels,
        prefer_not=STATEMENT.format("-"),
    )  # fmt: skip
    return texts(spoken, place.keys.items, WAVE, Support())


def _answer(body: bytes) -> Callable[[Route], None]:
    def fulfill(route: Route) -> None:
        route.fulfill(body=body, content_type="application/json")

    return fulfill
