"""Settings: `pulse.toml` in the home, overridden by `PULSE_*`; unknown ones stop the start.

| file | holds |
|---|---|
| `home.py` | the folders of an installation |
| `model.py` | every setting with its default and its one sentence |
| `loading.py` | reading `pulse.toml` and the environment |
| `checking.py` | floors and combinations that are refused |
| `current.py` | the settings as they are now, for processes that stay |
| `writing.py` | changing `pulse.toml`: comments stay, nothing half-written, no edit lost |
| `schedule.py` | how days, hours and holidays of the rhythm are written |
| `languages.py` | the languages that there are, and whether the settings keep to them |
| `addresses.py` | what a safe web address is |
| `mailserver.py` | the mail server that the setting `mail` names |
"""

from pulse.settings.addresses import is_loopback
from pulse.settings.checking import DATABASE, GROUP_FLOOR, LOG_FLOOR, ROLES, check
from pulse.settings.current import Current, CurrentSettings
from pulse.settings.home import Home
from pulse.settings.loading import described, load
from pulse.settings.mailserver import SPOOL, MailServer, mail_server
from pulse.settings.model import (
    DAYS,
    DEFAULT_SUPPORT,
    K_FLOOR,
    LocalSupport,
    Settings,
    Support,
)

__all__ = [
    "DATABASE",
    "DAYS",
    "DEFAULT_SUPPORT",
    "GROUP_FLOOR",
    "K_FLOOR",
    "LOG_FLOOR",
    "ROLES",
    "SPOOL",
    "Current",
    "CurrentSettings",
    "Home",
    "LocalSupport",
    "MailServer",
    "Settings",
    "Support",
    "check",
    "described",
    "is_loopback",
    "load",
    "mail_server",
]
