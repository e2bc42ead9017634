"""Codes of cards: drawn for a group, known to nobody as a person's, gone with the wave's keys."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from pulse import closing, opening
from pulse.clock import FixedClock
from pulse.errors import WrongState
from pulse.invitation import destroy, send
from pulse.invitation.cards import CODE_LENGTH, CROCKFORD, codes_path, make_codes, read_codes
from pulse.invitation.printing import shuffled
from pulse.issuer.store import IssuerStore
from pulse.settings import Home
from pulse.store import treefile
from pulse.terms import Secret
from pulse.token.encoding import b64u
from pulse.token.invites import card_secret, invite_hash
from tests.cards import secrets_of_cards, taken
from tests.shelves import rooms
from tests.unit.opening.house import WAVE, House

CARDS = {"ops": 4, "dev": 3}
PILE = 10


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Open a wave in which seven of twenty people have no address."""
    folder = tmp_path_factory.mktemp("opened") / "home"
    house = House.make(folder, CARDS)
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


def test_each_group_has_as_many_codes_as_people_without_an_address(house: House) -> None:
    """Codes are 16 Crockford characters, all different, in a file for its owner alone."""
    codes = read_codes(house.home, WAVE)
    assert {unit: len(each) for unit, each in codes.items()} == CARDS
    every = [code.reveal().decode() for each in codes.values() for code in each]
    assert len(set(every)) == 7
    assert all(len(code) == CODE_LENGTH and set(code) <= set(CROCKFORD) for code in every)
    assert codes_path(house.home, WAVE).stat().st_mode & 0o777 == 0o600


def test_a_secret_is_stretched_as_the_protocol_says() -> None:
    """Another library's PBKDF2 gives the same 32 bytes; another week gives others."""
    reference = PBKDF2HMAC(SHA256(), 32, b"pulse-card/v1\0" + WAVE.encode(), 300_000)
    assert card_secret(b"0123456789ABCDEF", WAVE) == reference.derive(b"0123456789ABCDEF")
    assert card_secret(b"0123456789ABCDEF", WAVE) != card_secret(b"0123456789ABCDEF", "2026-W11")


def test_every_card_opens_an_invitation_of_its_group(house: House) -> None:
    """The issuer holds the hash of each code's secret under the right group, and 20 in all."""
    number = {u.unit_id: u.g for u in treefile.read(house.home.trees / f"{WAVE}.json").units}
    store = IssuerStore(rooms(house.home).issuer, WAVE)
    for unit, codes in read_codes(house.home, WAVE).items():
        for code in codes:
            group = store.open_group_of(invite_hash(card_secret(code.reveal(), WAVE)))
            assert group == number[unit]
    store.close()
    sent = send(house.home, house.settings, house.clock, house.engine)
    assert (sent.written, sent.without_email) == (13, 7)


def test_the_file_tells_groups_and_nothing_else(house: House) -> None:
    """Wave, units, codes in their own order: no person, and no order in which they were drawn."""
    kept = json.loads(codes_path(house.home, WAVE).read_bytes())
    assert kept.keys() == {"wave", "codes"}
    assert kept["codes"].keys() == CARDS.keys()
    assert all(codes == sorted(codes) for codes in kept["codes"].values())
    raw = codes_path(house.home, WAVE).read_text()
    assert not any(f"{unit}{number}" in raw for unit in CARDS for number in range(10))


def guessed(file: Sequence[Secret], pile: Sequence[Secret]) -> int:
    """Count whose card an insider names who has the file and the roster.

    People come in the order of the roster and take the uppermost card; the insider bets that the
    file names the codes in the same order.
    """
    return sum(bet.reveal() == card.reveal() for bet, card in zip(file, pile, strict=True))


def hits(home: Home, print_pile: Callable[[Sequence[Secret]], Sequence[Secret]]) -> float:
    """Return how many cards of ten the insider names right, on average over 50 prints."""
    make_codes(home, WAVE, {"ops": PILE})
    (file,) = read_codes(home, WAVE).values()
    return sum(guessed(file, print_pile(file)) for _ in range(50)) / 50


def test_nobody_knows_who_holds_which(tmp_path: Path) -> None:
    """The bet on the order wins about one card a pile, as chance does, and is caught otherwise.

    The twin prints the codes as they lie, so that whoever has the file knows all ten.
    """
    home = Home(tmp_path)
    home.operator_keys.mkdir(parents=True)
    assert hits(home, shuffled) < 3
    assert hits(home, list) == PILE


def everywhere(home: Home) -> bytes:
    """Return the bytes of every file of a home."""
    return b"\n".join(path.read_bytes() for path in home.path.rglob("*") if path.is_file())


def traces(house: House) -> list[bytes]:
    """Return each code with all that is made from it, as bytes, hex and base64url."""
    found = []
    for code in taken(house.home, house.engine, WAVE, Random(1)).values():
        secret = card_secret(code, WAVE)
        values = (secret, invite_hash(secret))
        found += [code, *values, *(v.hex().encode() for v in values)]
        found += [b64u(v).encode() for v in values]
    return found


@pytest.mark.parametrize("keep", [False, True], ids=["closed", "kept by a twin"])
def test_nobody_has_a_code_after_the_close(house: House, keep: bool) -> None:  # noqa: FBT001
    """No file holds a code, its secret or its hash; a copy left in keys/operator is seen."""
    known, path = traces(house), codes_path(house.home, WAVE)
    assert any(each in everywhere(house.home) for each in known)
    copy = path.read_bytes()
    closing.close_wave(
        house.home, house.settings, FixedClock(house.clock.now()), house.engine, WAVE
    )
    assert not path.exists()
    if keep:
        path.write_bytes(copy)
    assert any(each in everywhere(house.home) for each in known) == keep


@pytest.mark.parametrize("end", ["cancel", "destroy"])
def test_codes_go_with_the_keys(house: House, end: str) -> None:
    """A cancelled wave's codes are gone, and opening again draws others."""
    before = {code.reveal() for each in read_codes(house.home, WAVE).values() for code in each}
    if end == "cancel":
        opening.cancel(house.home, house.settings, house.engine, WAVE)
    else:
        destroy(house.home, house.engine, WAVE)
    assert list(house.home.operator_keys.glob("*.cards*")) == []
    assert read_codes(house.home, WAVE) == {}
    if end == "cancel":
        house.open()
        again = {code.reveal() for each in read_codes(house.home, WAVE).values() for code in each}
        assert (len(again), before & again) == (7, set())


def test_every_core_is_told_of(tmp_path: Path) -> None:
    """Progress goes from nothing to all in single steps."""
    home, told = Home(tmp_path), list[tuple[int, int]]()
    home.operator_keys.mkdir(parents=True)
    made = make_codes(
        home, WAVE, Counter(a=2, b=0, c=1), lambda _, done, of: told.append((done, of))
    )
    assert [unit for unit, _ in made] == ["a", "a", "c"]
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert make_codes(home, "2026-W11", {}) == []
    assert not codes_path(home, "2026-W11").exists()


def test_damaged_codes_are_refused(house: House) -> None:
    """A file that cannot be read is told as such."""
    codes_path(house.home, WAVE).write_bytes(b"{")
    with pytest.raises(WrongState, match="damaged"):
        read_codes(house.home, WAVE)


def test_links_and_cards_share_no_secret(house: House) -> None:
    """Everybody has one way in: as many secrets as people, none twice."""
    held = secrets_of_cards(house.home, house.engine, WAVE, Random(3))
    assert len(set(held.values())) == 7
