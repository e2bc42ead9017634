"""Reads a file of `surveys/locales/`: everything that is wrong with it, told at once."""

from collections.abc import Collection, Mapping
from typing import Any, Final, get_args

import msgspec

from pulse.errors import BadInstrument
from pulse.instrument import phrasing
from pulse.instrument.tomlfile import parse
from pulse.instrument.translation import WEEK, Status, Wording, stamp

SHORT: Final = 40  # signs of a label, a name, a title
LONG: Final = 240  # signs of the help text
_TABLES: Final = ("locale", "survey", "answers", "scales", "packs", "items")
_LOCALE: Final = ("code", "name", "dir", "status", "translated_by", "reviewed_by")


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong: where (file and field), and a sentence."""

    where: str
    message: str


def read(
    data: bytes, name: str, source: Wording, reversed_items: Collection[str] = ()
) -> tuple[Wording | None, tuple[Fault, ...]]:
    """Return the wording in the TOML bytes `data`, or None with all that is wrong.

    Args:
        data: the file.
        name: its name, for messages; what stands before `.toml` is the language's code.
        source: what is translated, with all practices.
        reversed_items: the ids of statements that must not deny.
    """
    try:
        raw = parse(data, name)
    except BadInstrument as error:
        return None, (Fault(error.where, error.message),)
    reader = _Reader(name, raw, source)
    found = reader.wording(reversed_items)
    return (None if reader.faults else found), tuple(reader.faults)


class _Reader:
    """Walks one file; what is wrong is noted and the walk goes on."""

    def __init__(self, name: str, raw: Mapping[str, Any], source: Wording) -> None:
        self.name, self.raw, self.source = name, raw, source
        self.faults: list[Fault] = []
        self.code, self.way = name.removesuffix(".toml"), "ltr"

    def wording(self, reversed_items: Collection[str]) -> Wording:
        self._known(self.raw, "", ("schema", *_TABLES, "practices"))
        if self.raw.get("schema") != 1:
            self._note("schema", "It is 1 in this version of Pulse.")
        head = self._head()
        survey = self._table("survey")
        self._known(survey, "survey.", ("source", "title", "frame", "week", "support"))
        answers = self._table("answers")
        self._known(answers, "answers.", ("source", "labels", "prefer_not"))
        source = self.source
        self._stamped(survey, "survey.", source.title, source.frame, source.support)
        self._stamped(answers, "answers.", *source.labels, source.prefer_not)
        items = self._each("items", source.items, phrasing.MAX_SIGNS)
        self._statements(items, reversed_items)
        return Wording(
            code=self.code,
            name=head["name"],
            dir="rtl" if self.way == "rtl" else "ltr",
            status=head["status"],
            title=self._text(survey, "survey.title", SHORT),
            frame=self._text(survey, "survey.frame", phrasing.MAX_SIGNS),
            week=self._week(survey),
            support=self._text(survey, "survey.support", LONG),
            labels=self._labels(answers),
            prefer_not=self._text(answers, "answers.prefer_not", SHORT),
            scales=self._each("scales", source.scales, SHORT),
            packs=self._each("packs", source.packs, SHORT),
            items=items,
            practices=self._each("practices", source.practices, 2 * SHORT, whole=False),
        )

    def _head(self) -> dict[str, Any]:
        """Check `[locale]`; the code and direction that it says hold for the rest of the file."""
        head = self._table("locale")
        self._known(head, "locale.", _LOCALE)
        stem = self.code
        code = head.get("code")
        way = phrasing.direction(code) if isinstance(code, str) else None
        if way is None:
            self._note("locale.code", "This is no language code, like de or zh-Hans.")
        elif code != stem:
            self._note("locale.code", f"The file is named {shown(stem)}.toml; name it {code}.toml.")
        elif code == self.source.code:
            self._note("locale.code", "The survey was written in this language.")
        self.way = way or "ltr"
        if way and head.get("dir") != way:
            self._note("locale.dir", f'The direction of {code} is "{way}".')
        status = head.get("status")
        if status not in get_args(Status):
            self._note("locale.status", 'It is "draft", "complete" or "reviewed".')
            status = "draft"
        for field in ("translated_by", "reviewed_by"):
            if not isinstance(head.get(field), str) or not (head[field].isprintable()):
                self._note(f"locale.{field}", 'Write who did it, or "" where nobody is named.')
        if status == "reviewed" and not str(head.get("reviewed_by", "")).strip():
            self._note("locale.reviewed_by", "Name who reviewed it, or set status to complete.")
        return {"name": self._text(head, "locale.name", SHORT), "status": status}

    def _each(
        self, table: str, wanted: Mapping[str, str], longest: int, *, whole: bool = True
    ) -> dict[str, str]:
        """Check a table of texts with their sources; `whole`: none of them may be missing."""
        given = self._table(table) if (whole and wanted) or table in self.raw else {}
        for key in (key for key in given if key not in wanted):
            self._note(f"{table}.{shown(key)}", f"The survey has no {table[:-1]} of this id.")
        found = {}
        for key, text in wanted.items():
            entry = given.get(key)
            if entry is None:
                if whole:
                    self._note(f"{table}.{key}", f"It is missing: '{text}' has no translation.")
            elif not isinstance(entry, dict):
                self._note(f"{table}.{key}", 'Write it as { source = "…", text = "…" }.')
            else:
                self._known(entry, f"{table}.{key}.", ("source", "text"))
                self._stamped(entry, f"{table}.{key}.", text)
                found[key] = self._text(entry, f"{table}.{key}.text", longest)
        return found

    def _statements(self, items: Mapping[str, str], reversed_items: Collection[str]) -> None:
        """Check what only statements must be: short, translated, each another, no denial."""
        seen: dict[str, str] = {}
        for item, text in items.items():
            where = f"items.{item}.text"
            length, longest, unit = phrasing.size(text, self.code)
            if length > longest:
                self._note(where, f"The text has {length} {unit}; {longest} at most.")
            if text and text == self.source.items[item]:
                self._note(where, "This is still the text in the survey's own language.")
            elif text and text in seen:
                self._note(where, f"{seen[text]} has the same text.")
            seen.setdefault(text, item)
            denial = phrasing.denial(text, self.code) if item in reversed_items else ""
            if denial:
                self._note(
                    where, f"A reversed item says the opposite; it does not deny ('{denial}')."
                )

    def _labels(self, answers: Mapping[str, Any]) -> tuple[str, ...]:
        labels, count = answers.get("labels"), len(self.source.labels)
        if not isinstance(labels, list) or len(labels) != count:
            self._note("answers.labels", f"{count} labels are needed, from the lowest answer up.")
            return ()
        texts = [
            self._line(f"answers.labels[{place}]", label, SHORT)
            for place, label in enumerate(labels)
        ]
        if len({*texts, answers.get("prefer_not")}) != count + 1:
            self._note("answers.labels", "Two answers have the same label.")
        return tuple(texts)

    def _week(self, survey: Mapping[str, Any]) -> str:
        week = survey.get("week")
        if not isinstance(week, str) or week.count(WEEK) != 1:
            self._note("survey.week", f"Write the title of a week with {WEEK} for its number.")
            return ""
        self._line("survey.week", week.replace(WEEK, "10"), SHORT)
        return week

    def _stamped(self, table: Mapping[str, Any], path: str, *texts: str) -> None:
        if table and table.get("source") != (now := stamp(*texts)):
            self._note(
                f"{path}source",
                f"It was translated from another text than '{texts[0]}'. Compare, "
                f'translate again where needed, and set source = "{now}".',
            )

    def _table(self, key: str) -> dict[str, Any]:
        table = self.raw.get(key)
        if isinstance(table, dict):
            return table
        self._note(key, f"The table [{key}] is missing.")
        return {}

    def _text(self, table: Mapping[str, Any], path: str, longest: int) -> str:
        key = path.rpartition(".")[2]
        if key in table:
            return self._line(path, table[key], longest)
        if table:  # a missing table was told already
            self._note(path, "It is missing.")
        return ""

    def _line(self, path: str, text: object, longest: int) -> str:
        if not isinstance(text, str):
            self._note(path, "A text is expected.")
            return ""
        for sentence in phrasing.faults(text, self.code, self.way, longest):
            self._note(path, sentence)
        return text

    def _known(self, table: Mapping[str, Any], path: str, known: Collection[str]) -> None:
        for key in table:
            if key not in known:
                self._note(
                    f"{path}{shown(key)}", f"There is no such key; expected {', '.join(known)}."
                )

    def _note(self, path: str, sentence: str) -> None:
        self.faults.append(Fault(f"{self.name}: {path}", sentence))


def shown(key: str) -> str:
    """Return a key as it can be printed: hostile signs as escapes, not too long."""
    return (key if key.isprintable() and key.isascii() else ascii(key))[:SHORT]
