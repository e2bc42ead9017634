"""BOX and P as files: what their headers say, and what is refused before anything is read on."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse.ballotbox import export, peeled
from pulse.errors import Held
from pulse.token.message import token_hash
from tests.booth import WAVE, Booth
from tests.unit.ballotbox.test_peel import ballots, opened, peel_box


@pytest.fixture
def booth(tmp_path: Path) -> Booth:
    """Return a wave of two groups of eight."""
    return Booth(tmp_path)


def test_the_hash_over_all_tokens_is_the_documented_one(booth: Booth) -> None:
    """A name, the wave, a zero byte, then every token's hash, ascending."""
    cast = ballots(booth)
    _, exported = booth.box(cast)
    tokens = b"".join(sorted(token_hash(ballot.msg) for ballot in cast))
    whole = b"pulse-tokens/v1\0" + WAVE.encode() + b"\0" + tokens
    assert exported.tokens == hashlib.sha256(whole).hexdigest()


@pytest.mark.parametrize(
    ("length", "reason"),
    [(552 * 3 - 1, "not whole"), (10, "cannot be read"), (0, "cannot be read")],
)
def test_a_cut_box_is_refused(booth: Booth, length: int, reason: str) -> None:
    """A BOX that lost its tail is refused."""
    box, _ = booth.box(ballots(booth))
    box.write_bytes(box.read_bytes()[:length])
    with pytest.raises(Held, match=reason):
        peel_box(booth, box)


def test_a_header_without_its_line_end_is_refused(booth: Booth) -> None:
    """A BOX that was cut right behind its header is not whole."""
    box, _ = booth.box(ballots(booth))
    box.write_bytes(box.read_bytes().partition(b"\n")[0])
    with pytest.raises(Held, match="not whole"):
        export.read_header(box)


def test_a_peeled_file_with_a_record_too_few_is_refused(booth: Booth) -> None:
    """P must hold as many records as its header says."""
    peel_box(booth, booth.box(ballots(booth))[0])
    path = booth.folder / "P"
    path.write_bytes(path.read_bytes()[: -peeled.RECORD])
    with pytest.raises(Held, match="as many"):
        opened(booth)
    path.write_bytes(b"no header")
    with pytest.raises(Held, match="cannot be read"):
        opened(booth)


def test_a_header_of_another_version_is_refused(booth: Booth) -> None:
    """BOX and P of an unknown version are refused."""
    box, _ = booth.box(ballots(booth))
    peel_box(booth, box)
    for path, read in ((box, export.read_header), (booth.folder / "P", peeled.read_peeled)):
        path.write_bytes(path.read_bytes().replace(b'"v":1', b'"v":2', 1))
        with pytest.raises(Held):
            read(path)


@pytest.mark.parametrize("read", [export.read_header, peeled.read_peeled])
def test_a_header_of_more_than_four_megabytes_is_refused(
    booth: Booth, read: Callable[[Path], Any]
) -> None:
    """A file without a line end is never read whole in the search for one."""
    box, _ = booth.box(ballots(booth))
    peel_box(booth, box)
    path = box if read is export.read_header else booth.folder / "P"
    header, _, rest = path.read_bytes().partition(b"\n")
    for longest, fits in ((1 << 22, True), ((1 << 22) + 1, False)):
        path.write_bytes(header.ljust(longest - 1) + b"\n" + rest)
        if fits:
            assert read(path)[1] == longest
        else:
            with pytest.raises(Held):
                read(path)
