"""Settings: `pulse.toml` in the home, overridden by `PULSE_*`; unknown ones stop the start."""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from pulse.errors import BadSetting
from pulse.terms import Order

K_FLOOR: Final = 5
GROUP_FLOOR: Final = 7
LOG_FLOOR: Final = 30  # days; a shorter log could not answer a question about last month
ROLES: Final = frozenset({"leader", "hr", "auditor", "admin"})
DATABASE: Final = "postgresql+psycopg://"
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DEFAULT_SUPPORT: Final = (
    "If work weighs on you, talk to someone you trust: a colleague, your doctor or your "
    "employee representatives."
)
_CLOSES: Final = re.compile(rf"({'|'.join(DAYS)}) ([01]\d|2[0-3]):[0-5]\d")
# One mailbox in plain ASCII (RFC 5321), without a display name: that is the organisation's.
_SENDER: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"
)
# Read by the tests and by the processes of one `pulse serve`; not settings of a home.
_NOT_SETTINGS: Final = frozenset({"PULSE_CHROMIUM", "PULSE_HOME", "PULSE_PEERS", "PULSE_POSTGRES"})

Help = msgspec.Meta


class Support(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The help contacts on every staff page: the same for everyone, never triggered."""

    text: Annotated[str, Help(description="What staff read about getting help.")] = DEFAULT_SUPPORT
    contacts: Annotated[
        tuple[str, ...], Help(description="Help contacts, one line each (phone, address, desk).")
    ] = ()


class Home:
    """The folders of one installation; see `pulse/store/README.md` for who may read which."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.issuer = path / "issuer"
        self.ballotbox = path / "ballotbox"
        self.keys = path / "keys"
        self.issuer_keys = path / "keys" / "issuer"
        self.operator_keys = path / "keys" / "operator"
        self.holder_keys = path / "keys" / "holder"
        self.releases = path / "releases"
        self.accounts = path / "accounts"
        self.practices = path / "practices"
        self.outbox = path / "outbox"
        self.state = path / "state"
        self.published = path / "state" / "w"
        self.trees = path / "state" / "trees"
        self.summary = path / "state" / "summary.json"
        self.settings_file = path / "pulse.toml"

    def folders(self) -> tuple[Path, ...]:
        """Return every folder of the home, parents first."""
        return (
            self.path, self.issuer, self.ballotbox, self.keys, self.issuer_keys,
            self.operator_keys, self.holder_keys, self.releases, self.accounts,
            self.practices, self.outbox, self.state, self.published, self.trees,
        )  # fmt: skip

    def mode(self, folder: Path) -> int:
        """Return the rights of a folder: its owner's alone, but for what leads to public files."""
        if folder in {self.releases, self.published, self.practices}:
            return 0o755
        return 0o711 if folder in {self.path, self.state} else 0o700

    def make(self) -> None:
        """Create the folders that are missing, each with its rights whatever the umask."""
        for folder in self.folders():
            if not folder.is_dir():
                folder.mkdir(mode=0o700, parents=True)
                folder.chmod(self.mode(folder))


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The running configuration of one home."""

    organisation: Annotated[str, Help(description="The organisation's name, as staff know it.")] = (
        "Our organisation"
    )
    timezone: Annotated[str, Help(description="IANA time zone that weeks are counted in.")] = "UTC"
    closes: Annotated[str, Help(description="Day and local time at which a wave closes.")] = (
        "Friday 17:00"
    )
    base_url: Annotated[
        str, Help(description="Address of the staff pages; https, or http on loopback.")
    ] = "http://127.0.0.1:8000"
    dashboards_url: Annotated[
        str, Help(description="Address of the leaders' pages; another host than base_url's.")
    ] = "http://127.0.0.1:8001"
    database_url: Annotated[
        str,
        Help(
            description="Database of roster and weeks, postgresql+psycopg://…; "
            "empty means SQLite files in the home."
        ),
    ] = ""
    accounts_database_url: Annotated[
        str, Help(description="Database of the accounts; empty means what `pulse init` made.")
    ] = ""
    issuer_database_url: Annotated[
        str, Help(description="Database of the issuer; empty means what `pulse init` made.")
    ] = ""
    ballotbox_database_url: Annotated[
        str, Help(description="Database of the ballot box; empty means what `pulse init` made.")
    ] = ""
    k: Annotated[int, Help(description="Fewest people behind any derivable group: 5, 10, 15 …")] = (
        K_FLOOR
    )
    group_min_invited: Annotated[
        int,
        Help(description="Smallest group that shares a signing key (7 or more, k + 2 at least)."),
    ] = 8
    prefer: Annotated[
        Order,
        Help(
            description="Shown first where not every unit can be: departments, "
            "or cells (as many units as possible)."
        ),
    ] = "departments"
    holder: Annotated[
        Literal["same-user", "same-host", "council"],
        Help(
            description="Who holds the second opening key: same-user, same-host, or council "
            "(others, on a machine of their own)."
        ),
    ] = "same-user"
    keep_answers_weeks: Annotated[
        int, Help(description="Weeks that opened answers are kept; only 0 (none) so far.")
    ] = 0
    mail: Annotated[
        str, Help(description="How mail leaves; only spool: (files in the outbox) so far.")
    ] = "spool:"
    sender: Annotated[str, Help(description="The From address of invitations.")] = "pulse@localhost"
    local_passwords: Annotated[
        Literal["on", "off"],
        Help(description="off lets people sign in through oidc_issuer alone."),
    ] = "on"
    second_factor: Annotated[
        str,
        Help(
            description="Roles that must have a second factor, like hr,auditor,admin; "
            "empty leaves it to each person."
        ),
    ] = ""
    oidc_issuer: Annotated[
        str,
        Help(description="Address of your OpenID Connect provider; empty means no single sign-on."),
    ] = ""
    oidc_client_id: Annotated[
        str,
        Help(
            description="Client id at that provider; its secret is the file "
            "accounts/oidc.secret (0600)."
        ),
    ] = ""
    access_log_days: Annotated[
        int, Help(description="Days that the access log is kept (30 or more).")
    ] = 400
    env: Annotated[
        Literal["production", "test"], Help(description="test only for trials on loopback.")
    ] = "production"
    test_clock: Annotated[str, Help(description="File with the time, with env test only.")] = ""
    seed: Annotated[str, Help(description="Seed of the demo's story, with env test only.")] = ""
    support: Support = Support()

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def factor_roles(self) -> frozenset[str]:
        """The roles that must have a second factor."""
        return frozenset(self.second_factor.split(",")) - {""}

    @property
    def smallest_group(self) -> int:
        """The group minimum in force: `group_min_invited`, raised to k + 2 if lower."""
        return max(self.group_min_invited, self.k + 2)


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
    raw: dict[str, Any] = {}
    if home.settings_file.exists():
        try:
            raw = tomllib.loads(home.settings_file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadSetting(f"pulse.toml cannot be read: {error}.", where="pulse.toml") from error
    for variable, text in sorted((os.environ if environ is None else environ).items()):
        if variable.startswith("PULSE_") and variable not in _NOT_SETTINGS:
            _override(raw, variable, text)
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


def check(settings: Settings) -> Settings:
    """Return `settings` if they are safe together.

    Raises:
        BadSetting: a value below its floor or a combination that would break a promise.
    """
    if settings.k < K_FLOOR or settings.k % 5:
        raise BadSetting("k is 5, 10, 15 …; nothing smaller protects anybody.", where="k")
    if settings.group_min_invited < GROUP_FLOOR:
        raise BadSetting(f"A group needs {GROUP_FLOOR} people or more.", where="group_min_invited")
    if not _CLOSES.fullmatch(settings.closes):
        raise BadSetting("Write it like 'Friday 17:00'.", where="closes")
    if settings.keep_answers_weeks:
        raise BadSetting("Keeping answers is not offered; set it to 0.", where="keep_answers_weeks")
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadSetting("This is no IANA time zone.", where="timezone") from error
    if not _SENDER.fullmatch(settings.sender):
        raise BadSetting("Write a bare address, like pulse@example.org.", where="sender")
    if not settings.mail.startswith("spool:"):
        raise BadSetting("Only 'spool:' is offered so far.", where="mail")
    for name in settings.__struct_fields__:
        url = getattr(settings, name)
        if name.endswith("database_url") and url and not url.startswith(DATABASE):
            raise BadSetting(f"A database is named like {DATABASE}user@host/name.", where=name)
    _check_addresses(settings)
    _check_sign_in(settings)
    return settings


def _check_sign_in(settings: Settings) -> None:
    if not settings.factor_roles <= ROLES:
        raise BadSetting("Write roles with commas, like hr,auditor.", where="second_factor")
    if settings.access_log_days < LOG_FLOOR:
        raise BadSetting("Keep it for 30 days or more.", where="access_log_days")
    if settings.oidc_issuer:
        _safe_host(settings.oidc_issuer, "oidc_issuer", anywhere=True)
    if bool(settings.oidc_issuer) != bool(settings.oidc_client_id):
        raise BadSetting("Issuer and client id go together.", where="oidc_client_id")
    if settings.local_passwords == "off" and not settings.oidc_issuer:
        raise BadSetting("Nobody could sign in; set oidc_issuer too.", where="local_passwords")


def _check_addresses(settings: Settings) -> None:
    staff, leaders = (
        _safe_host(settings.base_url, "base_url"),
        _safe_host(settings.dashboards_url, "dashboards_url"),
    )
    if staff == leaders and not is_loopback(staff):
        raise BadSetting("Staff and leaders' pages need different hosts.", where="dashboards_url")
    testing = settings.env == "test"
    if testing and not is_loopback(staff):
        raise BadSetting("env = test is for loopback only.", where="env")
    if settings.test_clock and not testing:
        raise BadSetting("It works only together with env = test.", where="test_clock")
    if settings.seed and not testing:
        raise BadSetting("It works only together with env = test.", where="seed")


def _safe_host(url: str, name: str, *, anywhere: bool = False) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise BadSetting("This is no web address.", where=name) from error
    deep = parts.path not in {"", "/"} and not anywhere
    if not host or parts.query or parts.fragment or deep or parts.username:
        raise BadSetting("Write it like https://pulse.example.org.", where=name)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise BadSetting("The address must be https, or http on loopback.", where=name)
    return host


def is_loopback(host: str) -> bool:
    """Tell whether `host` can only be this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
