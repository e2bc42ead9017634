"""Each mail leaves once, however often `invite` is run, and none outlives the wave."""

import shutil
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Thread
from time import sleep

import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from pulse import wave as waves
from pulse.clock import FixedClock
from pulse.errors import Refused, WrongState
from pulse.invitation import destroy, kwave_path, preview, send
from pulse.invitation.mails import Kind
from pulse.invitation.sending import Sent
from pulse.invitation.tables import sent
from pulse.issuer.store import IssuerStore
from pulse.roster import members
from pulse.store.engine import reading
from pulse.terms import Progress, silent
from pulse.token.invites import invite_hash, parse_link
from tests.shelves import rooms
from tests.unit.opening.house import WAVE, House


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Open a wave once."""
    folder = tmp_path_factory.mktemp("opened") / "home"
    house = House.make(folder)
    house.open()
    house.engine.dispose()
    return folder


@pytest.fixture
def house(tmp_path: Path, opened: Path) -> Iterator[House]:
    """Copy the house with its open wave."""
    shutil.copytree(opened, tmp_path / "home")
    house = House(tmp_path / "home")
    yield house
    house.engine.dispose()


def post(
    house: House,
    kind: Kind = "invitation",
    resend: str | None = None,
    wave: str | None = None,
    progress: Progress = silent,
) -> Sent:
    """Send mails."""
    return send(
        house.home, house.settings, house.clock, house.engine,
        kind=kind, resend=resend, wave=wave, progress=progress,
    )  # fmt: skip


def outbox(house: House) -> dict[str, str]:
    """Map each address in the outbox to the text that it gets."""
    mails = {}
    for path in (house.home.outbox / WAVE).iterdir():
        mail = message_from_bytes(path.read_bytes(), policy=default)
        text = mail.get_body(("plain",))
        assert text is not None
        mails[mail["To"]] = text.get_content()
    return mails


def test_everybody_with_an_address_gets_one_mail_with_their_own_link(house: House) -> None:
    """Eighteen of twenty have an address; each link opens an invitation of the issuer."""
    assert post(house) == Sent(WAVE, written=18, without_email=2)
    mails = outbox(house)
    assert len(mails) == 18
    assert len(list((house.home.outbox / WAVE).iterdir())) == 18
    store = IssuerStore(rooms(house.home).issuer, WAVE)
    hashes = set()
    for text in mails.values():
        link = next(line for line in text.splitlines() if "/s#" in line)
        secret, _ = parse_link(link)
        hashes.add(invite_hash(secret))
        assert store.open_group_of(invite_hash(secret)) is not None
    store.close()
    assert len(hashes) == 18


def test_running_it_again_writes_nothing(house: House) -> None:
    """The marks hold, also after the mail server has taken the files away."""
    post(house)
    shutil.rmtree(house.home.outbox / WAVE)
    assert post(house).written == 0
    assert not (house.home.outbox / WAVE).exists()


def test_a_crash_between_file_and_mark_doubles_nothing(house: House) -> None:
    """Files without marks are written again under their names, not beside them."""
    post(house)
    before = {path.name for path in (house.home.outbox / WAVE).iterdir()}
    with house.engine.begin() as connection:
        connection.execute(sent.delete())
    assert post(house).written == 18
    assert {path.name for path in (house.home.outbox / WAVE).iterdir()} == before


def test_a_crash_between_mark_and_letting_go_loses_and_doubles_nothing(house: House) -> None:
    """Marked mails that lie staged are let go by the next run; what has left stays away."""
    post(house)
    folder = house.home.outbox / WAVE
    first, second, *others = sorted(folder.iterdir())
    for path in others:  # these have left
        path.unlink()
    first.rename(f"{first}.new")
    assert post(house).written == 0
    assert sorted(folder.iterdir()) == [first, second]


def test_a_mail_is_nobody_s_to_send_before_it_is_marked(house: House) -> None:
    """Files that a crash left unmarked lie staged, so a mail server has taken none of them."""
    (house.home.outbox / WAVE).mkdir(mode=0o700)
    with house.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON sent BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(IntegrityError):
        post(house)
    assert {path.suffix for path in (house.home.outbox / WAVE).iterdir()} == {".new"}
    with house.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    assert post(house).written == 18
    assert {path.suffix for path in (house.home.outbox / WAVE).iterdir()} == {".eml"}


def test_a_channel_is_fixed_when_the_wave_opens(tmp_path: Path) -> None:
    """With people = slack everybody with an address is reached there, whatever is set later."""
    house = House.make(tmp_path / "home")
    mail = house.settings
    house.settings = msgspec.structs.replace(mail, people="slack")
    house.open()
    house.settings = mail
    assert post(house) == Sent(WAVE, written=18, without_email=2)
    assert {path.suffix for path in (house.home.outbox / WAVE).iterdir()} == {".slack"}
    assert Counter(each.channel for each in members(house.engine, WAVE)) == {"slack": 18, "card": 2}
    house.engine.dispose()


def test_file_names_tell_nothing(house: House) -> None:
    """No name in the outbox holds an address or a person's id."""
    post(house)
    for path in (house.home.outbox / WAVE).iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert not any(word in path.name for word in ("ops", "dev", "@"))


