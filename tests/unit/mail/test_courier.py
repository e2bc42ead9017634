"""The courier takes each mail where it should go, once, and puts aside what it cannot."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import msgspec
import pytest

from pulse import wave as waves
from pulse.clock import FixedClock
from pulse.errors import BadSetting, Refused
from pulse.invitation import destroy, send
from pulse.mail.courier import Delivered, deliver
from pulse.mail.listing import listed, send_again
from pulse.mail.secretfiles import SMTP_PASSWORD, write_secret
from pulse.mail.trying import try_channels
from pulse.mail.ways import Ways
from pulse.settings import Home
from tests.postoffice import DROP, Hostile, Kept, office
from tests.unit.opening.house import WAVE, House

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1", "::1"])]
HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Open a wave and write its eighteen mails once."""
    folder = tmp_path_factory.mktemp("written") / "home"
    house = House.make(folder)
    house.open()
    send(house.home, house.settings, house.clock, house.engine)
    house.engine.dispose()
    return folder


@pytest.fixture
def house(tmp_path: Path, written: Path) -> Iterator[House]:
    """Copy the house with mails in its outbox."""
    shutil.copytree(written, tmp_path / "home")
    house = House(tmp_path / "home")
    yield house
    house.engine.dispose()


def run(house: House, port: int | None, minutes: int = 0) -> Delivered:
    """Let the courier go, some minutes after the wave opened; without a port mails are spooled."""
    mail = "spool:" if port is None else f"smtp://{HOST}:{port}"
    settings = msgspec.structs.replace(house.settings, mail=mail)
    clock = FixedClock(house.clock.now() + dt.timedelta(minutes=minutes))
    return deliver(house.home, settings, clock, house.engine, ways=Ways(patience=2.0))


def test_everybody_gets_one_mail_however_often_it_runs(house: House) -> None:
    """Eighteen mails leave in one run; later runs, and another `send`, find nothing to do."""
    kept = Kept()
    with office(kept) as port:
        assert run(house, port) == Delivered(delivered=18)
        send(house.home, house.settings, house.clock, house.engine)
        assert run(house, port) == Delivered()
    assert len(kept.count) == 18
    assert set(kept.count.values()) == {1}


def test_with_a_spool_nothing_is_touched(house: House) -> None:
    """Mails stay as files for somebody else's server."""
    before = sorted(path.name for path in (house.home.outbox / WAVE).iterdir())
    assert run(house, None) == Delivered(waiting=18)
    assert sorted(path.name for path in (house.home.outbox / WAVE).iterdir()) == before


def test_one_refused_address_hinders_nobody_and_is_listed_without_blame(house: House) -> None:
    """The list has address and code and nothing about answers; a person may have it sent again."""
    kept = Kept({"ops3@example.org": "550 5.1.1 unknown", "ops4@example.org": "451 4.7.1 later"})
    with office(kept) as port:
        assert run(house, port) == Delivered(delivered=16, waiting=1, refused=1)
        (held,) = listed(house.home, house.engine).held_back
        told = (held.wave, held.address, held.state, held.reason)
        assert told == (WAVE, "ops3@example.org", "refused", "550-5.1.1")
        kept.answers.clear()
        assert run(house, port).delivered == 0
        assert run(house, port, minutes=2) == Delivered(delivered=1, refused=1)
        assert send_again(house.home, "OPS3@example.org") == 1
        assert run(house, port) == Delivered(delivered=1)
    assert len(kept.count) == 18
    assert set(kept.count.values()) == {1}
    with pytest.raises(Refused, match="Nothing is held back"):
        send_again(house.home, "ops3@example.org")


def test_a_mail_that_may_have_left_is_never_sent_again_by_itself(house: House) -> None:
    """A server that hangs up after the dot leaves three in doubt, and then is left alone."""
    with Hostile(text=DROP) as server:
        done = run(house, server.port)
        assert (done.delivered, done.waiting, done.uncertain) == (0, 15, 3)
        assert done.trouble
    kept = Kept()
    with office(kept) as port:
        assert run(house, port) == Delivered(delivered=15, uncertain=3)
        addresses = [each.address for each in listed(house.home, house.engine).held_back]
        assert not set(addresses) & set(kept.count)
        for address in addresses:
            send_again(house.home, address)
        assert run(house, port).delivered == 3
    assert len(kept.count) == 18
    assert set(kept.count.values()) == {1}


def test_a_server_that_refuses_everybody_is_the_trouble_itself(house: House) -> None:
    """After ten in a row the rest wait, and one command lets all be tried again."""
    with Hostile(RCPT=b"554 5.7.1 relaying denied\r\n") as server:
        done = run(house, server.port)
    assert (done.refused, done.waiting) == (10, 8)
    assert done.trouble == ("554 5.7.1 relaying denied",)
    assert send_again(house.home, None) == 10
    kept = Kept()
    with office(kept) as port:
        assert run(house, port) == Delivered(delivered=18)


