"""Where the sentences of the interface stand: Python's `_("…")` and Jinja's templates.

Only `python -m pulse.language` and the tests come here; Babel's reader of Jinja is named, not
imported, so that this room stays free of the frameworks.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from babel.messages.extract import extract

ROOMS: Final = ("pulse", "dashboards")
_TOP: Final = Path(__file__).parents[2]
_JINJA: Final[Mapping[str, str]] = {
    "trimmed": "true",
    "newstyle_gettext": "true",
    "silent": "false",
    "encoding": "utf-8",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
}
_METHODS: Final = {".py": "python", ".html": "jinja2.ext:babel_extract"}
_KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


class Sentence(msgspec.Struct, frozen=True):
    """One sentence of the code: `many` is its form for several things, or empty."""

    text: str
    many: str = ""
    context: str = ""


@cache
def sentences(top: Path = _TOP) -> dict[Sentence, tuple[str, ...]]:
    """Return every sentence with the files that hold it, both in a lasting order.

    Raises:
        jinja2.TemplateSyntaxError: a template cannot be read.
    """
    found: dict[Sentence, set[str]] = {}
    for path in sorted(_files(top)):
        name = path.relative_to(top).as_posix()
        for sentence in read(path):
            found.setdefault(sentence, set()).add(name)
    return {each: tuple(sorted(names)) for each, names in sorted(found.items(), key=_order)}


def read(path: Path) -> Iterator[Sentence]:
    """Yield the sentences of one file, in the order in which they stand there."""
    options = dict(_JINJA) if path.suffix == ".html" else {}
    with path.open("rb") as file:
        entries = extract(_METHODS[path.suffix], file, _KEYWORDS, options=options)
        for _, message, _, context in entries:
            text, many = message if isinstance(message, tuple) else (message, "")
            if text:
                yield Sentence(text, many, context or "")


def _files(top: Path) -> Iterator[Path]:
    for room in ROOMS:
        for suffix in _METHODS:
            yield from (top / room).rglob(f"*{suffix}")


def _order(item: tuple[Sentence, set[str]]) -> tuple[str, str, str]:
    sentence, names = item
    return (min(names), sentence.text, sentence.context)
