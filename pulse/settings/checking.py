"""Whether settings are safe together; each floor and each refused combination, by name."""

import re
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pulse.errors import BadSetting
from pulse.settings.addresses import is_loopback, safe_host
from pulse.settings.languages import check_languages
from pulse.settings.mailserver import mail_server
from pulse.settings.model import K_FLOOR, Settings
from pulse.settings.sayings import check_sayings
from pulse.settings.schedule import check_schedule

GROUP_FLOOR: Final = 7
LOG_FLOOR: Final = 30  # days; a shorter log could not answer a question about last month
ROLES: Final = frozenset({"leader", "hr", "auditor", "admin"})
DATABASE: Final = "postgresql+psycopg://"
SURVEY: Final = re.compile(r"[a-z][a-z0-9-]{0,40}", re.ASCII)  # a file's name, and no path
# One mailbox in plain ASCII (RFC 5321), without a display name: that is the organisation's.
_SENDER: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"
)


def check(settings: Settings) -> Settings:
    """Return `settings` if they are safe together.

    Raises:
        BadSetting: a value below its floor or a combination that would break a promise.
    """
    if settings.k < K_FLOOR or settings.k % 5:
        raise BadSetting("k is 5, 10, 15 …; nothing smaller protects anybody.", where="k")
    if settings.group_min_invited < GROUP_FLOOR:
        raise BadSetting(f"A group needs {GROUP_FLOOR} people or more.", where="group_min_invited")
    check_schedule(settings)
    if settings.keep_answers_weeks:
        raise BadSetting("Keeping answers is not offered; set it to 0.", where="keep_answers_weeks")
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadSetting("This is no IANA time zone.", where="timezone") from error
    if not _SENDER.fullmatch(settings.sender):
        raise BadSetting("Write a bare address, like pulse@example.org.", where="sender")
    mail_server(settings.mail)
    for name in settings.__struct_fields__:
        url = getattr(settings, name)
        if name.endswith("database_url") and url and not url.startswith(DATABASE):
            raise BadSetting(f"A database is named like {DATABASE}user@host/name.", where=name)
    _check_survey(settings)
    _check_addresses(settings)
    _check_sign_in(settings)
    check_languages(settings)
    check_sayings(settings)
    return settings


def _check_survey(settings: Settings) -> None:
    if not SURVEY.fullmatch(settings.survey):
        raise BadSetting(
            "Write a name of small letters, digits and hyphens; its file is surveys/NAME.toml.",
            where="survey",
        )


def _check_sign_in(settings: Settings) -> None:
    if not settings.factor_roles <= ROLES:
        raise BadSetting("Write roles with commas, like hr,auditor.", where="second_factor")
    if settings.access_log_days < LOG_FLOOR:
        raise BadSetting("Keep it for 30 days or more.", where="access_log_days")
    if settings.oidc_issuer:
        safe_host(settings.oidc_issuer, "oidc_issuer", anywhere=True)
    if bool(settings.oidc_issuer) != bool(settings.oidc_client_id):
        raise BadSetting("Issuer and client id go together.", where="oidc_client_id")
    if settings.local_passwords == "off" and not settings.oidc_issuer:
        raise BadSetting("Nobody could sign in; set oidc_issuer too.", where="local_passwords")


def _check_addresses(settings: Settings) -> None:
    staff, leaders = (
        safe_host(settings.base_url, "base_url"),
        safe_host(settings.dashboards_url, "dashboards_url"),
    )
    if staff == safe_host(settings.admin_url, "admin_url") and not is_loopback(staff):
        raise BadSetting("Staff and administrators' pages need different hosts.", where="admin_url")
    if staff == leaders and not is_loopback(staff):
        raise BadSetting("Staff and leaders' pages need different hosts.", where="dashboards_url")
    testing = settings.env == "test"
    if testing and not is_loopback(staff):
        raise BadSetting("env = test is for loopback only.", where="env")
    if settings.test_clock and not testing:
        raise BadSetting("It works only together with env = test.", where="test_clock")
    if settings.seed and not testing:
        raise BadSetting("It works only together with env = test.", where="seed")
