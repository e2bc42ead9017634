"""Mail servers on this machine: a real one that keeps what it gets, and hostile ones by script."""

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, NamedTuple, Self

from aiosmtpd import smtp
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.installation import free_ports


class Trust(NamedTuple):
    """Certificates of one self-made authority: what a server shows, what a client trusts."""

    server: ssl.SSLContext
    client: ssl.SSLContext


class Kept:
    """Keeps every mail that the server takes; `answers` are given to recipients instead of 250."""

    def __init__(self, answers: Mapping[str, str] | None = None) -> None:
        self.answers = dict(answers or {})
        self.mails: list[tuple[str, bytes]] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own signature
        self,
        server: smtp.SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take a recipient, or give the answer that is meant for them."""
        del server, session, options
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: smtp.SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's own name
        """Keep a mail."""
        del server, session
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails += [(to, content) for to in envelope.rcpt_tos]
        return "250 kept"

    @property
    def count(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(to for to, _ in self.mails)


@contextlib.contextmanager
def office(kept: Kept, *, tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[int]:
    """Run a real SMTP server and return its port; `tls` speaks TLS from the first byte."""
    (port,) = free_ports(1)
    controller = Controller(kept, "127.0.0.1", port, ssl_context=tls, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


GOOD = {
    "connect": b"220 hello\r\n", "EHLO": b"250-hello\r\n250 8BITMIME\r\n", "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n", "DATA": b"354 go\r\n", "text": b"250 kept\r\n", "RSET": b"250 ok\r\n",
    "QUIT": b"221 bye\r\n",
}  # fmt: skip
DROP = b""
SILENCE = None


class Hostile:
    """A server that gives set answers; b"" hangs up, None says nothing, an iterator drips."""

    def __init__(self, **answers: bytes | None) -> None:
        self.answers: dict[str, bytes | None] = {**GOOD, **answers}
        self.texts: list[bytes] = []
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._ending, self._current = threading.Event(), self._listening
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self) -> Self:
        """Serve while inside."""
        return self

    def __exit__(self, *error: object) -> None:
        """End, and wait for it."""
        self._ending.set()
        for each in (self._listening, self._current):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._ending.is_set():
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            self.connections, self._current = self.connections + 1, sock
            with sock, contextlib.suppress(OSError):
                sock.settimeout(5)
                self._talk(sock)

    def _talk(self, sock: socket.socket) -> None:
        file = sock.makefile("rb")
        with file:
            if not self._say(sock, "connect"):
                return
            while line := file.readline():
                verb = line[:4].decode("ascii", "replace").upper()
                if not self._say(sock, verb):
                    return
                if verb == "DATA" and (self.answers["DATA"] or b"").startswith(b"354"):
                    text = b""
                    while (line := file.readline()) not in {b".\r\n", b""}:
                        text += line
                    if not line:
                        return
                    self.texts.append(text)
                    if not self._say(sock, "text"):
                        return
                if verb == "QUIT":
                    return

    def _say(self, sock: socket.socket, when: str) -> bool:
        answer = self.answers.get(when, b"502 what?\r\n")
        if answer is SILENCE:
            self._ending.wait(5)
            return False
        if answer == b"drip":
            while not self._ending.wait(0.02):
                sock.sendall(b"250-more\r\n")
            return False
        sock.sendall(answer)
        return answer != DROP


def letter(to: str, text: str = "Hello.\n.dot at the start\n") -> EmailMessage:
    """Return a small mail."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "pulse@example.org", to, "Your week"
    mail.set_content(text, cte="7bit" if text.isascii() else "8bit")
    return mail


def wire(to: str, text: str = "Hello.\n.dot at the start\n") -> bytes:
    """Return a small mail as it lies in an outbox."""
    return letter(to, text).as_bytes(policy=SMTP)


def trust(folder: Path, *names: str) -> Trust:
    """Make an authority and a certificate for `names` (and addresses) that it vouches for."""
    key, ca_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of tests")])
    now = dt.datetime.now(dt.UTC)
    about = (now - dt.timedelta(days=1), now + dt.timedelta(days=2))
    ca = (
        x509.CertificateBuilder().subject_name(ca_name).issuer_name(ca_name)
        .public_key(ca_key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(about[0]).not_valid_after(about[1])
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )  # fmt: skip
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]))
        .issuer_name(ca_name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(about[0]).not_valid_after(about[1])
        .add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + leaf.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    authority = ca.public_bytes(serialization.Encoding.PEM).decode()
    return Trust(server, ssl.create_default_context(cadata=authority))


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
