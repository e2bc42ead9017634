"""How messages reach the world."""

import ssl

import msgspec

from pulse.mail import slack
from pulse.mail.smtp import PATIENCE
from pulse.mail.web import Resolve, resolve


class Ways(msgspec.Struct, frozen=True):
    """How servers are reached; tests bring servers of their own.

    `tls` is how certificates are checked (None: as the system does, `SSL_CERT_FILE` counts),
    `slack` where Slack's interface lies, `patience` the seconds for an answer, `resolver` finds the
    address of a webhook's host, and `anywhere` lets it be one of this machine.
    """

    tls: ssl.SSLContext | None = None
    slack: str = slack.BASE
    patience: float = PATIENCE
    resolver: Resolve = resolve
    anywhere: bool = False
