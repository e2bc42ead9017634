"""TOML bytes as a checked struct; every message names the place in the file."""

import re
import tomllib
from typing import Any, Final, TypeVar

import msgspec

from pulse.errors import BadInstrument

MAX_BYTES: Final = 262_144
_PLACE: Final = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)

T = TypeVar("T")


def parse(data: bytes, name: str) -> dict[str, Any]:
    """Return the tables of a TOML file; `name` is the file's name for messages.

    Raises:
        BadInstrument: it is too large, or no TOML.
    """
    if len(data) > MAX_BYTES:
        raise BadInstrument(f"The file is larger than {MAX_BYTES} bytes.", where=name)
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInstrument(f"The file is no TOML: {error}.", where=name) from error


def convert(data: bytes, name: str, kind: type[T]) -> T:
    """Return the struct `kind` that the TOML bytes say.

    Raises:
        BadInstrument: it is none; `where` names file and field.
    """
    raw = parse(data, name)
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        found = _PLACE.fullmatch(str(error))
        what, path = (found["what"], found["path"]) if found else (str(error), "")
        where = f"{name}: {path}" if path else name
        raise BadInstrument(f"{what}.", where=where) from error