@pytest.mark.parametrize(
    "answers", [{"MAIL": b"550 5.7.1 not you\r\n"}, {"connect": b"421 busy\r\n"}, {"EHLO": DROP}]
)
def test_a_server_s_own_trouble_costs_no_mail_a_try(
    house: House, answers: dict[str, bytes | None]
) -> None:
    """Nothing is marked, the server is asked once a run, and its words are told."""
    with Hostile(**answers) as server:
        done = run(house, server.port)
        assert server.connections == 1
    assert (done.waiting, done.refused, len(done.trouble)) == (18, 0, 1)
    kept = Kept()
    with office(kept) as port:
        assert run(house, port) == Delivered(delivered=18)


def test_no_mail_leaves_after_the_wave_is_over(house: House) -> None:
    """Past its time, closed or destroyed: nothing is sent, and nothing comes back."""
    kept = Kept()
    row = waves.get(house.engine, WAVE)
    assert row is not None
    with office(kept) as port:
        minutes = int((row.closes - house.clock.now()).total_seconds() // 60) + 1
        assert run(house, port, minutes=minutes).delivered == 0
        waves.move(house.engine, WAVE, ("open",), "held")
        assert run(house, port) == Delivered(waiting=18)
        destroy(house.home, house.engine, WAVE)
        assert run(house, port) == Delivered()
    assert not kept.mails
    assert not (house.home.outbox / WAVE).exists()


def test_a_wave_destroyed_in_the_middle_of_a_run_ends_it(house: House) -> None:
    """What was not begun stays unsent, and the folder stays gone."""
    kept = Kept()
    seen: list[int] = []

    def destroy_meanwhile(label: str, done: int, total: int) -> None:
        del label, total
        seen.append(done)
        if done == 5:
            destroy(house.home, house.engine, WAVE)

    with office(kept) as port:
        settings = msgspec.structs.replace(house.settings, mail=f"smtp://{HOST}:{port}")
        done = deliver(house.home, settings, house.clock, house.engine, progress=destroy_meanwhile)
    assert done == Delivered(delivered=5)
    assert len(kept.mails) == 5
    assert not (house.home.outbox / WAVE).exists()


def test_several_couriers_at_once_are_one(house: House) -> None:
    """One works, the others see that; together everybody gets one."""
    kept, results = Kept(), []

    def go(port: int) -> None:
        mine = House(house.home.path)
        results.append(run(mine, port))
        mine.engine.dispose()

    with office(kept) as port:
        couriers = [Thread(target=go, args=(port,)) for _ in range(4)]
        for each in couriers:
            each.start()
        for each in couriers:
            each.join()
        run(house, port)
    assert sum(each.delivered for each in results) == len(kept.mails) == 18
    assert set(kept.count.values()) == {1}


def test_mails_to_accounts_go_the_same_way(house: House) -> None:
    """They have no wave, and leave when none is open either."""
    source = next((house.home.outbox / WAVE).iterdir())
    folder = house.home.accounts / "outbox"
    folder.mkdir(mode=0o700)
    shutil.copy(source, folder / f"{'ab' * 16}.eml")
    destroy(house.home, house.engine, WAVE)
    kept = Kept()
    with office(kept) as port:
        assert run(house, port) == Delivered(delivered=1)


BAD_FILES: dict[str, Callable[[Home], object]] = {
    "missing": lambda home: (home.channels / SMTP_PASSWORD).unlink(),
    "open to others": lambda home: (home.channels / SMTP_PASSWORD).chmod(0o640),
    "in an open folder": lambda home: home.channels.chmod(0o750),
    "empty": lambda home: (home.channels / SMTP_PASSWORD).write_bytes(b""),
    "of two lines": lambda home: (home.channels / SMTP_PASSWORD).write_bytes(b"a\nb\n"),
    "no text": lambda home: (home.channels / SMTP_PASSWORD).write_bytes(b"\xff\xfe"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_password_others_may_read_is_not_used(house: House, case: str) -> None:
    """The reason is told, and no mail is touched."""
    write_secret(house.home, SMTP_PASSWORD, "correct horse")
    BAD_FILES[case](house.home)
    with Hostile() as server:
        settings = msgspec.structs.replace(
            house.settings, mail=f"smtp://pulse@{HOST}:{server.port}"
        )
        with pytest.raises(BadSetting) as refused:
            deliver(house.home, settings, house.clock, house.engine)
        (tried,) = try_channels(house.home, settings, house.clock, None)
        assert not tried.works
        assert "channels/smtp.password" in tried.answer
    assert refused.value.where == "channels/smtp.password"
    assert run(house, None) == Delivered(waiting=18)


def test_a_test_message_tells_the_server_s_own_answer(house: House) -> None:
    """One that fails shows what the server said, one that works delivers a plain mail."""
    kept = Kept({"bob@example.org": "550 5.1.1 no Bob"})
    with office(kept) as port:
        settings = msgspec.structs.replace(house.settings, mail=f"smtp://{HOST}:{port}")
        (good,) = try_channels(house.home, settings, house.clock, "ada@example.org")
        (bad,) = try_channels(house.home, settings, house.clock, "bob@example.org")
    assert good.works
    assert not bad.works
    assert bad.answer == "550 5.1.1 no Bob"
    assert kept.count == {"ada@example.org": 1}
    for hostile in ("ada@example.org\nBcc: eve@example.org", "a,b@example.org", ""):
        with pytest.raises(BadSetting):
            try_channels(house.home, house.settings, house.clock, hostile)
