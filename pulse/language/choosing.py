"""Which of the offered languages is closest to a wanted one (RFC 4647, section 3.4, lookup)."""

from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 35  # characters; no tag that people use is longer (RFC 5646, section 4.4.1)
# Where the tag alone does not say the script (CLDR, likely subtags), and codes of old.
_LIKELY: Final = {
    "zh": "zh-hans",
    "zh-cn": "zh-hans-cn",
    "zh-sg": "zh-hans-sg",
    "zh-my": "zh-hans-my",
    "zh-tw": "zh-hant-tw",
    "zh-hk": "zh-hant-hk",
    "zh-mo": "zh-hant-mo",
    "iw": "he",
}
_SCRIPT: Final = 4  # letters


def closest(wanted: str, offered: Iterable[str]) -> str | None:
    """Return the tag of `offered` that fits `wanted` best, as it is spelled there, or None.

    The wanted tag is shortened from its end until it fits; then another region of the same
    language will do (`pt` finds `pt-BR`), but never another script (`zh-TW` finds no `zh-Hans`).

    Args:
        wanted: one BCP 47 tag, in any case, `_` for `-` allowed; whatever is none fits nothing.
        offered: tags, in the order of preference.
    """
    if not 0 < len(wanted) <= _LONGEST:
        return None
    tag = _likely(wanted)
    spelled = {_likely(each): each for each in reversed(list(offered))}
    shorter = tag
    while shorter:
        if shorter in spelled:
            return spelled[shorter]
        # A single letter or digit begins what follows it, and goes with it.
        shorter = shorter.rpartition("-")[0]
        if shorter[-2:-1] == "-":
            shorter = shorter[:-2]
    same = [each for each in reversed(spelled) if _kind(each) == _kind(tag)]
    return spelled[same[0]] if same else None


def _likely(tag: str) -> str:
    lower = tag.strip().replace("_", "-").lower()
    return _LIKELY.get(lower, lower)


def _kind(tag: str) -> tuple[str, str]:
    language, _, rest = tag.partition("-")
    script = rest.partition("-")[0]
    return language, script if len(script) == _SCRIPT and script.isalpha() else ""
