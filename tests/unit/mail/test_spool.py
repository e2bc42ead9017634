"""The spool writes one private, complete RFC 5322 file per mail."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from pulse.mail.spool import spool


def mail(text: str) -> EmailMessage:
    """Return a small mail."""
    message = EmailMessage()
    message["To"] = "ada@example.org"
    message.set_content(text)
    return message


def test_a_mail_is_a_private_file_with_network_line_ends(tmp_path: Path) -> None:
    """Files are 0600 in a 0700 folder, lines end in CRLF, nothing unfinished stays."""
    folder = tmp_path / "2026-W10"
    spool(folder, {"a": mail("one"), "b": mail("two")})
    assert sorted(file.name for file in folder.iterdir()) == ["a.eml", "b.eml"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    data = (folder / "a.eml").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert message_from_bytes(data, policy=default)["To"] == "ada@example.org"


def test_the_same_name_is_replaced(tmp_path: Path) -> None:
    """Writing again leaves one file, the new one; an unfinished one of before is no hindrance."""
    (tmp_path / ".a").write_bytes(b"half")
    spool(tmp_path, {"a": mail("one")})
    spool(tmp_path, {"a": mail("two")})
    assert [file.name for file in tmp_path.iterdir()] == ["a.eml"]
    assert b"two" in (tmp_path / "a.eml").read_bytes()
