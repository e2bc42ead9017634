"""Web addresses in the settings: https, or this machine alone."""

import ipaddress
from urllib.parse import urlsplit

from pulse.errors import BadSetting


def safe_host(url: str, name: str, *, anywhere: bool = False) -> str:
    """Return the host of a bare https address (http on loopback), `anywhere` with a path too.

    Raises:
        BadSetting: it is none; `name` is the setting's.
    """
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
