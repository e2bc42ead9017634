"""What each answer of a mail server means: before the final dot all is certain, after it little."""

import ssl
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from pulse.errors import Unreachable
from pulse.mail.carrying import Outcome
from pulse.mail.smtp import Line
from pulse.settings import MailServer
from pulse.terms import Secret
from tests.postoffice import DROP, SILENCE, Hostile, Kept, office, trust, wire

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1", "::1"])]
TO = "ada@example.org"


def line(port: int, *, patience: float = 2.0) -> Line:
    """Connect to a server of this machine in the clear."""
    server = MailServer("127.0.0.1", port, "", "none")
    return Line(server, None, "pulse@example.org", None, patience)


HOSTILE: dict[str, tuple[dict[str, bytes | None], Outcome]] = {
    "hangs up at MAIL": ({"MAIL": DROP}, "later"),
    "hangs up at RCPT": ({"RCPT": DROP}, "later"),
    "hangs up at DATA": ({"DATA": DROP}, "later"),
    "hangs up after the dot": ({"text": DROP}, "uncertain"),
    "says nothing at RCPT": ({"RCPT": SILENCE}, "later"),
    "drips for ever at RCPT": ({"RCPT": b"drip"}, "later"),
    "goes at MAIL": ({"MAIL": b"421 bye\r\n"}, "stopped"),
    "goes at RCPT": ({"RCPT": b"421 bye\r\n"}, "later"),
    "goes after the dot": ({"text": b"421 bye\r\n"}, "later"),
    "greylists": ({"RCPT": b"451 4.7.1 later\r\n"}, "later"),
    "has a full mailbox": ({"RCPT": b"452 4.2.2 full\r\n"}, "later"),
    "knows nobody": ({"RCPT": b"550 5.1.1 nobody\r\n"}, "refused"),
    "wants a sign-in at RCPT": ({"RCPT": b"530 5.7.0 sign in\r\n"}, "stopped"),
    "refuses our sender": ({"MAIL": b"550 5.7.1 not you\r\n"}, "stopped"),
    "refuses the text": ({"text": b"554 5.7.1 spam\r\n"}, "refused"),
    "cannot keep the text": ({"text": b"451 disk\r\n"}, "later"),
    "talks garbage at RCPT": ({"RCPT": b"\xff\xfe\x00\r\n"}, "later"),
    "talks garbage after the dot": ({"text": b"meow\r\n"}, "uncertain"),
    "talks without end of line": ({"RCPT": b"2" * 20_000}, "later"),
    "is out of step": ({"DATA": b"250 what\r\n"}, "stopped"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_an_answer_means_what_the_standard_says(case: str) -> None:
    """Only what went wrong after the dot without a clear answer is uncertain."""
    answers, expected = HOSTILE[case]
    begun: list[str] = []

    def begin() -> bool:
        begun.append("now")
        return True

    with Hostile(**answers) as server:
        connection = line(server.port, patience=0.2)
        verdict = connection.hand(wire(TO), TO, begin)
        connection.close()
        assert verdict.outcome == expected, verdict
        assert bool(server.texts) == bool(begun)
        if verdict.outcome in {"later", "refused"} and "text" not in answers:
            assert not begun


@pytest.mark.parametrize(
    "answers",
    [{"connect": DROP}, {"connect": b"554 go away\r\n"}, {"connect": b"\x00\xff\r\n"},
     {"EHLO": DROP}, {"EHLO": b"500 what\r\n"}, {"connect": b"drip"}, {"connect": SILENCE}],
)  # fmt: skip
def test_a_server_that_lets_nobody_in_is_told_in_its_own_words(
    answers: dict[str, bytes | None],
) -> None:
    """Connecting fails with a sentence and in time, and nothing was handed over."""
    begun = time.monotonic()
    with Hostile(**answers) as server, pytest.raises(Unreachable) as refused:
        line(server.port, patience=0.3)
    assert time.monotonic() - begun < 3
    assert refused.value.where.endswith(str(server.port))
    if answers.get("connect") == b"554 go away\r\n":
        assert "554 go away" in str(refused.value)


def test_a_server_without_sign_in_is_told_in_one_sentence() -> None:
    """A user is set and the server knows no AUTH: the library's sentence gets no second dot."""
    with Hostile() as server:
        place = MailServer("127.0.0.1", server.port, "pulse", "none")
        with pytest.raises(Unreachable) as refused:
            Line(place, Secret(b"word"), "pulse@example.org", None, 2.0)
    assert "AUTH" in str(refused.value)
    assert not str(refused.value).endswith("..")


def test_a_mail_taken_back_before_the_dot_is_not_delivered() -> None:
    """Where the wave has closed meanwhile, the connection is cut without the dot."""
    with Hostile() as server:
        assert line(server.port).hand(wire(TO), TO, lambda: False).outcome == "gone"
    assert server.texts == []


def test_text_arrives_as_it_was_written_dots_and_all() -> None:
    """A line that begins with a dot, and letters beyond ASCII, come out as they went in."""
    kept, text = Kept(), "Grüße\n.\n..two\nhttps://pulse.example.org/s#abc\n"
    with office(kept) as port:
        connection = line(port)
        assert connection.hand(wire(TO, text), TO, lambda: True).outcome == "delivered"
        connection.close()
    ((to, content),) = kept.mails
    assert to == TO
    assert message_from_bytes(content, policy=default).get_content().replace("\r\n", "\n") == text


def test_a_server_without_8bitmime_gets_seven_bits() -> None:
    """The words are the same; only their encoding differs."""
    text = "Grüße aus Köln\n"
    with Hostile(EHLO=b"250 hello\r\n") as server:
        connection = line(server.port)
        assert connection.hand(wire(TO, text), TO, lambda: True).outcome == "delivered"
        connection.close()
    (content,) = server.texts
    assert content.isascii()
    assert message_from_bytes(content, policy=default).get_content().replace("\r\n", "\n") == text


@pytest.mark.parametrize(
    "address",
    ["", "a@b@c", "a b@example.org", "a@example.org\r\nRCPT TO:<eve@example.org>",
     '"a"@example.org',
     "a@exämple.org", "a,b@example.org", "a@" + "x" * 260, "jürgen@example.org"],
)  # fmt: skip
def test_a_hostile_address_is_refused_and_never_spoken(address: str) -> None:
    """No command is made of what is no plain mailbox; the connection goes on."""
    with Hostile() as server:
        connection = line(server.port)
        assert connection.hand(wire(TO), address, lambda: True).outcome == "refused"
        assert connection.hand(wire(TO), TO, lambda: True).outcome == "delivered"
        connection.close()
        assert len(server.texts) == 1


def test_an_address_beyond_ascii_goes_where_the_server_takes_it() -> None:
    """With SMTPUTF8 (RFC 6531) the letters are spoken as they are."""
    kept = Kept()
    with office(kept, enable_SMTPUTF8=True) as port:
        connection = line(port)
        to = "jürgen@example.org"
        assert connection.hand(wire(to), to, lambda: True).outcome == "delivered"
        connection.close()
    assert kept.count == {to: 1}


def secured(port: int, secure: str, client: ssl.SSLContext, host: str = "localhost") -> Line:
    """Connect with TLS as `user`."""
    assert secure in {"tls", "starttls"}
    server = MailServer(host, port, "pulse", "tls" if secure == "tls" else "starttls")
    return Line(server, Secret(b"correct horse"), "pulse@example.org", client, 3.0)


def check(*asked: object) -> AuthResult:
    """Know one name and password; the last that is asked is what was given."""
    data = asked[-1]
    right = isinstance(data, LoginPassword) and data.password == b"correct horse"
    return AuthResult(success=right)


def test_tls_and_starttls_check_who_the_server_is(tmp_path: Path) -> None:
    """A known authority and the right name are needed; then the password is spoken."""
    known = trust(tmp_path, "localhost")
    for secure in ("tls", "starttls"):
        kept = Kept()
        options = {"authenticator": check, "auth_require_tls": secure == "starttls"}
        if secure == "starttls":
            options |= {"tls_context": known.server, "require_starttls": True}
        with office(kept, tls=known.server if secure == "tls" else None, **options) as port:
            connection = secured(port, secure, known.client)
            assert connection.hand(wire(TO), TO, lambda: True).outcome == "delivered"
            connection.close()
            with pytest.raises(Unreachable, match="not to be trusted"):
                secured(port, secure, ssl.create_default_context())
            with pytest.raises(Unreachable, match="not to be trusted"):
                secured(port, secure, known.client, "127.0.0.1")
        assert kept.count == {TO: 1}


def test_without_starttls_nothing_is_spoken_in_the_clear() -> None:
    """Where it is required and not offered, neither password nor mail leaves."""
    with Hostile() as server, pytest.raises(Unreachable, match="STARTTLS"):
        secured(server.port, "starttls", ssl.create_default_context(), "127.0.0.1")
    assert server.texts == []
