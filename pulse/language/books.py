"""The catalogues as files: written in one lasting order, and judged before anybody reads them.

A `.po` file holds no date, line number or translator, so that two branches that add sentences
merge like any other text, and running `update` twice changes nothing.
"""

import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import escape, read_po

from pulse.language.known import LANGUAGES
from pulse.language.sources import Sentence

FOLDER: Final = Path(__file__).parent / "locales"
# Placeholders are named: %(count)s in templates and code, {count} where code formats.
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
_BARE: Final = re.compile(r"%[sd]|\{\}")
_TAG: Final = re.compile(r"</?[a-z]+[^>]*>")
# How many forms a count of things has, and which one, for whole numbers (CLDR plural rules; its
# form for millions is left out where it is said like any other). A test compares both.
PLURALS: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "de": (2, "(n != 1)"),
        "fr": (2, "(n > 1)"),
        "es": (2, "(n != 1)"),
        "ar": (
            6,
            "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)",
        ),
        "it": (2, "(n != 1)"),
        "pt": (2, "(n > 1)"),
        "nl": (2, "(n != 1)"),
        "pl": (3, "(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2)"),
        "he": (3, "(n==1 ? 0 : n==2 ? 1 : 2)"),
        "ja": (1, "0"),
        "zh-Hans": (1, "0"),
    }
)
_Key = tuple[str, str]


class Finding(msgspec.Struct, frozen=True):
    """What is wrong with one sentence of one catalogue."""

    code: str
    text: str
    problem: str


def load(code: str, folder: Path = FOLDER) -> Catalog:
    """Read a catalogue; one that is not there yet is empty.

    Raises:
        babel.messages.pofile.PoFileError: the file is no catalogue.
    """
    path = folder / f"{code}.po"
    content = path.read_bytes() if path.exists() else b""
    return read_po(BytesIO(content), locale=code.replace("-", "_"), abort_invalid=True)


def update(
    found: Mapping[Sentence, tuple[str, ...]], code: str, folder: Path = FOLDER
) -> tuple[int, int]:
    """Write the catalogue of `code` anew: a place for every sentence, none for what is gone.

    Returns:
        How many sentences came and how many went.
    """
    known = {_key(message): message for message in load(code, folder) if message.id}
    parts = [_header(code)]
    for sentence, names in found.items():
        old = known.get((sentence.text, sentence.context))
        parts.append(_entry(sentence, names, old, _forms(code)))
    (folder / f"{code}.po").write_text("\n".join(parts), "utf-8")
    wanted = {(each.text, each.context) for each in found}
    return len(wanted - set(known)), len(set(known) - wanted)


def check(
    found: Mapping[Sentence, tuple[str, ...]], code: str, folder: Path = FOLDER
) -> list[Finding]:
    """Return what is wrong with a catalogue: an untranslated, obsolete or unsafe sentence.

    A draft may lack sentences (they appear in English); nothing else is forgiven.
    """
    catalogue = load(code, folder)
    findings = [Finding(code, str(gone), "is obsolete") for gone in catalogue.obsolete]
    known = {_key(message): message for message in catalogue if message.id}
    wanted = {(each.text, each.context) for each in found}
    for text, context in known:
        if (text, context) not in wanted:
            findings.append(Finding(code, text, "stands nowhere in the code"))
    for sentence in found:
        message = known.get((sentence.text, sentence.context))
        findings += [Finding(code, sentence.text, each) for each in _judge(sentence, message, code)]
    return findings


def missing(found: Iterable[Sentence], code: str, folder: Path = FOLDER) -> int:
    """Count the sentences that `code` has no words for."""
    known = {_key(message): message for message in load(code, folder) if message.id}
    return sum(not all(_strings(known.get((each.text, each.context)))) for each in found)


def _judge(sentence: Sentence, message: Message | None, code: str) -> list[str]:
    if message is None:
        return ["has no place; run update"]
    if message.fuzzy:
        return ["is marked fuzzy"]
    strings = _strings(message)
    if not all(strings):
        draft = LANGUAGES[code].status == "draft"
        return [] if draft and not any(strings) else ["has no translation"]
    if bool(sentence.many) != isinstance(message.id, tuple):
        return ["has lost or gained its plural; run update"]
    sources = {sentence.text, sentence.many} - {""}
    return [problem for text in strings if (problem := _unlike(sources, text))]


def _unlike(sources: set[str], text: str) -> str:
    allowed = set().union(*(_placeholders(each) for each in sources))
    # One form of a plural may say "one" in words; whatever is filled in must be known.
    needed = set.intersection(*(_placeholders(each) for each in sources))
    if not _placeholders(text) <= allowed or not needed <= _placeholders(text):
        return "has other placeholders than the sentence"
    if _BARE.search(text):
        return "has a placeholder without a name"
    if sorted(_TAG.findall(text)) not in [sorted(_TAG.findall(each)) for each in sources]:
        return "has other markup than the sentence"
    return ""


def _placeholders(text: str) -> set[str]:
    return {one or other for one, other in _PLACEHOLDER.findall(text)}


def _strings(message: Message | None) -> tuple[str, ...]:
    if message is None:
        return ("",)
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return tuple(text or "" for text in strings)


def _key(message: Message) -> _Key:
    text = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return text, message.context or ""


def _forms(code: str) -> int:
    return PLURALS[code][0]


def _header(code: str) -> str:
    forms, rule = PLURALS[code]
    return (
        f"# {LANGUAGES[code].name}\n"
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {code}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: nplurals={forms}; plural={rule};\\n"\n'
    )


def _entry(sentence: Sentence, names: Iterable[str], old: Message | None, forms: int) -> str:
    lines = [f"#: {name}" for name in names]
    if old is not None and old.fuzzy:
        lines.append("#, fuzzy")
    if sentence.context:
        lines.append(f"msgctxt {escape(sentence.context)}")
    lines.append(f"msgid {escape(sentence.text)}")
    strings = _strings(old)
    if sentence.many:
        lines.append(f"msgid_plural {escape(sentence.many)}")
        kept = strings if len(strings) == forms else ("",) * forms
        lines += [f"msgstr[{i}] {escape(text)}" for i, text in enumerate(kept)]
    else:
        lines.append(f"msgstr {escape(strings[0] if len(strings) == 1 else '')}")
    return "\n".join(lines) + "\n"
