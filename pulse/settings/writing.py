"""Changing `pulse.toml`: comments and order stay, what is unsafe is refused, no edit is lost.

Whoever changes settings says which file they saw, by its digest. If another one stands there by
now, nothing is written. The new file is checked as a whole before it takes the old one's place.
"""

import fcntl
import hashlib
import os
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError

from pulse.errors import BadSetting, WrongState
from pulse.settings.home import Home
from pulse.settings.loading import described, understand
from pulse.settings.model import Settings

_MODE: Final = 0o644
_LONG: Final = 60  # characters; a longer list stands on lines of its own


class Seen(msgspec.Struct, frozen=True):
    """What somebody was shown: the settings in force, and the digest of the file behind them."""

    settings: Settings
    digest: str


def look(home: Home, environ: Mapping[str, str] | None = None) -> Seen:
    """Return the settings and the digest to give back with a change.

    Raises:
        BadSetting: the file cannot be used as it stands.
    """
    text = _text(home)
    return Seen(understand(text, environ), _digest(text))


def written(home: Home, environ: Mapping[str, str] | None = None) -> frozenset[str]:
    """Return the settings that somebody has set, in the file or the environment."""
    try:
        document = tomllib.loads(_text(home))
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"pulse.toml cannot be read: {error}.", where="pulse.toml") from error
    names = {
        f"{name}.{key}" if isinstance(value, dict) else name
        for name, value in document.items()
        for key in (value if isinstance(value, dict) else ("",))
    }
    return frozenset(names | {name for name, _ in described() if fixed(name, environ)})


def fixed(name: str, environ: Mapping[str, str] | None = None) -> str:
    """Return the `PULSE_*` variable that overrides a setting (`support.text`), or nothing."""
    variable = "PULSE_" + name.replace(".", "_").upper()
    return variable if variable in (os.environ if environ is None else environ) else ""


def change(
    home: Home,
    changes: Mapping[str, str | int | tuple[str, ...]],
    digest: str,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Write settings into `pulse.toml`, all of them or none, and return those now in force.

    Args:
        home: whose file.
        changes: new values by name; those of a table are named `support.text`.
        digest: of the file that the person saw.
        environ: the environment; None is that of this process.

    Raises:
        WrongState: the file was changed in the meantime.
        BadSetting: a value is refused, or the environment fixes it; the file is as it was.
    """
    with _alone(home):
        text = _text(home)
        if _digest(text) != digest:
            raise WrongState(
                "The settings were changed in the meantime, so nothing was saved. Here they are "
                "as they stand now; please make your change once more.",
                where="pulse.toml",
            )
        for name in changes:
            if variable := fixed(name, environ):
                raise BadSetting(f"{variable} fixes this setting; change it there.", where=name)
        fresh = _with(text, changes)
        settings = understand(fresh, environ)
        if fresh != text:
            _put(home.settings_file, fresh)
        return settings


def _with(text: str, changes: Mapping[str, str | int | tuple[str, ...]]) -> str:
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise BadSetting(f"pulse.toml cannot be read: {error}.", where="pulse.toml") from error
    for name, value in changes.items():
        table, _, key = name.rpartition(".")
        place: Any = document
        if table:
            place = document.setdefault(table, tomlkit.table())
        place[key] = _value(value)
    return tomlkit.dumps(document)


def _value(value: str | int | tuple[str, ...]) -> object:
    if not isinstance(value, tuple):
        return value
    array = tomlkit.array()
    array.extend(value)
    return array.multiline(len(str(value)) > _LONG)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Hold the folder of the home: one change at a time."""
    folder = os.open(home.path, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _put(path: Path, text: str) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else _MODE
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _text(home: Home) -> str:
    try:
        return home.settings_file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"pulse.toml cannot be read: {error}.", where="pulse.toml") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
