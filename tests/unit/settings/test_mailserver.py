"""The setting `mail` names a spool or a server, and never holds a password."""

import pytest

from pulse.errors import BadSetting
from pulse.settings import MailServer, mail_server

GOOD = {
    "spool:": None,
    "smtp://mail.example.org": MailServer("mail.example.org", 587, "", "starttls"),
    "smtp://pulse@mail.example.org:2525": MailServer("mail.example.org", 2525, "pulse", "starttls"),
    "smtps://pulse%40example.org@mail.example.org": MailServer(
        "mail.example.org", 465, "pulse@example.org", "tls"
    ),
    "smtp://127.0.0.1:25": MailServer("127.0.0.1", 25, "", "none"),
    "smtp://localhost": MailServer("localhost", 587, "", "none"),
    "smtps://localhost": MailServer("localhost", 465, "", "tls"),
    "smtp://[::1]:25": MailServer("::1", 25, "", "none"),
}
BAD = (
    "", "spool", "spool:x", "smtp:", "smtp://", "http://mail.example.org", "mail.example.org",
    "smtp://u:secret@mail.example.org", "smtp://u:@mail.example.org", "smtp://mail.example.org:0",
    "smtp://mail.example.org:99999", "smtp://mail.example.org/x", "smtp://mail.example.org?x=1",
    "smtp://mail.example.org#x", "smtp://mäil.example.org", "smtp://a%0ab@mail.example.org",
    "smtp://mail .example.org", "smtp://mail.example.org\nsmtp://x", "smtp://-x", "smtp://[::1",
)  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_a_server_is_read_with_the_usual_port_and_tls(text: str) -> None:
    """TLS is required everywhere but on this machine."""
    assert mail_server(text) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_anything_else_is_refused(text: str) -> None:
    """The words name the setting and repeat no password."""
    with pytest.raises(BadSetting) as refused:
        mail_server(text)
    assert refused.value.where == "mail"
    assert "secret" not in str(refused.value)
