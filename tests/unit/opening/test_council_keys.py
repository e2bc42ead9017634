"""The operator's side of a council: public halves come in once, each serves one wave, once."""

from pathlib import Path

import pytest
from sqlalchemy import select

from pulse import council
from pulse import wave as waves
from pulse.ballotbox import canary, pairs, seal
from pulse.errors import BadKeyList, Refused
from pulse.opening import cancel
from pulse.settings import Settings
from pulse.store.engine import reading
from pulse.terms import Progress, Secret
from pulse.token.encoding import b64u, unb64u
from pulse.token.keylist import fingerprint16, read_keylist
from tests.booth import signing_key
from tests.unit.opening.house import WAVE, House, known_keys

COUNCIL = Settings(organisation="Example Ltd", holder="council")


@pytest.fixture
def away(tmp_path: Path) -> Path:
    """Return a council's key file for three waves."""
    pairs.make(tmp_path / "F", 3)
    return tmp_path / "F"


def halves(away: Path) -> Path:
    """Return the file of public halves."""
    return away.with_name("F.pub")


def imported(house: House, away: Path) -> list[bytes]:
    """Import the halves into a home that asks for a council, and return them."""
    house.settings = COUNCIL
    council.import_halves(house.home, house.engine, halves(away))
    return pairs.read_halves(halves(away))


def outer(house: House, wave: str = WAVE) -> bytes:
    """Return the outer key in the wave's published list."""
    (path,) = (house.home.published / wave).glob("keys-*.json")
    keys = read_keylist(path.read_bytes(), fingerprint16(path.read_bytes()))
    assert keys.holder == "council"
    return unb64u(keys.outer)


def taken(house: House) -> list[str]:
    """List the waves of all halves, in the order of import."""
    table = council.half_table
    with reading(house.engine) as connection:
        return list(connection.scalars(select(table.c.wave).order_by(table.c.number)))


def test_imported_halves_cover_as_many_waves(house: House, away: Path, tmp_path: Path) -> None:
    """The answer says how many were taken and how many waves are covered now."""
    first = council.import_halves(house.home, house.engine, halves(away))
    assert (first.imported, first.waves) == (3, 3)
    assert first.fingerprint == pairs.fingerprint(halves(away))
    pairs.make(tmp_path / "G", 2)
    again = council.import_halves(house.home, house.engine, tmp_path / "G.pub")
    assert (again.imported, again.waves) == (2, 5)


def test_a_wave_takes_the_next_half_and_makes_no_second_key(house: House, away: Path) -> None:
    """The published list carries the first half; no secret of it is on the operator's side."""
    points = imported(house, away)
    opened = house.open()
    assert outer(house) == points[0]
    assert opened.covered == 2
    assert not (house.home.holder_keys / f"{WAVE}.outer").exists()
    secret = pairs.read_secret(away, points[0]).reveal()
    files = [path for path in house.home.path.rglob("*") if path.is_file()]
    assert not [path for path in files if b64u(secret).encode() in path.read_bytes()]
    assert not [path for path in files if secret in path.read_bytes()]


def test_a_same_user_wave_tells_of_no_council(house: House) -> None:
    """Without a council nothing is said of its keys, and the outer key is made here."""
    assert house.open().covered is None
    assert (house.home.holder_keys / f"{WAVE}.outer").exists()


def test_no_half_left_is_a_friendly_refusal(house: House) -> None:
    """Without halves nothing is begun, and the sentence names both commands."""
    house.settings = COUNCIL
    before = house.files()
    with pytest.raises(Refused, match="`pulse council keys`, and `pulse council import`"):
        house.open()
    assert (house.files(), waves.every(house.engine)) == (before, ())


def test_a_half_is_never_used_again_after_a_cancelled_wave(house: House, away: Path) -> None:
    """The week that comes again takes another half."""
    points = imported(house, away)
    house.open()
    cancel(house.home, house.settings, house.engine, WAVE)
    assert house.open().covered == 1
    assert outer(house) == points[1]
    assert taken(house) == [WAVE, WAVE, ""]


def test_a_half_is_never_used_again_after_a_crash(house: House, away: Path) -> None:
    """An opening that died after taking a half takes another when it is run again."""
    points = imported(house, away)
    seen: list[bytes] = []

    def dies(label: str, done: int, total: int) -> None:
        del label, total
        if done == 4 and not seen:
            seen.append(outer(house))
            raise KeyboardInterrupt

    crash: Progress = dies
    with pytest.raises(KeyboardInterrupt):
        house.open(progress=crash)
    house.open(progress=crash)
    assert (seen, outer(house)) == ([points[0]], points[1])


def test_a_twin_that_frees_a_half_at_cancel_would_repeat_it(house: House, away: Path) -> None:
    """If taking were undone, the next list would carry a key that was published before."""
    points = imported(house, away)
    assert council.take(house.engine, WAVE) == points[0]
    with house.engine.begin() as connection:
        connection.execute(council.half_table.update().values(wave=""))
    assert council.take(house.engine, WAVE) == points[0]


def test_repeated_halves_are_refused_as_a_whole(house: House, away: Path, tmp_path: Path) -> None:
    """A file with one known half brings none in, used or not."""
    imported(house, away)
    council.take(house.engine, WAVE)
    pairs.make(tmp_path / "G", 1)
    mixed = tmp_path / "G.pub"
    lines = mixed.read_bytes().splitlines() + halves(away).read_bytes().splitlines()[1:2]
    mixed.write_bytes(b"\n".join([lines[0].replace(b":1}", b":2}"), *lines[1:], b""]))
    for path in (halves(away), mixed):
        with pytest.raises(Refused, match="imported before"):
            council.import_halves(house.home, house.engine, path)
    assert len(taken(house)) == 3


@pytest.mark.parametrize("which", ["box", "outer", "published box", "published outer"])
def test_the_operators_own_keys_are_refused(house: House, tmp_path: Path, which: str) -> None:
    """A key that was made here is no second holder's, also when only its list is left."""
    house.open()
    files = (house.home.operator_keys / f"{WAVE}.inner", house.home.holder_keys / f"{WAVE}.outer")
    own = Secret(files["outer" in which].read_bytes())
    if "published" in which:
        files[0].unlink()
        files[1].unlink()
    pairs.make(tmp_path / "F", 1, lambda: (own, seal.public_of(own)))
    with pytest.raises(Refused, match="operator's own"):
        council.import_halves(house.home, house.engine, tmp_path / "F.pub")
    assert taken(house) == []


def test_malformed_files_are_refused(house: House, away: Path) -> None:
    """The secret file, a cut one and one that is none bring nothing in."""
    cut = halves(away)
    cut.write_bytes(cut.read_bytes()[:-30])
    for path in (away, cut, house.home.settings_file):
        with pytest.raises(Refused):
            council.import_halves(house.home, house.engine, path)
    assert council.covered(house.engine) == 0


def test_the_canary_tries_what_it_can_of_a_councils_key() -> None:
    """With a public half alone, a broken signing key is still found before anybody answers."""
    inner, (_, point) = seal.generate_pair()[0], seal.generate_pair()
    good = {"00001": signing_key(1)}
    canary.try_keys(WAVE, good, inner, point, 0, 6)
    (der,) = known_keys(1, lambda *_: None)
    broken = type(good["00001"]).from_der(der)
    broken.d_p += 2
    with pytest.raises(BadKeyList, match="failed its trial"):
        canary.try_keys(WAVE, {"00001": broken}, inner, point, 0, 6)
