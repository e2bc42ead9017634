"""The setting `mail`: files for somebody else's mail server, or a server that Pulse speaks to."""

import re
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from pulse.errors import BadSetting
from pulse.settings.addresses import is_loopback

SPOOL: Final = "spool:"
_PORTS: Final = {"smtp": 587, "smtps": 465}  # RFC 6409 and RFC 8314, section 3.3
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45}")
_LIKE: Final = "Write spool:, smtp://user@host:587 or smtps://user@host:465."


class MailServer(msgspec.Struct, frozen=True):
    """A server for submission; an empty `user` signs in as nobody.

    `secure` is "tls" from the first byte, "starttls" (required, RFC 8314), or "none", which is
    for this very machine.
    """

    host: str
    port: int
    user: str
    secure: Literal["tls", "starttls", "none"]


def mail_server(mail: str) -> MailServer | None:
    """Return the server that the setting `mail` names, None for the spool.

    Raises:
        BadSetting: it names neither, or holds a password.
    """
    if mail == SPOOL:
        return None
    try:
        parts = urlsplit(mail)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadSetting(_LIKE, where="mail") from error
    if parts.password is not None:
        raise BadSetting("The password is the file channels/smtp.password (0600).", where="mail")
    rest = parts.path not in {"", "/"} or parts.query or parts.fragment
    user = unquote(parts.username or "")
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or rest or port == 0:
        raise BadSetting(_LIKE, where="mail")
    if not user.isprintable() or not mail.isascii() or not mail.isprintable():
        raise BadSetting(_LIKE, where="mail")
    secure: Literal["tls", "starttls", "none"] = "tls" if parts.scheme == "smtps" else "starttls"
    if secure == "starttls" and is_loopback(host):
        secure = "none"
    return MailServer(host, port or _PORTS[parts.scheme], user, secure)
