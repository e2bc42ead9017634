"""Opening makes everything that a wave needs, and what a client checks holds."""

import datetime as dt
import hashlib
from random import Random

import msgspec
import pytest

from pulse import opening, roster
from pulse import wave as waves
from pulse.ballotbox.store import BoxStore
from pulse.clock import FixedClock
from pulse.errors import BadKeyList, Refused, TooSmall, WrongState
from pulse.invitation.links import invitations, read_kwave
from pulse.issuer import keyfile
from pulse.issuer.store import UNMARKED, IssuerStore
from pulse.settings import Settings, Support
from pulse.store import treefile
from pulse.terms import Progress
from pulse.token.invites import invite_hash
from pulse.token.keylist import KeyList, fingerprint16, proquints, read_group, read_keylist
from pulse.token.keys import SigningKey
from tests.cards import secrets_of_cards
from tests.shelves import rooms
from tests.unit.opening.house import MONDAY, PAGE, WAVE, House


def key_list(house: House, opened: opening.Opened) -> KeyList:
    """Read the published key list as a client does."""
    data = (house.home.state / opened.keys.lstrip("/")).read_bytes()
    assert opened.keys == f"/w/{opened.wave}/keys-{hashlib.sha256(data).hexdigest()}.json"
    return read_keylist(data, fingerprint16(data))


def test_opening_says_what_it_did(house: House) -> None:
    """The answer of `wave open` has the fields of the interface."""
    opened = house.open()
    assert (opened.wave, opened.state) == (WAVE, "open")
    assert (opened.opens, opened.closes) == (
        "2026-03-02T08:00:00+00:00", "2026-03-06T17:00:00+00:00",
    )  # fmt: skip
    assert (opened.groups, opened.invited, opened.without_email) == (2, 20, 2)
    assert len(opened.fingerprint.split()) == 8
    row = waves.current(house.engine)
    assert row is not None
    assert (row.keys, row.fingerprint, row.groups, row.invited, row.survey) == (
        opened.keys, opened.fingerprint, 2, 20, "pulse-18 1.0.0",
    )  # fmt: skip


def test_times_are_told_in_the_organisations_zone(house: House) -> None:
    """Opening and closing times carry the local offset, in the key list too."""
    house.settings = Settings(timezone="Asia/Kolkata")
    opened = house.open(closes=MONDAY + dt.timedelta(days=1))
    assert (opened.opens, opened.closes) == (
        "2026-03-02T13:30:00+05:30", "2026-03-03T13:30:00+05:30",
    )  # fmt: skip
    assert key_list(house, opened).closes == opened.closes


def test_the_key_list_proves_every_group(house: House) -> None:
    """Each group file hangs under the root, and the fingerprint is the list's."""
    opened = house.open()
    keys = key_list(house, opened)
    assert (keys.wave, keys.k, keys.form, keys.n, keys.holder) == (WAVE, 5, 0, 6, "same-user")
    assert keys.items == ("A1", "A2", "S1", "E1", "C1", "W1")
    assert (keys.groups, keys.invited, keys.lead) == (2, 20, ())
    assert keys.page == hashlib.sha256(PAGE).hexdigest()
    data = (house.home.state / opened.keys.lstrip("/")).read_bytes()
    assert opened.fingerprint == proquints(fingerprint16(data))
    index = msgspec.json.decode((house.home.published / WAVE / "groups.json").read_bytes())
    assert [row["g"] for row in index] == ["00001", "00002"]
    for row in index:
        file = (house.home.state / row["file"].lstrip("/")).read_bytes()
        group = read_group(file, row["file"][-69:-5], keys)
        assert (group.label, group.invited, group.spki) == (row["label"], 10, row["spki"])


