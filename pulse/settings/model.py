"""The settings of a home: names, types, defaults, and one sentence each."""

from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from pulse.terms import Order

K_FLOOR: Final = 5
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DEFAULT_SUPPORT: Final = (
    "If work weighs on you, talk to someone you trust: a colleague, your doctor or your "
    "employee representatives."
)

Help = msgspec.Meta


class LocalSupport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The help contacts for the readers of one language; what is empty is as for everybody."""

    text: str = ""
    contacts: tuple[str, ...] = ()


class Support(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The help contacts on every staff page: the same for everyone, never triggered."""

    text: Annotated[str, Help(description="What staff read about getting help.")] = DEFAULT_SUPPORT
    contacts: Annotated[
        tuple[str, ...], Help(description="Help contacts, one line each (phone, address, desk).")
    ] = ()
    locales: Annotated[
        dict[str, LocalSupport],
        Help(
            description="The same for one language, like [support.locales.de] with its own text "
            "and contacts."
        ),
    ] = {}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The running configuration of one home."""

    organisation: Annotated[str, Help(description="The organisation's name, as staff know it.")] = (
        "Our organisation"
    )
    timezone: Annotated[str, Help(description="IANA time zone that weeks are counted in.")] = "UTC"
    cadence: Annotated[
        Literal["automatic", "weekly", "fortnightly", "off"],
        Help(
            description="How often `pulse tick` asks: weekly, fortnightly, off, or automatic "
            "(weekly until clearly fewer people answer)."
        ),
    ] = "automatic"
    opens: Annotated[str, Help(description="Day and local time at which a wave opens.")] = (
        "Monday 09:00"
    )
    closes: Annotated[str, Help(description="Day and local time at which a wave closes.")] = (
        "Friday 17:00"
    )
    reminds: Annotated[
        str, Help(description="Day and local time of the one reminder to everybody, or off.")
    ] = "Wednesday 10:00"
    sending_hours: Annotated[
        str,
        Help(description="When mails leave, Monday to Friday by each person's own clock."),
    ] = "09:00-16:00"
    holidays: Annotated[
        tuple[str, ...],
        Help(description="Days without work, like 2026-12-24 or 2026-12-24/2027-01-01."),
    ] = ()
    survey: Annotated[
        str,
        Help(
            description="Name of the survey: weekly, or that of a file of yours in the home, "
            "surveys/NAME.toml."
        ),
    ] = "weekly"
    base_url: Annotated[
        str, Help(description="Address of the staff pages; https, or http on loopback.")
    ] = "http://127.0.0.1:8000"
    dashboards_url: Annotated[
        str, Help(description="Address of the leaders' pages; another host than base_url's.")
    ] = "http://127.0.0.1:8001"
    admin_url: Annotated[
        str, Help(description="Address of the administrators' pages; another host than base_url's.")
    ] = "http://127.0.0.1:8002"
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
        str,
        Help(
            description="How mail leaves: spool: (files in the outbox), smtp://user@host:587 "
            "or smtps://user@host:465; the password is the file channels/smtp.password."
        ),
    ] = "spool:"
    people: Annotated[
        Literal["mail", "slack"],
        Help(description="How people get their links: mail, or a personal message in Slack."),
    ] = "mail"
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
    languages: Annotated[
        tuple[str, ...],
        Help(
            description="Languages that a wave is asked in, like en and de; the first is for "
            "everybody who has no other."
        ),
    ] = ("en",)
    draft_languages: Annotated[
        Literal["refused", "allowed"],
        Help(description="Whether a wave may be asked in a language that is only a draft."),
    ] = "refused"
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
