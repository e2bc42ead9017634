"""Schedule, organisation, languages, accounts, links and channels: changed from their pages."""

from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from litestar import Litestar
from sqlalchemy import Engine

from pulse import pauses
from pulse.accounts import accesslog, directory
from pulse.mail.secretfiles import SMTP_PASSWORD, write_secret
from pulse.settings import Home, load
from pulse.store import marks
from tests.installation import free_ports
from tests.unit.admin import house
from tests.unit.admin.house import Browser, problem

# The event loop's own pair of sockets.
pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]

SCHEDULE = {
    "cadence": "weekly", "timezone": "Europe/Berlin", "holidays": "2026-12-24/2027-01-01",
    "opens_day": "Monday", "opens_time": "09:00", "closes_day": "Friday", "closes_time": "17:00",
    "reminds_day": "Wednesday", "reminds_time": "10:00", "hours_from": "09:00",
    "hours_to": "16:00",
}  # fmt: skip
WRONG = {
    "timezone": ("Mars/Olympus", "timezone: This is no IANA time zone."),
    "closes_day": ("Someday", "closes: Write it like 'Friday 17:00'."),
    "holidays": ("Christmas", "holidays: Write"),
    "reminds_day": ("Saturday", "reminds: The reminder lies between"),
    "cadence": ("daily", "cadence: This value does not fit"),
}


def log(engine: Engine) -> list[tuple[str, str]]:
    """Return what was changed, newest first."""
    return [(row.action, row.subject) for row in accesslog.newest(engine) if row.email]


def mails(folder: Path) -> list[str]:
    """Return address and text of the mails in a folder."""
    found = [message_from_bytes(path.read_bytes()) for path in sorted(folder.rglob("*.eml"))]
    return [f"{mail['To']}\n{mail.get_payload()}" for mail in found]


def test_a_schedule_is_saved_once_and_says_what_comes(
    admin: Browser, home: Home, accounts: Engine
) -> None:
    """It is in pulse.toml, the page shows the next week, and the log which settings changed."""
    admin.confirm(admin.upload().text)
    assert admin.send("/schedule", **SCHEDULE).headers["location"] == "/schedule?done=saved"
    settings = load(home, {})
    assert (settings.cadence, settings.timezone) == ("weekly", "Europe/Berlin")
    assert settings.holidays == ("2026-12-24/2027-01-01",)
    text = admin.see("/schedule")
    assert "The week opens." in text
    assert "Monday 23 November, 09:00" in text
    assert log(accounts)[0] == ("settings", "cadence, holidays, timezone")


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_schedule_changes_nothing(admin: Browser, home: Home, name: str) -> None:
    """The page comes back with what is wrong, and with what was typed."""
    before = home.settings_file.read_text("utf-8")
    value, words = WRONG[name]
    assert problem(admin.send("/schedule", **{**SCHEDULE, name: value})).startswith(words[:30])
    assert home.settings_file.read_text("utf-8") == before


def test_an_older_page_does_not_overwrite_a_newer_edit(admin: Browser, home: Home) -> None:
    """Who saved from a page that is out of date is told, and the other's edit stays."""
    old = admin.see("/organisation").partition('name="seen" value="')[2][:64]
    admin.send("/schedule", **SCHEDULE)
    answer = admin.send("/organisation", seen=old, organisation="Mine", text="x", contacts="")
    assert "changed in the meantime" in problem(answer)
    assert load(home, {}).organisation != "Mine"


