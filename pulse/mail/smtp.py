"""One conversation with a mail server (RFC 5321), for many mails one after the other.

The standard library speaks; this decides what an answer means. Everything that goes wrong before
the final dot is certain: the mail has not left. After it, only an answer is (RFC 1047).
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes
from email.policy import SMTP, SMTPUTF8
from typing import Final

from pulse.errors import Unreachable
from pulse.mail.carrying import Outcome, Verdict
from pulse.mail.watch import Watch
from pulse.settings import MailServer
from pulse.terms import Secret

PATIENCE: Final = 60.0  # seconds for an answer, and for connecting as a whole
DOT_PATIENCE: Final = 600.0  # seconds for the answer to the final dot: RFC 5321, 4.5.3.2.6
PER_CONNECTION: Final = 100  # mails; servers take it ill when one goes on for ever
_SHOWN: Final = 200  # signs of an answer
_DOTS: Final = re.compile(rb"(?m)^\.")
_ENHANCED: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b", re.ASCII)  # RFC 3463
# One mailbox that cannot end the command it stands in.
_MAILBOX: Final = re.compile(r"[^\s@<>,;:\"\\\x00-\x20\x7f]{1,64}@[A-Za-z0-9.-]{1,253}")
_LONGEST: Final = 254
# Answers to RCPT that are about us or the command, not about this recipient.
_OURS: Final = frozenset({500, 502, 503, 504, 521, 530, 534, 535, 538})
# A reply line that is too long comes as a "500" that no server has said.
_LOST: Final = (OSError, ValueError)

# RFC 5321, 4.2: three codes, and the first digits of "yes" and "not yet".
_OK, _GO_ON, _LEAVING, _TAKEN, _NOT_YET = 250, 354, 421, 2, 4

Reply = tuple[int, bytes]


class Line:
    """An open connection, greeted, secured and signed in.

    Args:
        server: where to, how secured, as whom.
        password: for `server.user`; None where it is empty.
        sender: the envelope's sender.
        tls: how certificates are checked; None means as the system does.
        patience: seconds for each answer.

    Raises:
        Unreachable: it does not answer, is not who it should be, or does not let us in; with
            its own words.
    """

    def __init__(
        self,
        server: MailServer,
        password: Secret | None,
        sender: str,
        tls: ssl.SSLContext | None,
        patience: float = PATIENCE,
    ) -> None:
        self._sender, self._patience = sender, patience
        self._left, self._dotted = PER_CONNECTION, False
        self._watch: Watch | None = None
        # Named, so that the library asks no name server who we are.
        self._client = smtplib.SMTP(local_hostname=sender.rpartition("@")[2])
        try:
            self._open(server, password, tls)
        except _LOST as error:
            self._drop()
            raise Unreachable(_failure(error), where=f"{server.host}:{server.port}") from error
        except BaseException:
            self._drop()
            raise

    @property
    def closed(self) -> bool:
        """Whether another connection is needed."""
        if self._client.sock is None:
            self._drop()
        return self._client.sock is None or not self._left

    def hand(self, data: bytes, to: str, begin: Callable[[], bool]) -> Verdict:
        """Hand over one mail; see `Carrier`."""
        if not _MAILBOX.fullmatch(to) or len(to) > _LONGEST:
            return Verdict("refused", "no-address", "This is no address that can be written to.")
        self._dotted, sock, watch = False, self._client.sock, self._watch
        if sock is None or watch is None:
            return Verdict("later", "lost", "The connection was lost.")
        self._left -= 1
        try:
            sock.settimeout(self._patience)
            with watch.over(self._patience * 4):
                verdict = self._offer(data, to)
            if verdict is None and not begin():
                self._drop()  # without the dot the server must not deliver
                return Verdict("gone")
            if verdict is None:
                sock.settimeout(DOT_PATIENCE)
                with watch.over(DOT_PATIENCE):
                    return self._dot()
        except _LOST as error:
            self._drop()
            return Verdict("uncertain" if self._dotted else "later", "lost", _failure(error))
        return verdict

    def close(self) -> None:
        """Say QUIT, wait a moment for the answer, and let go."""
        sock, watch = self._client.sock, self._watch
        if sock is not None and watch is not None:
            with suppress(*_LOST), watch.over(5.0):
                sock.settimeout(min(self._patience, 5.0))
                self._client.docmd("QUIT")
        self._drop()

    def _drop(self) -> None:
        if self._watch is not None:
            self._watch.end()
            self._watch = None
        self._client.close()

    def _open(
        self, server: MailServer, password: Secret | None, tls: ssl.SSLContext | None
    ) -> None:
        sock = socket.create_connection((server.host, server.port), self._patience)
        self._client.sock = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the dot waits for no timer
        self._watch = Watch(sock, self._patience)
        with self._watch.over(self._patience):
            if server.secure == "tls":
                self._secure(tls, server.host)
            self._expect(self._client.getreply(), 220)
            self._greet()
            if server.secure == "starttls":
                if not self._client.has_extn("starttls"):
                    raise Unreachable(
                        "It offers no STARTTLS, and nothing is sent in the clear.",
                        where=f"{server.host}:{server.port}",
                    )
                self._expect(self._client.docmd("STARTTLS"), 220)
                self._secure(tls, server.host)
                self._greet()
            if server.user:
                self._client.login(server.user, password.reveal().decode() if password else "")

    def _secure(self, tls: ssl.SSLContext | None, host: str) -> None:
        """Begin TLS; what was said before in the clear is forgotten (RFC 3207, section 4.2)."""
        sock = self._client.sock
        assert sock is not None  # noqa: S101 - the caller has just made it
        context = tls or ssl.create_default_context()
        self._client.sock = context.wrap_socket(sock, server_hostname=host)
        self._client.file = None

    def _greet(self) -> None:
        self._client.esmtp_features.clear()
        self._expect(self._client.ehlo(), 250)

    @staticmethod
    def _expect(reply: Reply, code: int) -> None:
        if reply[0] != code:
            raise smtplib.SMTPResponseException(*reply)

    def _offer(self, data: bytes, to: str) -> Verdict | None:
        """Go as far as the text, without the dot; None where only the dot is missing."""
        client, options = self._client, []
        if not to.isascii():
            if not client.has_extn("smtputf8"):
                told = "The server takes no address with such letters (SMTPUTF8)."
                return Verdict("refused", "no-smtputf8", told)
            options.append("SMTPUTF8")
            data = message_from_bytes(data, policy=SMTPUTF8).as_bytes()
        if not data.isascii():
            if client.has_extn("8bitmime"):
                options.append("BODY=8BITMIME")
            else:
                data = message_from_bytes(data, policy=SMTP.clone(cte_type="7bit")).as_bytes()
        reply = client.mail(self._sender, options)
        if reply[0] != _OK:
            return self._not_now(reply)
        reply = client.rcpt(to)
        if reply[0] not in {250, 251, 252}:
            return self._not_now(reply) if reply[0] in _OURS else self._judge(reply)
        reply = client.docmd("DATA")
        if reply[0] != _GO_ON:
            return self._judge(reply) if reply[0] // 100 == _NOT_YET else self._not_now(reply)
        client.send(_DOTS.sub(b"..", data.rstrip(b"\r\n") + b"\r\n"))
        return None

    def _dot(self) -> Verdict:
        self._dotted = True
        self._client.send(b".\r\n")
        reply = self._client.getreply()
        if reply[0] // 100 == _TAKEN:
            return Verdict("delivered", told=_words(reply))
        if reply[0] // 100 not in {4, 5}:
            self._drop()
            return Verdict("uncertain", "garbled", _words(reply))
        return self._judge(reply)

    def _judge(self, reply: Reply) -> Verdict:
        """Read a refusal of this one mail, and begin anew."""
        kinds: dict[int, Outcome] = {4: "later", 5: "refused"}
        outcome = kinds.get(reply[0] // 100)
        if outcome is None or reply[0] == _LEAVING:
            self._drop()
            return Verdict("later", "lost", _words(reply))
        self._reset()
        return Verdict(outcome, _reason(reply), _words(reply))

    def _not_now(self, reply: Reply) -> Verdict:
        """The server takes nothing from us now, whatever it is."""
        self._drop()
        return Verdict("stopped", _reason(reply), _words(reply))

    def _reset(self) -> None:
        try:
            if self._client.docmd("RSET")[0] != _OK:
                self._drop()
        except _LOST:
            self._drop()


def _words(reply: Reply) -> str:
    told = f"{reply[0]} {reply[1].decode('ascii', 'replace')}" if reply[0] > 0 else "no SMTP reply"
    return "".join(sign if sign.isprintable() else " " for sign in told)[:_SHOWN]


def _reason(reply: Reply) -> str:
    enhanced = _ENHANCED.search(_words(reply))
    return f"{reply[0]}-{enhanced[1]}" if enhanced else str(reply[0])


def _failure(error: Exception) -> str:
    """Put what went wrong into words, the server's own where it has said any."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        told = said.encode("ascii", "replace") if isinstance(said, str) else said
        return f"The server said: {_words((error.smtp_code, told))}."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not to be trusted: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return f"No TLS came about: {error.reason or 'the connection was cut'}."
    if isinstance(error, TimeoutError):
        return "It did not answer in time."
    return f"The connection failed: {' '.join(str(error).split())[:_SHOWN].rstrip('.')}."
