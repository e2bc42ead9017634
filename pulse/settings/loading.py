"""Reads `pulse.toml` and `PULSE_*`; an unknown or malformed setting stops the start."""

import os
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final, get_type_hints

import msgspec

from pulse.errors import BadSetting
from pulse.settings.checking import check
from pulse.settings.home import Home
from pulse.settings.model import Settings, Support

# Read by the tests and by the processes of one `pulse serve`; not settings of a home.
_NOT_SETTINGS: Final = frozenset({"PULSE_CHROMIUM", "PULSE_HOME", "PULSE_PEERS", "PULSE_POSTGRES"})


def described() -> list[tuple[str, str]]:
    """List every setting with its one-sentence help, nested ones as `support.text`."""
    rows: list[tuple[str, str]] = []
    for struct, prefix in ((Settings, ""), (Support, "support.")):
        for name, hint in get_type_hints(struct, include_extras=True).items():
            if getattr(hint, "__metadata__", None):
                rows.append((prefix + name, hint.__metadata__[0].description))
    return rows


def load(home: Home, environ: Mapping[str, str] | None = None) -> Settings:
    """Read `pulse.toml` of `home` (a missing file means defaults), apply `PULSE_*`, check.

    Raises:
        BadSetting: an unknown or malformed setting, named in `where`.
    """
    try:
        found = home.settings_file.exists()
        text = home.settings_file.read_text(encoding="utf-8") if found else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"pulse.toml cannot be read: {error}.", where="pulse.toml") from error
    return understand(text, environ)


def understand(text: str, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that the text of a `pulse.toml` and `PULSE_*` make together.

    Raises:
        BadSetting: as `load`.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"pulse.toml cannot be read: {error}.", where="pulse.toml") from error
    for variable, value in sorted((os.environ if environ is None else environ).items()):
        if variable.startswith("PULSE_") and variable not in _NOT_SETTINGS:
            _override(raw, variable, value)
    return check(_convert(raw))


def _override(raw: dict[str, Any], variable: str, text: str) -> None:
    name = variable.removeprefix("PULSE_").lower()
    table = raw
    known = set(Settings.__struct_fields__) - {"support"}
    if name.startswith("support_"):
        table, name, known = raw.setdefault("support", {}), name[8:], {"text", "contacts"}
    if name not in known:
        raise BadSetting("There is no such setting.", where=variable)
    if name in {"k", "group_min_invited", "keep_answers_weeks", "access_log_days"}:
        if not re.fullmatch(r"\d{1,6}", text, re.ASCII):
            raise BadSetting("This setting is a whole number.", where=variable)
        table[name] = int(text)
    elif name == "holidays":
        table[name] = text.replace(",", " ").split()
    elif name == "languages":
        table[name] = [code.strip() for code in text.split(",")]
    else:
        table[name] = text.splitlines() if name == "contacts" else text


def _convert(raw: dict[str, Any]) -> Settings:
    for name, value in raw.items():
        if name not in Settings.__struct_fields__:
            raise BadSetting("There is no such setting.", where=name)
        try:
            hint = get_type_hints(Settings, include_extras=True)[name]
            msgspec.convert(value, hint)
        except msgspec.ValidationError as error:
            raise BadSetting(f"This value does not fit: {error}.", where=name) from error
    return msgspec.convert(raw, Settings)