def test_what_the_environment_fixes_is_shown_as_fixed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting of PULSE_* is not for this page: the field is off, and the rest can be saved."""
    monkeypatch.setenv("PULSE_ORGANISATION", "Fixed Ltd")  # the process's environment, no function
    admin = Browser(house.an_app(home))
    assert "Fixed by PULSE_ORGANISATION" in admin.see("/organisation")
    answer = admin.send("/organisation", organisation="x", text="Talk to us", contacts="Doctor: 1")
    assert answer.status_code == 303
    assert load(home, {}).support.contacts == ("Doctor: 1",)


def test_name_and_contacts_are_saved(admin: Browser, home: Home) -> None:
    """Lines become contacts, and the page of everybody shows the new name at once."""
    admin.send("/organisation", organisation=" North  wind ", text="T", contacts="A: 1\n\n B: 2 ")
    settings = load(home, {})
    assert settings.organisation == "North wind"
    assert settings.support.contacts == ("A: 1", "B: 2")
    assert "administration, North wind" in admin.see("/")
    emptied = admin.send("/organisation", organisation="N", text=" ", contacts="")
    assert "at least one thing" in problem(emptied)


def test_pauses_are_added_and_taken_back(admin: Browser, state: Engine, accounts: Engine) -> None:
    """A pause is kept once, an overlapping one is refused, and taking it back is noted."""
    days = {"first": "2026-12-07", "last": "2026-12-12", "reason": "move"}
    assert admin.send("/schedule/pauses", "/schedule", **days).status_code == 303
    assert "There is a pause" in problem(admin.send("/schedule/pauses", "/schedule", **days))
    assert "choose both days" in problem(
        admin.send("/schedule/pauses", "/schedule", first="soon", last="")
    )
    assert [str(each.first) for each in pauses.every(state)] == ["2026-12-07"]
    admin.send("/schedule/pauses/end", "/schedule", first="2026-12-07")
    assert pauses.every(state) == ()
    assert log(accounts)[0] == ("pause", "from 2026-12-07 taken back")


def test_a_draft_language_needs_consent(admin: Browser, home: Home) -> None:
    """Without it nothing is saved; with it both settings are."""
    chosen: dict[str, Any] = {"first": "de", "language": ["en", "pl"]}
    assert "draft" in problem(admin.send("/languages", **chosen))
    assert load(home, {}).languages == ("en",)
    assert admin.send("/languages", drafts="allowed", **chosen).status_code == 303
    settings = load(home, {})
    assert settings.languages == ("de", "en", "pl")
    assert settings.draft_languages == "allowed"


def test_somebody_invited_chooses_a_password_at_the_right_door(
    admin: Browser, home: Home, app: Litestar
) -> None:
    """An administrator's link leads to these pages, a leader's to theirs; then they are in."""
    admin.confirm(admin.upload().text)
    admin.send("/accounts", email="New@x.org", role="admin", unit="")
    admin.send("/accounts", email="boss@x.org", role="leader", unit="ops")
    found = {text.partition("\n")[0]: text for text in mails(home.accounts / "outbox")}
    assert "http://127.0.0.1:8001/welcome/" in found["boss@x.org"]
    link = found["new@x.org"].partition("http://127.0.0.1:8002")[2].split()[0]
    other = Browser(app, None)
    password = {"new": "seven goats on a roof", "again": "seven goats on a roof"}
    assert other.send(link, **password).headers["location"] == "/"
    assert "Set up Pulse" in other.see("/")


def test_the_last_administrator_stays(admin: Browser, accounts: Engine) -> None:
    """The page refuses to remove, demote or reset who alone can administer, and says why."""
    for path, fields in (
        ("/accounts/remove", {}),
        ("/accounts/role", {"role": "hr"}),
        ("/accounts/reset", {"what": "password"}),
    ):
        answer = admin.send(path, "/accounts", email=house.ADMIN, **fields)
        assert "only administrator who has ever signed in" in problem(answer)
    assert directory.find(accounts, house.ADMIN) is not None
    assert "/accounts/remove" in admin.see("/accounts")  # of the others


def test_accounts_are_changed_reset_and_removed(admin: Browser, accounts: Engine) -> None:
    """Each change is noted with the account and ends its sessions."""
    admin.send("/accounts/role", "/accounts", email=house.HR, role="auditor", unit="")
    found = directory.find(accounts, house.HR)
    assert found is not None
    assert found[0].role == "auditor"
    admin.send("/accounts/reset", "/accounts", email=house.HR, what="password")
    found = directory.find(accounts, house.HR)
    assert found is not None
    assert found[0].must_change
    admin.send("/accounts/remove", "/accounts", email=house.HR)
    assert directory.find(accounts, house.HR) is None
    assert [subject for action, subject in log(accounts) if action == "account"] == [
        f"removed {house.HR}", f"new link for {house.HR}", f"{house.HR} is auditor now",
    ]  # fmt: skip


def test_wrong_accounts_are_refused(admin: Browser) -> None:
    """No address, no role, no unit, and an address that has an account already."""
    for fields in (
        {"email": "nobody", "role": "hr"}, {"email": "a@x.org", "role": "king"},
        {"email": "a@x.org", "role": "leader", "unit": "moon"}, {"email": house.HR, "role": "hr"},
    ):  # fmt: skip
        assert problem(admin.send("/accounts", **fields))


def test_a_link_is_not_sent_while_no_week_is_open(admin: Browser) -> None:
    """The page says so, offers no form, and a form of an older page is refused in words."""
    assert "No week is open" in admin.see("/links")
    answer = admin.send("/links", "/organisation", email="web1@x.org")
    assert "No week is open" in problem(answer)


class Strict:
    """A mail server that takes mails for one address only."""

    known = house.ADMIN

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the administrator's mails."""
        del server, session, options
        if address != self.known:
            return "550 5.1.1 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 fine"