def test_the_text_file_is_the_one_that_the_list_names(house: House) -> None:
    """Texts lie under the hash that the key list gives."""
    keys = key_list(house, house.open())
    data = (house.home.published / WAVE / f"text-en-{keys.texts['en']}.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == keys.texts["en"]
    texts = msgspec.json.decode(data)
    assert texts["title"] == "Week 10"
    assert tuple(texts["items"]) == keys.items
    assert texts["support"]["text"] == house.settings.support.text


def test_every_person_has_one_unused_invitation(house: House) -> None:
    """The issuer's store knows each link's hash with its group, unmarked, and nothing else."""
    house.open()
    number = {
        unit.unit_id: unit.g for unit in treefile.read(house.home.trees / f"{WAVE}.json").units
    }
    store = IssuerStore(rooms(house.home).issuer, WAVE)
    everybody = {each.person_id: each for each in roster.members(house.engine, WAVE)}
    links = invitations(house.engine, WAVE, read_kwave(house.home, WAVE))
    secrets = {each.person.person_id: each.secret.reveal() for each in links}
    secrets |= secrets_of_cards(house.home, house.engine, WAVE, Random(1))
    assert secrets.keys() == everybody.keys()
    assert len(set(secrets.values())) == 20
    for person_id, secret in secrets.items():
        group = store.open_group_of(invite_hash(secret))
        assert group == number[everybody[person_id].unit_id]
    assert store.issued() == {}
    assert bytes(32) == UNMARKED
    store.close()


def test_the_gates_are_open_and_the_box_is_empty(house: House) -> None:
    """Both stores take work at once, and no canary lies in the box."""
    house.open()
    box = BoxStore(rooms(house.home).ballotbox, WAVE)
    assert box.is_open()
    assert box.count() == 0
    box.close()
    current = msgspec.json.decode((house.home.published / "current.json").read_bytes())
    row = waves.current(house.engine)
    assert row is not None
    assert current == {"wave": WAVE, "keys": row.keys}


def test_keys_are_private_files(house: House) -> None:
    """Every key lies in its own folder, readable by its owner only."""
    house.open()
    for name in (f"issuer/{WAVE}.keys", f"operator/{WAVE}.inner", f"operator/{WAVE}.kwave",
                 f"holder/{WAVE}.outer"):  # fmt: skip
        path = house.home.keys / name
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_key_that_does_not_sign_stops_the_opening(house: House) -> None:
    """The canary catches a signing key that computes wrongly, or that is not the published one."""
    house.open()
    keys = {g: SigningKey.from_der(der) for g, der in keyfile.read(
        house.home.issuer_keys / f"{WAVE}.keys").items()}  # fmt: skip
    from pulse.ballotbox.canary import try_keys
    from pulse.ballotbox.seal import generate_pair

    inner, outer = generate_pair()[0], generate_pair()[0]
    try_keys(WAVE, keys, inner, outer, 0, 6)
    broken, swapped = keys["00001"], keys["00002"]
    swapped.spki = broken.spki
    broken.d_p += 2
    for g, key in (("00001", broken), ("00002", swapped)):
        with pytest.raises(BadKeyList, match="failed its trial") as caught:
            try_keys(WAVE, {g: key}, inner, outer, 0, 6)
        assert caught.value.where == g


def test_refusals_leave_nothing_behind(house: House) -> None:
    """What must not open is refused before a file is written."""
    before = house.files()
    house.settings = Settings(support=Support(text=" ", contacts=()))
    with pytest.raises(Refused, match="help"):
        house.open()
    house.settings = Settings(holder="council")
    with pytest.raises(Refused, match="No key of the council is left"):
        house.open()
    house.settings = Settings(k=20)
    with pytest.raises(TooSmall):
        house.open()
    house.settings = Settings()
    with pytest.raises(Refused, match="ahead"):
        house.open(closes=MONDAY)
    with pytest.raises(Refused, match="ISO week"):
        house.open("2026-W99")
    assert house.files() == before
    assert waves.every(house.engine) == ()


def test_contacts_alone_are_help_enough(house: House) -> None:
    """A text or one contact is enough."""
    house.settings = Settings(support=Support(text="", contacts=("Desk 1",)))
    assert house.open().state == "open"


def test_a_second_wave_waits_for_the_first(house: House) -> None:
    """One wave at a time, and the same one not twice."""
    house.open()
    with pytest.raises(WrongState, match="open already"):
        house.open()
    with pytest.raises(WrongState, match="close or cancel it first"):
        house.open("2026-W11")


def test_the_next_wave_follows_the_last(house: House) -> None:
    """Rotation goes on, groups are sticky: a merged pair stays merged while it is large enough."""
    house.staff({"all": 8, "ops": 4, "dev": 30})
    house.open()
    first = treefile.read(house.home.trees / f"{WAVE}.json")
    waves.move(house.engine, WAVE, ("open",), "lost")
    house.staff({"all": 8, "ops": 9, "dev": 30})
    house.clock = FixedClock(MONDAY + dt.timedelta(weeks=2))
    second = house.open("2026-W12")
    tree = treefile.read(house.home.trees / "2026-W12.json")
    assert first.groups["ops"] == first.groups["all"] == "all:own+ops"
    assert tree.groups == first.groups
    assert key_list(house, second).form == 1
    assert {unit.series for unit in tree.units} == {"2026-W12"}


def test_the_roster_may_change_while_a_wave_is_open(house: House) -> None:
    """Memberships stay as they were frozen."""
    house.open()
    house.staff({"ops": 30})
    assert len(roster.members(house.engine, WAVE)) == 20


def test_progress_reaches_its_end(house: House) -> None:
    """Every step is told once, in order, and the last report is full."""
    told: list[int] = []

    def progress(label: str, done: int, total: int) -> None:
        if label == opening.LABEL:
            told.append(done)
            assert total == len(opening.STEPS)

    listener: Progress = progress
    house.open(progress=listener)
    assert told == list(range(len(opening.STEPS) + 1))
