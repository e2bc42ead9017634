"""Calls to web addresses: resolved once, connected to just that, no redirect, small and timed."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from pulse.errors import BadSetting, Unreachable
from pulse.mail.watch import watched
from pulse.settings import is_loopback

PATIENCE: Final = 15.0  # seconds for one call in all
MOST: Final = 1 << 16  # bytes of an answer that are read
_FAILED: Final = (OSError, http.client.HTTPException, ValueError)
# Addresses that stand for others inside: NAT64 (RFC 6052).
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
Resolve = Callable[[str, int], tuple[str, int]]


class Place(msgspec.Struct, frozen=True):
    """A web address, taken apart; `path` has its query."""

    host: str
    port: int
    path: str
    secure: bool


class Answer(msgspec.Struct, frozen=True):
    """What came back: status, headers in lower case, the first bytes of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Lost(Exception):
    """The call broke off after it had begun; whether it was heard nobody knows."""


def place_of(url: str, where: str, *, trial: bool = False) -> Place:
    """Take an https address apart; in a `trial` it may be http on this machine.

    Raises:
        BadSetting: it is none; the words never repeat it, because such addresses are secrets.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadSetting("This is no web address.", where=where) from error
    if not url.isascii() or not url.isprintable() or " " in url or parts.username is not None:
        raise BadSetting("This is no web address.", where=where)
    secure = parts.scheme == "https"
    if not host or not (secure or (trial and parts.scheme == "http" and is_loopback(host))):
        raise BadSetting("The address must begin with https://.", where=where)
    query = f"?{parts.query}" if parts.query else ""
    return Place(host, port or (443 if secure else 80), (parts.path or "/") + query, secure)


def resolve(host: str, port: int) -> tuple[str, int]:
    """Return the first address of a host, as the system knows it, with the port."""
    return str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]), port


def is_public(address: str) -> bool:
    """Tell whether an address is on the open internet, not inside of anything."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo or (None,))[0]
        if inside is not None or found in _NAT64:
            return False
    return found.is_global and not found.is_multicast


class Call:
    """One open connection to a place.

    Args:
        place: where to.
        tls: how its certificate is checked; None means as the system does.
        patience: seconds for connecting, and for each answer, in all.
        anywhere: whether addresses of this machine and of inner networks are fine too.
        resolver: from a name and a port to the one address and port that are used.

    Raises:
        Unreachable: it cannot be reached, or lies where no call may go; nothing was sent.
    """

    def __init__(
        self,
        place: Place,
        tls: ssl.SSLContext | None = None,
        patience: float = PATIENCE,
        *,
        anywhere: bool = False,
        resolver: Resolve = resolve,
    ) -> None:
        self._place, self._patience = place, patience
        self._http = http.client.HTTPConnection(place.host, place.port)
        self._http.auto_open = 0  # this connection or none
        try:
            address, port = resolver(place.host, place.port)
            if not anywhere and not is_public(address):
                raise Unreachable("It lies inside a network, where no call may go.")
            sock = socket.create_connection((address, port), patience)
            self._http.sock = sock
            if place.secure:
                context = tls or ssl.create_default_context()
                with watched(sock, patience):
                    self._http.sock = context.wrap_socket(sock, server_hostname=place.host)
        except _FAILED as error:
            self.close()
            raise Unreachable(f"{place.host} cannot be reached: {_failure(error)}.") from error

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Ask once, redirects are not followed; the connection stays where it may.

        Raises:
            Lost: it broke off, or took too long.
        """
        try:
            if self._http.sock is None:
                raise OSError("The connection was closed.")
            with watched(self._http.sock, self._patience):
                self._http.request(method, path, body, dict(headers))
                answer = self._http.getresponse()
                data = answer.read(MOST + 1)
        except _FAILED as error:
            self.close()
            raise Lost(_failure(error)) from error
        if len(data) > MOST or answer.will_close:
            self.close()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told, data[:MOST])

    @property
    def closed(self) -> bool:
        """Whether another connection is needed."""
        return self._http.sock is None

    def close(self) -> None:
        """Let go."""
        self._http.close()


def _failure(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted ({error.verify_message})"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return " ".join((getattr(error, "strerror", None) or type(error).__name__).split())[:120]
