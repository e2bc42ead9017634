"""What a text must be in any language: short, plain signs, one direction, no denied reversal."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from babel import Locale, UnknownLocaleError, parse_locale

MAX_WORDS: Final = 18  # English has 14; other languages need more words for the same
MAX_SIGNS: Final = 120
# Scripts that put no space between words, and how many of their signs a statement may have.
UNSPACED: Final = frozenset({"ja", "zh", "th", "lo", "km", "my"})
MAX_UNSPACED: Final = 45
# Spaces that French and others put before punctuation, and the joiners that some scripts need
# inside a word. Every other sign that cannot be seen is refused, direction overrides among them.
_INVISIBLE: Final = frozenset(
    "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
)
_MARKUP: Final = re.compile(r"[<>]|&#?\w+;")
_PLACEHOLDER: Final = re.compile(r"[{}]|%[a-z(]|\$\w", re.IGNORECASE)
# Words that deny. A reversed statement says the opposite; people stumble over a denial that they
# must deny (van Sonderen 2013, PLOS ONE 8:e68967). Only clear words stand here.
_WORDS: Final = {
    "ar": "لا|لم|لن|ليس|ليست|لست|بدون|دون|بلا|غير",
    "de": "nicht|nichts|nie|niemals|niemand|kein|keine|keinen|keiner|keinem|keines|ohne",
    "es": "no|ni|nunca|jamás|nadie|nada|ningún|ninguna|sin",
    "fr": "ne|n|pas|jamais|rien|aucun|aucune|sans|ni",
    "he": "לא|אין|אינני|בלי|ללא|אף",
    "it": "non|mai|nessuno|nessuna|niente|nulla|senza|né",
    "nl": "niet|niets|nooit|niemand|geen|zonder",
    "pl": "nie|nigdy|nikt|nikogo|nic|niczego|bez|żaden|żadna",
    "pt": "não|nunca|jamais|ninguém|nada|nenhum|nenhuma|sem",
}
_DENIALS: Final = {
    language: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for language, words in _WORDS.items()
} | {"ja": re.compile("ない|なかった|ません|なく|ずに"), "zh": re.compile("不|没|未|无|别")}


def direction(code: str) -> str | None:
    """Return "ltr" or "rtl" for a language code like "pt-BR", None where CLDR knows no such."""
    try:
        language, territory, script, *_ = parse_locale(code, sep="-")
        known = Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
    spelled = "-".join(part for part in (language, script, territory) if part)
    usual = code == spelled and known.language == language  # not deu for de, nor ZH-hans
    return known.text_direction if usual else None


def denial(text: str, code: str) -> str:
    """Return the first word of `text` that denies; empty where there is none, or no list."""
    words = _DENIALS.get(code.partition("-")[0])
    found = words.search(text) if words else None
    return found.group() if found else ""


def size(text: str, code: str) -> tuple[int, int, str]:
    """Return how long a text is, how long a statement may be, and in what: words or signs."""
    if code.partition("-")[0] in UNSPACED:
        return len(text), MAX_UNSPACED, "signs"
    return len(text.split()), MAX_WORDS, "words"


def faults(text: str, code: str, way: str, longest: int = MAX_SIGNS) -> Iterator[str]:
    """Yield a sentence for each thing wrong with a text of any kind.

    Args:
        text: as it stands in the file.
        code: its language.
        way: "ltr" or "rtl", the direction of that language.
        longest: how many signs it may have.
    """
    if not text.strip():
        yield "The text is empty."
        return
    if text != text.strip() or "  " in text:
        yield "The text has stray spaces."
    if len(text) > longest:
        yield f"The text has {len(text)} signs; {longest} at most."
    hidden = [sign for sign in text if not sign.isprintable() and sign not in _INVISIBLE]
    if hidden:
        yield f"The text holds a sign that cannot be seen (U+{ord(hidden[0]):04X})."
    if _MARKUP.search(text):
        yield "The text holds HTML; write plain words."
    placeholder = _PLACEHOLDER.search(text)
    if placeholder:
        yield f"The text holds a placeholder ('{placeholder.group()}'); write plain words."
    letters = (sign for sign in text if sign.isprintable())
    stranger = next((sign for sign in letters if _way(sign) not in {"", way}), "")
    if stranger:
        yield f"The text mixes directions: '{stranger}' does not belong in a text of {code}."
    elif not any(sign.isalpha() for sign in text):
        yield "The text has no letter."


def _way(sign: str) -> str:
    """Return the direction that a sign is read in, empty for those that follow their neighbours."""
    kind = unicodedata.bidirectional(sign)
    return {"L": "ltr", "R": "rtl", "AL": "rtl"}.get(kind, "")
