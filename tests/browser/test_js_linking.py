"""The browser's own blinds in the linker game (`tests.linker`), and mutants of its source."""

from collections.abc import Sequence
from typing import Any, Final

import pytest
from playwright.sync_api import Page

from pulse.token import rfc9474
from pulse.token.keys import SigningKey
from tests.browser.modules import STATIC, run
from tests.linker import CAUGHT, PEOPLE, Trace, advantage, paired

E: Final = 65537
DRAWING: Final = "do r = toInt(random(size)); while (r < 1n || r >= n);"
MUTANTS: Final = {
    "2040 bits": "r = toInt(random(size - 1));",
    "128 bits": "r = toInt(random(16));",
    "constant": "r = 2n ** 2000n + 12345n;",
    "squared": f"{DRAWING} r = r * r % n;",
}


def mutate(tab: Page, drawing: str) -> None:
    """Serve the blinding module with another way of drawing r."""
    source = (STATIC / "rsabssa.js").read_text(encoding="utf-8")
    assert source.count(DRAWING) == 1
    changed = source.replace(DRAWING, drawing)
    tab.route(
        "**/rsabssa.js", lambda route: route.fulfill(body=changed, content_type="text/javascript")
    )


def play(tab: Page, keys: Sequence[SigningKey]) -> list[Trace]:
    """Let 40 people blind in the page, sign here, and finish with what the page kept."""
    shown = [keys[i % len(keys)] for i in range(PEOPLE)]
    states = run(
        tab,
        """const {prepare, blind} = await import('/rsabssa.js'), out = []
        for (const spki of arg) {
          const msg = prepare(new Uint8Array(32)), {blinded, inv} = await blind(msg, raw(spki))
          out.push({msg: hex(msg), blinded: hex(blinded), inv: `${inv}`})
        }
        return out""",
        [key.spki.hex() for key in shown],
    )
    return [trace(key, state) for key, state in zip(shown, states, strict=True)]


def trace(key: SigningKey, state: dict[str, Any]) -> Trace:
    """Sign one person's blinded message and finish the token."""
    msg, blinded = bytes.fromhex(state["msg"]), bytes.fromhex(state["blinded"])
    signed = rfc9474.blind_sign(key, blinded)
    sig = rfc9474.finalize(msg, signed, int(state["inv"]), int(key.n), E)
    return Trace(key, int.from_bytes(signed, "big"), msg, sig)


def test_forty_browsers_stay_at_chance(tab: Page, signing_key: SigningKey) -> None:
    """With the page's blinds nothing tells true pairs from false ones."""
    traces = play(tab, [signing_key])
    assert advantage(traces) < CAUGHT
    assert paired(traces) <= 4


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_linker_catches_a_mutated_page(tab: Page, signing_key: SigningKey, mutant: str) -> None:
    """A page that draws r in another way gives its people away."""
    mutate(tab, MUTANTS[mutant])
    assert advantage(play(tab, [signing_key])) > CAUGHT


def test_one_byte_short_names_most_people(tab: Page, signing_key: SigningKey) -> None:
    """With r of 2040 bits a pair is unique unless one of 39 others is short by chance (1/256)."""
    mutate(tab, MUTANTS["2040 bits"])
    expected = PEOPLE * (255 / 256) ** (PEOPLE - 1)
    assert paired(play(tab, [signing_key])) > expected - 10


def test_personal_keys_are_caught(tab: Page) -> None:
    """A page that lets itself be shown a key of its own is told from every other."""
    keys = [SigningKey.generate() for _ in range(4)]
    assert advantage(play(tab, keys)) > CAUGHT
