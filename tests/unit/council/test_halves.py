"""Public halves in the state database: each serves one wave, once, on every backend."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from pulse import council
from pulse.ballotbox import pairs
from pulse.errors import Refused
from pulse.settings import Home
from tests.backends import Backend, engine

__all__ = ["engine"]  # a fixture
WAVE = "2026-W10"


@pytest.fixture
def points(engine: Engine, tmp_path: Path) -> list[bytes]:
    """Import three halves, and return them."""
    home = Home(tmp_path / "home")
    home.make()
    pairs.make(tmp_path / "F", 3)
    council.import_halves(home, engine, tmp_path / "F.pub")
    return pairs.read_halves(tmp_path / "F.pub")


def test_halves_are_given_in_the_order_of_the_file(engine: Engine, points: list[bytes]) -> None:
    """Each wave gets the next one, the same wave another one, and then there is none."""
    waves = (WAVE, WAVE, "2026-W11")
    assert [council.take(engine, wave) for wave in waves] == points
    assert council.covered(engine) == 0
    with pytest.raises(Refused, match="No key of the council is left"):
        council.take(engine, WAVE)


def test_no_two_takers_share_a_half(engine: Engine, points: list[bytes], backend: Backend) -> None:
    """Four that take at once through connections of their own get three halves and a refusal."""

    def take(other: Engine) -> bytes:
        try:
            return council.take(other, WAVE)
        except Refused:
            return b""

    others = [backend.engine() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(take, others))
    assert sorted(got) == sorted([b"", *points])
    assert council.covered(engine) == 0


def test_a_known_half_brings_nothing_in(
    engine: Engine, points: list[bytes], tmp_path: Path
) -> None:
    """The same file again is refused, used or not, and covers no more weeks."""
    council.take(engine, WAVE)
    with pytest.raises(Refused, match=r"\(3 of 3\) were imported before"):
        council.import_halves(Home(tmp_path / "home"), engine, tmp_path / "F.pub")
    assert council.covered(engine) == len(points) - 1


@pytest.mark.parametrize("content", [b"", b"{}", b'{"v":1,"kind":"x","pairs":1}\n', b"\xff"])
def test_a_wrong_file_brings_nothing_in_and_is_told_so(
    engine: Engine, tmp_path: Path, content: bytes
) -> None:
    """Whatever it is, the refusal ends with what was kept."""
    home = Home(tmp_path / "home")
    home.make()
    (tmp_path / "wrong").write_bytes(content)
    with pytest.raises(Refused, match=r"Nothing was imported\.$"):
        council.import_halves(home, engine, tmp_path / "wrong")
    assert council.covered(engine) == 0


def test_damaged_files_of_the_home_do_not_pass_for_anothers(engine: Engine, tmp_path: Path) -> None:
    """A damaged opening key is known by its list; a damaged list stops the import."""
    home = Home(tmp_path / "home")
    home.make()
    pairs.make(tmp_path / "F", 1)
    (home.operator_keys / f"{WAVE}.inner").write_bytes(b"damaged")
    assert council.import_halves(home, engine, tmp_path / "F.pub").imported == 1
    (home.published / WAVE).mkdir()
    (home.published / WAVE / "keys-0.json").write_bytes(b"{")
    with pytest.raises(Refused, match=r"damaged on the disk.*Nothing was imported"):
        council.import_halves(home, engine, tmp_path / "F.pub")


@pytest.mark.parametrize(("holder", "refused"), [("same-user", False), ("council", True)])
def test_only_a_council_needs_halves(engine: Engine, holder: str, *, refused: bool) -> None:
    """Without halves a week opens under another holder, and not under a council."""
    if refused:
        with pytest.raises(Refused, match="pulse council keys"):
            council.require(engine, holder)
    else:
        council.require(engine, holder)
