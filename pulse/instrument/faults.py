"""What is wrong with a survey file: every fault with its place, and its line where it has one."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from pulse.errors import BadInstrument
from pulse.instrument.tomlfile import MAX_BYTES

_PLACE: Final = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_HEADER: Final = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[\w.-]+)\s*\]\]?\s*(?:#.*)?")
_KEY: Final = re.compile(r"\s*(?P<key>[\w-]+)\s*=")
_SYNTAX: Final = re.compile(r"\(at line (\d+), column \d+\)")


class Fault(NamedTuple):
    """One thing wrong: where, as `items[3].text`, which item or scale that is, and the line.

    `line` counts from 1; 0 where the file has no line for it.
    """

    path: str
    text: str
    name: str = ""
    line: int = 0

    def words(self) -> str:
        """Return the fault as one line: place first, then what is wrong and what to do."""
        line = f"line {self.line}, " if self.line else ""
        named = f"{self.path} {self.name}".strip()
        return f"{line}{named}: {self.text}" if line + named else self.text


def raised(fault: Fault, name: str) -> BadInstrument:
    """Return a fault of the file `name` as an error, placed by name: items.S4.text."""
    path = re.sub(r"\[\d+\]", f".{fault.name}", fault.path, count=1) if fault.name else fault.path
    return BadInstrument(fault.text, where=f"{name}: {path}" if path else name)


class Lines:
    """Where tables and keys stand in a TOML text, without reading values.

    TOML's own readers keep no lines. A heading inside a text of several lines would mislead this
    one; then a line is a little off, and nothing else is.
    """

    def __init__(self, text: str) -> None:
        self._found: dict[str, int] = {}
        table, count = "", dict[str, int]()
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.fullmatch(line):
                table = header["name"]
                if header["open"] == "[[":
                    at = count[table] = count.get(table, -1) + 1
                    table = f"{table}[{at}]"
                self._found.setdefault(table, number)
            elif key := _KEY.match(line):
                self._found.setdefault(f"{table}.{key['key']}".lstrip("."), number)

    def of(self, path: str) -> int:
        """Return the line of a path, or of what it stands in; 0 where there is none."""
        while path:
            if path in self._found:
                return self._found[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return 0


def tables_of(data: bytes) -> tuple[dict[str, Any], str, list[Fault]]:
    """Return the tables of a TOML file and its text, or the fault that makes it none."""
    if len(data) > MAX_BYTES:
        return {}, "", [Fault("", f"The file is larger than {MAX_BYTES} bytes.")]
    try:
        text = data.decode("utf-8")
        return tomllib.loads(text), text, []
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        found = _SYNTAX.search(str(error))
        line = int(found[1]) if found else 0
        return {}, "", [Fault("", f"The file is no TOML: {error}.", line=line)]


def misfits(raw: object, kind: Any, path: str = "") -> Iterator[Fault]:  # noqa: ANN401 - any type
    """Yield every value under `raw` that does not fit the type `kind`, not only the first."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(raw, dict):
        hints = get_type_hints(kind, include_extras=True)
        for key in sorted(raw.keys() - hints.keys()):
            yield Fault(f"{path}.{key}".lstrip("."), f"there is no field {key!r} here; remove it.")
        for field in msgspec.structs.fields(kind):
            here = f"{path}.{field.name}".lstrip(".")
            if field.name in raw:
                yield from misfits(raw[field.name], hints[field.name], here)
            elif field.required:
                yield Fault(path, f"{field.name} is missing; add it.")
    elif isinstance(raw, list) and raw and (row := _row_of(kind)) is not None:
        for at, each in enumerate(raw):
            yield from misfits(each, row, f"{path}[{at}]")
    else:
        try:
            msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            found = _PLACE.fullmatch(str(error))
            what, inside = (found["what"], found["path"] or "") if found else (str(error), "")
            yield Fault(path + inside, f"{what}.")


def _row_of(kind: Any) -> Any:  # noqa: ANN401 - any type
    """Return the struct that each entry of a tuple of tables is; None of any other type."""
    kind = kind.__origin__ if get_origin(kind) is Annotated else kind
    row = get_args(kind)[0] if get_origin(kind) is tuple else None
    return row if isinstance(row, type) and issubclass(row, msgspec.Struct) else None


def placed(faults: Iterable[Fault], raw: dict[str, Any], text: str) -> list[Fault]:
    """Return faults in the order of the file, each with its line and the id of what it is about."""
    lines = Lines(text)
    found = [
        fault._replace(
            line=fault.line or lines.of(fault.path), name=fault.name or _name(fault.path, raw)
        )
        for fault in faults
    ]
    return sorted(found, key=lambda fault: (fault.line == 0, fault.line))


def _name(path: str, raw: dict[str, Any]) -> str:
    """Return the id of the item, scale or practice that a path such as items[3].text is in."""
    found = re.match(r"(?P<table>\w+)\[(?P<at>\d+)\]", path)
    rows = raw.get(found["table"]) if found else None
    if found is None or not isinstance(rows, list) or int(found["at"]) >= len(rows):
        return ""
    row = rows[int(found["at"])]
    name = row.get("id", "") if isinstance(row, dict) else ""
    return name if isinstance(name, str) and name.isprintable() else ""
