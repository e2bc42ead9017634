"""In which language a page answers: what the address asks for, else what the browser prefers."""

from typing import Any, Final

from litestar import Request

from pulse.language import closest
from pulse.settings import Settings
from pulse.web.reader import Reader, reader_of

_MOST: Final = 20  # languages of a browser that are looked at


def reader_for(request: Request[Any, Any, Any], settings: Settings) -> Reader:
    """Return whoever asks: `?lang=`, then Accept-Language, then the organisation's own."""
    offered = settings.languages
    asked = closest(request.query_params.get("lang", ""), offered)
    if asked is not None:
        return reader_of(asked, chosen=True)
    for tag in _preferred(request.headers.get("accept-language", "")):
        if found := closest(tag, offered):
            return reader_of(found)
    return reader_of(offered[0])


def _preferred(header: str) -> list[str]:
    """Return the tags of Accept-Language, the most wanted first (RFC 9110, section 12.5.4)."""
    found = []
    for part in header.split(",")[:_MOST]:
        tag, _, weight = part.partition(";")
        try:
            wanted = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if 0 < wanted <= 1:
            found.append((-wanted, tag.strip()))
    return [tag for _, tag in sorted(found, key=lambda each: each[0])]
