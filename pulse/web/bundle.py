"""The survey page in one file: our readable modules and style sheet, ready to stand in it.

A slow phone asks once and holds everything, and the one hash in the key list covers the whole
program. Nothing is rewritten here (`shorten.py` gives short names afterwards): what ties modules
together (`import …`, the word `export`), comments, indentation, and blanks and line ends beside
punctuation are left out, and all names stand in one scope, each declared once.
"""

import re
from collections.abc import Mapping
from typing import Final

_IMPORT: Final = re.compile(r"^import \{[^}]*\} from '\./([a-z]+\.js)';\n", re.MULTILINE)
_LEFT_OUT: Final = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        _IMPORT.pattern,
        r"^ *//.*\n",
        r" +// [^'\"`\n]*$",  # behind code; never inside a string
        r"^export ",
        r"^ +",
        r"^\n",
    )
)
# Quoted text stays as it is. So do blanks that part two of + and -, and those beside a slash.
_BLANKS: Final = re.compile(
    r"""('(?:\\.|[^'\\\n])*'|`[^`]*`)| *([^\w\s'"`+/-]|(?<![+-] )[+-](?! ?[+-])) *"""
)
_LINE_END: Final = re.compile(r"(?<=[;{(,])\n")  # where no statement could end or begin unseen
_STYLE_COMMENT: Final = re.compile(r"^/\*.*\*/\n|^\n|^ +", re.MULTILINE)
_STYLE_BLANKS: Final = re.compile(r"\s*([{};,])\s*|(?<=:) ")


def bundle(files: Mapping[str, str], entry: str = "page.js") -> str:
    """Return `entry` and every module it imports, each after those that it needs.

    Args:
        files: source text by file name; one import a line, no name changed on the way.
        entry: the module that starts the page.

    Raises:
        KeyError: an import names a file that is not there.
    """
    parts: dict[str, str] = {}

    def add(name: str) -> None:
        if name in parts:
            return
        for needed in _IMPORT.findall(files[name]):
            add(needed)
        parts[name] = _bare(files[name])

    add(entry)
    return "".join(parts.values())


def bare_style(css: str) -> str:
    """Return a style sheet without comment lines, empty lines and blanks that mean nothing."""
    return _STYLE_BLANKS.sub(r"\1", _STYLE_COMMENT.sub("", css))


def _bare(source: str) -> str:
    for pattern in _LEFT_OUT:
        source = pattern.sub("", source)
    return _LINE_END.sub("", _BLANKS.sub(r"\1\2", source))
