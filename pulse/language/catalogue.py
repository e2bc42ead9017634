"""A catalogue of translations in memory, read from its `.po` file when it is first asked.

The reader knows the `.po` format as `python -m pulse.language update` writes it, which is all
that ships: reading with Babel would cost every process 70 ms for the same dictionary.
"""

import ast
import gettext
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from pulse.language.choosing import closest
from pulse.language.known import DEFAULT, LANGUAGES

_LINE: Final = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d)\])? )?(".*")')
_PLURAL: Final = re.compile(r"plural=([^;\n]+);")
_CONTEXT: Final = "\x04"  # between context and sentence, as gettext writes it
_Entry = dict[str, str]


class Catalogue(gettext.NullTranslations):
    """The sentences of one language; what is missing stays English."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._one: dict[str, str] = {}
        self._many: dict[str, tuple[str, ...]] = {}
        self._which: Callable[[int], int] = int
        for entry in _entries(text):
            self._add(entry)

    def _add(self, entry: _Entry) -> None:
        if not entry["msgid"]:
            found = _PLURAL.search(entry["msgstr"])
            self._which = gettext.c2py(found[1]) if found else int
            return
        key = entry["msgid"]
        if "msgctxt" in entry:
            key = f"{entry['msgctxt']}{_CONTEXT}{key}"
        if "msgid_plural" in entry:
            forms = tuple(entry[name] for name in sorted(entry) if name.startswith("msgstr"))
            if all(forms):
                self._many[key] = forms
        elif entry["msgstr"]:
            self._one[key] = entry["msgstr"]

    def gettext(self, message: str) -> str:
        """Return the sentence in this language."""
        return self._one.get(message, message)

    def pgettext(self, context: str, message: str) -> str:
        """Return the sentence as it is said in this context."""
        return self._one.get(f"{context}{_CONTEXT}{message}", message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for `n` things, by the language's own rule (CLDR)."""
        forms = self._many.get(msgid1)
        return forms[self._which(n)] if forms else super().ngettext(msgid1, msgid2, n)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for `n` things as it is said in this context."""
        forms = self._many.get(f"{context}{_CONTEXT}{msgid1}")
        return forms[self._which(n)] if forms else super().ngettext(msgid1, msgid2, n)


def translations(locale: str) -> gettext.NullTranslations:
    """Return the translations into the language closest to `locale`; English when there is none.

    The same object for the same language, read once in a process.
    """
    return _catalogue(closest(locale, LANGUAGES) or DEFAULT)


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == DEFAULT:
        return gettext.NullTranslations()  # the sentences in the code are English
    path = files("pulse.language").joinpath("locales", f"{code}.po")
    return Catalogue(path.read_text("utf-8"))


def _entries(text: str) -> Iterator[_Entry]:
    for block in text.split("\n\n"):
        entry: _Entry = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#") or not (match := _LINE.fullmatch(line)):
                continue
            word, form, quoted = match.groups()
            name = f"{word}{form or ''}" if word else name
            entry[name] = entry.get(name, "") + ast.literal_eval(quoted)
        if "msgid" in entry:
            yield entry
