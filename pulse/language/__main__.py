"""Keeps the catalogues: `python -m pulse.language extract|update|check|stats`."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pulse.language.books import Finding, check, missing, update
from pulse.language.cards import card_words, guard_questions
from pulse.language.known import DEFAULT, LANGUAGES
from pulse.language.sources import sentences
from pulse.language.survey import page_words

STATIC: Final = Path(__file__).parents[1] / "web" / "static"
_USAGE: Final = """\
python -m pulse.language extract   prints every sentence of the interface and where it stands
python -m pulse.language update    gives every sentence a place in every catalogue
python -m pulse.language check     refuses what is untranslated, obsolete, fuzzy or unlike
python -m pulse.language stats     prints how far each language is
"""


def main(arguments: Sequence[str]) -> int:
    """Run one of the four; 0 is done, 1 found something, 2 was asked for nothing known."""
    asked = {"extract": _extract, "update": _update, "check": _check, "stats": _stats}
    if len(arguments) != 1 or arguments[0] not in asked:
        sys.stderr.write(_USAGE)
        return 2
    return asked[arguments[0]]()


def page_files() -> Mapping[str, bytes]:
    """Return the static files that hold words of pages that never vary, by name."""
    return {
        "words.json": page_words(),
        "cardwords.json": card_words(),
        "questions.js": guard_questions(),
    }


def _codes() -> list[str]:
    return [code for code in LANGUAGES if code != DEFAULT]


def _extract() -> int:
    for sentence, names in sentences().items():
        print(f"{', '.join(names)}: {sentence.text}")  # noqa: T201 - a command speaks
    return 0


def _update() -> int:
    found = sentences()
    for code in _codes():
        came, went = update(found, code)
        left = missing(found, code)
        print(f"{code:8} {came:4} new {went:4} gone {left:4} to translate")  # noqa: T201 - a command speaks
    for name, content in page_files().items():
        (STATIC / name).write_bytes(content)
    return 0


def _check() -> int:
    found = sentences()
    findings = [each for code in _codes() for each in check(found, code)]
    for name, content in page_files().items():
        if not (STATIC / name).exists() or (STATIC / name).read_bytes() != content:
            findings.append(Finding("all", name, "is older than the catalogues; run update"))
    for each in findings:
        print(f"{each.code}: “{each.text}” {each.problem}.")  # noqa: T201 - a command speaks
    return bool(findings)


def _stats() -> int:
    found = sentences()
    print(f"{'':8} {'language':12} {'status':9} sentences")  # noqa: T201 - a command speaks
    for code, language in LANGUAGES.items():
        left = 0 if code == DEFAULT else missing(found, code)
        row = f"{code:8} {language.name:12} {language.status:9} {len(found) - left}/{len(found)}"
        print(row)  # noqa: T201 - a command speaks
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
