"""What a statement's text must be: present, short, stable, and reversed without a denial."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

import msgspec

from pulse.instrument.faults import Fault
from pulse.instrument.model import Item

ORIGINAL: Final = "original wording"
PACK: Final = "pack"  # stands for the scale of an item that has none
MAX_WORDS: Final = 14
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
# A reversed item says the opposite thing; people stumble over a denial that they must deny
# (van Sonderen 2013, PLOS ONE 8:e68967).
_DENIAL: Final = re.compile(
    r"\b(?:not?|never|none|nobody|nothing|nowhere|neither|nor|cannot|without"
    r"|\w+n['\N{RIGHT SINGLE QUOTATION MARK}]t)\b",
    re.IGNORECASE,
)


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was released under each item id: the SHA-256 of its text in hex, and its scoring."""

    schema: Literal[1] = 1
    texts: Mapping[str, Digest] = {}
    scoring: Mapping[str, str] = {}


def digest(text: str) -> str:
    """Return the SHA-256 of a text as hex, as `surveys/history.toml` records it."""
    return hashlib.sha256(text.encode()).hexdigest()


def scoring(item: Item) -> str:
    """Return how an item is scored, in the words of `surveys/history.toml`."""
    scale = item.scale or PACK
    return f"{scale}, reversed" if item.reverse else scale


def faults(item: Item, history: Record, path: str, *, ours: bool = True) -> Iterator[Fault]:
    """Yield what is wrong with an item's text and scoring; `path` is its place in the file.

    Empty, too long, a negated reversal, or changed under its old id. Of wording that is not
    `ours` neither length nor denials are for us to change.
    """
    text = item.text
    here = Fault(f"{path}.text", "", item.id)
    if not text.strip():
        yield here._replace(text="The item has no text.")
    elif text != text.strip() or not text.isprintable():
        yield here._replace(text="The text has stray spaces or signs.")
    if ours and (words := len(text.split())) > MAX_WORDS:
        yield here._replace(text=f"{words} words, at most {MAX_WORDS}: shorten it.")
    denial = _DENIAL.search(text)
    if ours and item.reverse and denial:
        yield here._replace(
            text=f"A reversed item says the opposite; it does not deny ('{denial.group()}')."
        )
    if history.texts.get(item.id, digest(text)) != digest(text):
        yield here._replace(
            text="The text was changed under an id that was released; give the new text a new id."
        )
    released = history.scoring.get(item.id, scoring(item))
    if released != scoring(item):
        field = "reverse" if released.startswith(item.scale or PACK) else "scale"
        yield Fault(
            f"{path}.{field}",
            f"This id was released as '{released}'; another scoring needs a new id.",
            item.id,
        )
