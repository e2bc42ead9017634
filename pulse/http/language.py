"""Which language a page is shown in: the one its address asks for, or the browser's, kept nowhere.

A page that uses this says `Vary: Accept-Language`, and links to itself with `?lang=…`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pulse.language import closest

_LONGEST: Final = 1_000  # characters of a header that are read; browsers send under a hundred
_MOST: Final = 20  # languages of a header that are weighed


def negotiate(accept_language: str, asked: str, offered: Sequence[str]) -> str:
    """Return the tag of `offered` to answer in; the first one when nothing fits.

    Args:
        accept_language: the header (RFC 9110, section 12.5.4), or empty; nonsense in it is
            passed over, never an error.
        asked: the language that the address names, or empty; it goes before the header.
        offered: tags, the default first, at least one.
    """
    for wanted in (asked, *_wanted(accept_language)):
        if found := closest(wanted, offered):
            return found
    return offered[0]


def _wanted(header: str) -> Iterator[str]:
    parts = header[:_LONGEST].split(",")[:_MOST]
    weighed = [(_weight(part.partition(";")[2]), part.partition(";")[0].strip()) for part in parts]
    for weight, tag in sorted(weighed, key=lambda each: -each[0]):  # equal weights keep order
        if weight and tag != "*":
            yield tag


def _weight(parameter: str) -> float:
    name, _, value = parameter.replace(" ", "").partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name.lower() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