def test_a_resend_writes_one_mail_again(house: House) -> None:
    """The address counts regardless of case; the link is the same as before."""
    post(house)
    before = outbox(house)["ops3@example.org"]
    shutil.rmtree(house.home.outbox / WAVE)
    assert post(house, resend="OPS3@Example.ORG").written == 1
    assert outbox(house) == {"ops3@example.org": before}


def test_a_resend_to_a_stranger_is_refused(house: House) -> None:
    """An unknown or empty address writes nothing; people without e-mail are no match."""
    for address in ("eve@example.org", "", " "):
        with pytest.raises(Refused, match="Nobody"):
            post(house, resend=address)
    assert not (house.home.outbox / WAVE).exists()


def test_a_reminder_goes_to_everybody_once(house: House) -> None:
    """Reminders have marks of their own and do not look at who has answered."""
    post(house)
    assert post(house, "reminder").written == 18
    assert post(house, "reminder").written == 0
    assert len(list((house.home.outbox / WAVE).iterdir())) == 36


def test_mails_leave_only_while_the_wave_is_open(house: House) -> None:
    """A closed, unknown or past wave sends nothing."""
    with pytest.raises(WrongState):
        post(house, wave="2026-W11")
    row = waves.current(house.engine)
    assert row is not None
    house.clock = FixedClock(row.closes)
    with pytest.raises(WrongState, match="passed"):
        post(house)
    waves.move(house.engine, WAVE, ("open",), "held")
    with pytest.raises(WrongState, match="it is held"):
        post(house, wave=WAVE)
    with pytest.raises(WrongState, match="No wave is open"):
        preview(house.home, house.settings, house.clock, house.engine)


def test_a_close_beside_a_running_invite_leaves_no_mail(house: House) -> None:
    """When the links' key goes while mails are written, the mails go too, marks as well."""

    def close_meanwhile(label: str, done: int, total: int) -> None:
        del label, total
        if done == 0:
            kwave_path(house.home, WAVE).rename(house.home.path / "gone")

    with pytest.raises(WrongState, match="closed meanwhile"):
        post(house, progress=close_meanwhile)
    assert not (house.home.outbox / WAVE).exists()
    with reading(house.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(sent)) == 0


def test_destroying_waits_for_a_running_invite(house: House) -> None:
    """A close or a cancelling beside it ends only when no mail can be written any more."""
    closing = Thread(target=destroy, args=(house.home, house.engine, WAVE))

    def close_meanwhile(label: str, done: int, total: int) -> None:
        del label, total
        if done == 0:
            closing.start()
            while kwave_path(house.home, WAVE).exists():
                sleep(0.001)
            closing.join(0.2)
            assert closing.is_alive()

    with pytest.raises(WrongState, match="closed meanwhile"):
        post(house, progress=close_meanwhile)
    closing.join()
    assert not (house.home.outbox / WAVE).exists()


@pytest.mark.slow
def test_a_mail_server_that_fetches_meanwhile_saves_no_mail(house: House) -> None:
    """Mails picked up while the outbox is being emptied do not keep the others there."""
    folder = house.home.outbox / WAVE
    folder.mkdir()
    paths = [folder / f"{number:04}.eml" for number in range(2_000)]
    for path in paths:
        path.touch()

    def fetch() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    fetching = Thread(target=fetch)
    fetching.start()
    destroy(house.home, house.engine, WAVE)
    fetching.join()
    assert not folder.exists()


def test_destroying_leaves_no_key_mail_or_mark(house: House) -> None:
    """Afterwards nothing can be sent again; doing it twice is fine."""
    post(house)
    for _ in range(2):
        destroy(house.home, house.engine, WAVE)
        assert not kwave_path(house.home, WAVE).exists()
        assert not (house.home.outbox / WAVE).exists()
    with pytest.raises(WrongState, match="gone"):
        post(house)


def test_a_preview_shows_the_words_and_opens_nothing(house: House) -> None:
    """The preview has no working link and writes nothing."""
    text = preview(house.home, house.settings, house.clock, house.engine)
    assert text.startswith("Subject: Your week")
    assert "/s#your-own-link" in text
    row = waves.current(house.engine)
    assert row is not None
    assert row.fingerprint in text
    assert not (house.home.outbox / WAVE).exists()
