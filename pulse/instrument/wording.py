"""What a statement's text must be: present, short, stable, and reversed without a denial."""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from pulse.errors import BadInstrument
from pulse.instrument.model import Item

ORIGINAL: Final = "original wording"
MAX_WORDS: Final = 14
# A reversed item says the opposite thing; people stumble over a denial that they must deny
# (van Sonderen 2013, PLOS ONE 8:e68967).
_DENIAL: Final = re.compile(
    r"\b(?:not?|never|none|nobody|nothing|nowhere|neither|nor|cannot|without"
    r"|\w+n['\N{RIGHT SINGLE QUOTATION MARK}]t)\b",
    re.IGNORECASE,
)


def digest(text: str) -> str:
    """Return the SHA-256 of a text as hex, as `surveys/history.toml` records it."""
    return hashlib.sha256(text.encode()).hexdigest()


def check(item: Item, history: Mapping[str, str], *, where: str) -> None:
    """Accept an item's text.

    Raises:
        BadInstrument: empty, too long, a negated reversal, or changed under its old id.
    """
    text = item.text
    if not text.strip():
        raise BadInstrument("The item has no text.", where=f"{where}.text")
    if text != text.strip() or not text.isprintable():
        raise BadInstrument("The text has stray spaces or signs.", where=f"{where}.text")
    if len(text.split()) > MAX_WORDS:
        raise BadInstrument(f"The text is longer than {MAX_WORDS} words.", where=f"{where}.text")
    denial = _DENIAL.search(text)
    if item.reverse and denial:
        raise BadInstrument(
            f"A reversed item says the opposite; it does not deny ('{denial.group()}').",
            where=f"{where}.text",
        )
    if history.get(item.id, digest(text)) != digest(text):
        raise BadInstrument(
            "The text was changed under an id that was released; give the new text a new id.",
            where=f"{where}.text",
        )
