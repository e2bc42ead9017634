"""The staff page's script: our readable modules as one file, so that a slow phone asks once.

Nothing is rewritten. The lines that tie modules together (`import …`, the word `export`) and
the lines that hold only a comment are left out; all names stand in one scope, each once.
"""

import re
from collections.abc import Mapping
from typing import Final

_IMPORT: Final = re.compile(r"^import \{[^}]*\} from '\./([a-z]+\.js)';?\n", re.MULTILINE)
_COMMENT: Final = re.compile(r"^ *//.*\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ", re.MULTILINE)
_BLANK: Final = re.compile(r"\n{2,}")


def bundle(files: Mapping[str, str], entry: str = "page.js") -> str:
    """Return `entry` and every module it imports, each after the ones that it needs.

    Args:
        files: source text by file name; one import a line, none renamed.
        entry: the module that starts the page.

    Raises:
        KeyError: an import names a file that is not there.
    """
    parts: dict[str, str] = {}

    def add(name: str) -> None:
        if name in parts:
            return
        parts[name] = ""  # a circle of imports ends here
        for needed in _IMPORT.findall(files[name]):
            add(needed)
        parts[name] = _bare(parts.pop(name) or files[name])

    add(entry)
    return "".join(parts.values())


def _bare(source: str) -> str:
    for pattern, instead in ((_IMPORT, ""), (_COMMENT, ""), (_EXPORT, ""), (_BLANK, "\n")):
        source = pattern.sub(instead, source)
    return source.lstrip("\n")