def test_a_mail_server_is_tried_and_its_own_words_are_told(admin: Browser, home: Home) -> None:
    """A server that does not answer is a sentence and no step done; one that does is."""
    (port,) = free_ports(1)
    home.settings_file.write_text(f'mail = "smtp://127.0.0.1:{port}"\n', "utf-8")
    said = problem(admin.send("/channels/test", "/channels"))
    assert "refused" in said
    assert marks.when(home, "channel") is None
    strict = Strict()
    controller = Controller(strict, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        answer = admin.send("/channels/test", "/channels")
        assert answer.headers["location"] == "/channels?done=sent"
        home.settings_file.write_text(
            f'mail = "smtp://127.0.0.1:{port}"\nsender = "a@x.org"\n', "utf-8"
        )
        strict.known = "somebody.else@x.org"
        assert "nobody here" in problem(admin.send("/channels/test", "/channels"))
    finally:
        controller.stop()
    assert marks.when(home, "channel") == house.CLOCK.now()


def test_who_is_not_reached_is_told_without_blame(admin: Browser, home: Home) -> None:
    """What a server refused stands there with its address and the server's reason."""
    folder = home.outbox / "2026-W47"
    folder.mkdir()
    (folder / "invitation-1.eml.refused-550-5.1.1").write_bytes(b"To: gone@x.org\r\n\r\nx")
    (folder / "invitation-2.eml.uncertain").write_bytes(b"To: perhaps@x.org\r\n\r\nx")
    text = admin.see("/channels")
    assert "<bdi>gone@x.org</bdi>" in text
    assert "550-5.1.1" in text
    assert "1 message may or may not have left" in text


def test_secrets_are_named_and_never_shown(admin: Browser, home: Home) -> None:
    """The page says which files of secrets there are."""
    write_secret(home, SMTP_PASSWORD, "hunter-2-hunter")
    text = admin.see("/channels")
    assert "channels/smtp.password" in text
    assert "hunter" not in text


def test_a_test_message_goes_to_whoever_asks(admin: Browser, home: Home, accounts: Engine) -> None:
    """One mail, to the administrator, without a link; the step is done."""
    assert marks.when(home, "channel") is None
    assert admin.send("/channels/test", "/channels").status_code == 303
    (mail,) = mails(home.outbox)
    assert mail.startswith(house.ADMIN)
    assert "http" not in mail
    assert marks.when(home, "channel") == house.CLOCK.now()
    assert log(accounts)[0][0] == "sent test"
