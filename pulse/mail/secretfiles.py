"""Passwords, tokens and secret addresses of channels: files in `channels/`, no settings.

Others may read `pulse.toml`; these nobody may but their owner (0600 in a folder of 0700). They
are in no backup: after a restore they are put there again.
"""

import stat
from typing import Final

from pulse.errors import BadSetting
from pulse.settings import Home
from pulse.store.files import make_folder, write_atomically
from pulse.terms import Secret

SMTP_PASSWORD: Final = "smtp.password"  # noqa: S105 - the name of a file
SLACK_TOKEN: Final = "slack.token"  # noqa: S105 - the name of a file
SLACK_WEBHOOK: Final = "slack.webhook"
TEAMS_WEBHOOK: Final = "teams.webhook"
GENERIC_WEBHOOK: Final = "generic.webhook"
GENERIC_SECRET: Final = "generic.secret"  # noqa: S105 - the name of a file
NAMES: Final = (
    SMTP_PASSWORD, SLACK_TOKEN, SLACK_WEBHOOK, TEAMS_WEBHOOK, GENERIC_WEBHOOK, GENERIC_SECRET,
)  # fmt: skip
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_LARGEST: Final = 4096  # bytes


def has_secret(home: Home, name: str) -> bool:
    """Tell whether a channel has its file."""
    return (home.channels / name).is_file()


def read_secret(home: Home, name: str) -> Secret:
    """Read one line, without the line end.

    Raises:
        BadSetting: it is missing, empty or long, holds another line or sign, or others may
            read it or its folder.
    """
    path, where = home.channels / name, f"channels/{name}"
    try:
        about, folder = path.lstat(), home.channels.lstat()
        open_ = (about.st_mode | folder.st_mode) & _OTHERS
        data = path.read_bytes() if stat.S_ISREG(about.st_mode) and not open_ else b""
    except OSError as error:
        raise BadSetting("Put it into this file, mode 0600.", where=where) from error
    if open_:
        raise BadSetting("Others may read it; chmod 600 it, and 700 its folder.", where=where)
    value = data.removesuffix(b"\n").removesuffix(b"\r")
    _check(value, where)
    return Secret(value)


def write_secret(home: Home, name: str, value: str) -> None:
    """Write one of `NAMES` for good; an empty value takes it away.

    Raises:
        BadSetting: there is no such file, or this is no line for it.
    """
    where = f"channels/{name}"
    if name not in NAMES:
        raise BadSetting("There is no such file.", where=where)
    if not home.channels.is_dir():
        make_folder(home.channels, 0o700)
    if not value:
        (home.channels / name).unlink(missing_ok=True)
        return
    _check(value.encode(), where)
    write_atomically(home.channels / name, value.encode() + b"\n")


def _check(value: bytes, where: str) -> None:
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        raise BadSetting("It is no text.", where=where) from error
    if not text.strip() or len(value) > _LARGEST or not text.isprintable():
        raise BadSetting("It should be one line of text, and nothing else.", where=where)
