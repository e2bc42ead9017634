"""BOX and P: what leaves the ballot box, what the holder refuses, what comes back."""

import json
import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
import pytest

from pulse.ballotbox import export, peel, peeled
from pulse.errors import Held
from pulse.terms import SealedBallot, Secret
from tests.booth import WAVE, Booth

ANSWERS = [(1, 2, 3, 4, 5, 6), (5, 5, 5, 5, 5, 5), (0,) * 6, (2, 2, 2, 2, 2, 2), (4, 0, 6, 1, 3, 5)]


@pytest.fixture
def booth(tmp_path: Path) -> Booth:
    """Return a wave of two groups of eight."""
    return Booth(tmp_path)


def ballots(booth: Booth) -> list[SealedBallot]:
    """Cast five ballots in each of two groups."""
    return [booth.ballot(g, given) for g in ("00001", "00002") for given in ANSWERS]


def peel_box(booth: Booth, box: Path, out: str = "P") -> peeled.PeelHeader:
    """Peel with the booth's own files at k = 5."""
    return peel.peel_file(box, booth.outer_key, booth.groups, 5, booth.folder / out)


def opened(booth: Booth, out: str = "P") -> peeled.Opened:
    """Open P with the booth's own files."""
    return peeled.open_peeled(
        booth.folder / out, booth.inner_key, booth.groups, form=booth.form, n=booth.n
    )


def test_every_answer_comes_through(booth: Booth) -> None:
    """What was sealed in a browser is what is opened, group by group, and nothing else."""
    box, exported = booth.box(ballots(booth))
    header = peel_box(booth, box)
    found = opened(booth)
    rows = [tuple(found.answers[i : i + 6]) for i in range(0, len(found.answers), 6)]
    assert sorted(zip(found.groups, rows, strict=True)) == sorted(
        (g, given) for g in (1, 2) for given in ANSWERS
    )
    assert (found.wrong, header.spoiled_outer, header.repeated) == (0, 0, 0)
    assert header.tokens == exported.tokens
    assert header.ballots == exported.ballots == {"00001": 5, "00002": 5}


def test_box_is_a_header_and_records_ascending_by_token(booth: Booth) -> None:
    """BOX holds one JSON line, then 552 bytes a ballot in the order of H(msg)."""
    cast = ballots(booth)
    box, _ = booth.box(cast)
    header, _, rest = box.read_bytes().partition(b"\n")
    assert json.loads(header) == {
        "v": 1, "wave": WAVE, "keys": "/w/2026-W09/keys-0.json",
        "issued": {"00001": 8, "00002": 8},
    }  # fmt: skip
    assert len(rest) == 552 * len(cast)
    assert box.stat().st_mode & 0o077 == 0


def test_a_box_in_order_of_arrival_is_never_exported(booth: Booth) -> None:
    """A store that yields ballots in another order than their tokens' stops the export."""
    cast = sorted(ballots(booth), key=lambda ballot: ballot.msg)
    with pytest.raises(Held, match="order of their tokens"):
        booth.box(cast, by_token=False)
    assert not (booth.folder / "BOX").exists()


def test_a_token_is_exported_once(booth: Booth) -> None:
    """The same token twice stops the export."""
    first = booth.ballot("00001", ANSWERS[0])
    with pytest.raises(Held):
        booth.box([first, first])


def test_a_record_of_another_length_is_never_exported(booth: Booth) -> None:
    """A ballot whose box is too short stops the export."""
    first = booth.ballot("00001", ANSWERS[0])
    with pytest.raises(Held, match="not as it was cast"):
        booth.box([msgspec.structs.replace(first, box=first.box[:-1])])


def in_any_order(booth: Booth, press: Callable[[Sequence[SealedBallot], str], Path]) -> set[bytes]:
    """Return what `press` makes of the same ballots in five orders of arrival."""
    cast = ballots(booth)
    made = set()
    for seed in range(5):
        random.Random(seed).shuffle(cast)
        made.add(press(cast, f"P{seed}").read_bytes())
    return made


def test_the_peeled_file_is_independent_of_arrival(booth: Booth) -> None:
    """The same ballots in any order of arrival give the same P, byte for byte."""

    def peeled_as_shipped(cast: Sequence[SealedBallot], out: str) -> Path:
        peel_box(booth, booth.box(cast)[0], out)
        return booth.folder / out

    assert len(in_any_order(booth, peeled_as_shipped)) == 1


def test_the_peeled_file_does_not_keep_the_order_of_tokens(booth: Booth) -> None:
    """P is sorted by itself: the rank of a record in BOX says nothing about its rank in P."""
    box = booth.box(ballots(booth))[0]
    peel_box(booth, box)
    records = export.split((booth.folder / "P").read_bytes().partition(b"\n")[2], peeled.RECORD)
    assert list(records) == sorted(records_of(booth, box))
    assert list(records_of(booth, box)) != sorted(records_of(booth, box))


def peeling(booth: Booth) -> peel._Peeling:
    """Return what peels chunks with the booth's own files."""
    return peel._Peeling(WAVE, partial(outer, booth), listed(booth))


def outer(booth: Booth) -> Secret:
    """Read the outer key."""
    return Secret(booth.outer_key.read_bytes())


def listed(booth: Booth) -> dict[str, peeled.Listed]:
    """Read the booth's groups."""
    return peeled.read_groups(booth.groups)


def records_of(booth: Booth, box: Path) -> list[bytes]:
    """Peel the records of BOX one by one, in their order there."""
    work = peeling(booth)
    inside = box.read_bytes().partition(b"\n")[2]
    return [inner for record in export.split(inside, export.RECORD) for inner in work(record)[0]]


def test_a_peel_that_keeps_the_order_is_caught(booth: Booth) -> None:
    """The same test fails for a peel that writes its records as they came."""
    work = peeling(booth)

    def peeled_in_order(cast: Sequence[SealedBallot], out: str) -> Path:
        inner, _ = work(b"".join(b.g.encode() + b.msg + b.sig + b.box for b in cast))
        (booth.folder / out).write_bytes(b"".join(inner))
        return booth.folder / out

    assert len(in_any_order(booth, peeled_in_order)) > 1


def test_no_part_of_a_token_is_in_the_peeled_file(booth: Booth) -> None:
    """P holds no message, signature or sealed box, not even a part of 16 bytes."""
    cast = ballots(booth)
    peel_box(booth, booth.box(cast)[0])
    content = (booth.folder / "P").read_bytes()
    for ballot in cast:
        for secret in (ballot.msg, ballot.sig, ballot.box[:65]):
            assert all(secret[i : i + 16] not in content for i in range(0, len(secret) - 15, 8))


def test_swapped_boxes_spoil(booth: Booth) -> None:
    """Two ballots whose boxes were exchanged both spoil: a box opens under its own token only."""
    cast = ballots(booth)
    one, other = cast[0], cast[1]
    cast[:2] = [
        msgspec.structs.replace(one, box=other.box),
        msgspec.structs.replace(other, box=one.box),
    ]
    header = peel_box(booth, booth.box(cast)[0])
    assert (header.spoiled_outer, sum(header.ballots.values())) == (2, 10)
    assert len(opened(booth).groups) == 8


def test_repeated_inner_boxes_stay_once(booth: Booth) -> None:
    """Of equal inner boxes under different tokens one stays; the others count as repeated."""
    cast = ballots(booth)
    inner = seal_again(booth, cast[0])
    copied = msgspec.structs.replace(booth.ballot("00002", ANSWERS[0]), box=cast[1].box)
    header = peel_box(booth, booth.box([*cast, *inner, copied])[0])
    assert (header.repeated, header.ballots["00001"], header.spoiled_outer) == (2, 7, 1)
    assert len(opened(booth).groups) == 10


def seal_again(booth: Booth, ballot: SealedBallot) -> list[SealedBallot]:
    """Wrap one inner box under two further tokens, as a cheating client could."""
    inner = peeling(booth)
    (record,), _ = inner(ballot.g.encode() + ballot.msg + ballot.sig + ballot.box)
    made = []
    for _ in range(2):
        msg, sig = booth.token(ballot.g)
        made.append(SealedBallot(ballot.g, msg, sig, outer_layer(booth, record[5:], msg)))
    return made


def outer_layer(booth: Booth, inner: bytes, msg: bytes) -> bytes:
    """Put only the outer layer around an inner box."""
    from pulse.ballotbox import seal

    return seal._SUITE.encrypt(inner, booth.sealer._outer, b"pulse-outer/v1\0" + msg)


def test_wrong_contents_are_counted_and_not_fatal(booth: Booth) -> None:
    """A plaintext of another form is counted as wrong; every other ballot is opened."""
    cast = [*ballots(booth), booth.sealed("00001", b"\x01\x07" + bytes(30))]
    peel_box(booth, booth.box(cast)[0])
    found = opened(booth)
    assert (found.wrong, len(found.groups)) == (1, 10)


def refused(booth: Booth, box: Path, reason: str) -> None:
    """Assert that the peel refuses with this reason and leaves no P."""
    with pytest.raises(Held, match=reason):
        peel_box(booth, box, "refused")
    assert not (booth.folder / "refused").exists()


def test_a_small_list_entry_is_refused(booth: Booth) -> None:
    """A group with fewer than max(5, k) invited people stops the peel."""
    box, _ = booth.box(ballots(booth))
    booth.list_groups([8, 4])
    refused(booth, box, "only 4 invited")
    booth.list_groups([8, 9])
    with pytest.raises(Held, match="only 8 invited"):
        peel.peel_file(box, booth.outer_key, booth.groups, 9, booth.folder / "refused")
    out = booth.folder / "P"
    assert peel.peel_file(box, booth.outer_key, booth.groups, 8, out).spoiled_outer == 0


def test_more_ballots_than_tokens_are_refused(booth: Booth) -> None:
    """A group with more ballots than issued tokens stops the peel (a stuffed box)."""
    cast = ballots(booth)
    box, _ = booth.box(cast, issued={"00001": 10, "00002": 4})
    refused(booth, box, "more ballots than tokens")
    box, _ = booth.box(cast, issued={"00001": 5, "00002": 5})
    assert sum(peel_box(booth, box).ballots.values()) == 10


def test_a_group_of_which_no_tokens_are_told_has_none(booth: Booth) -> None:
    """One ballot of a group that the header leaves out is one too many."""
    box, exported = booth.box(ballots(booth)[:6], issued={"00001": 10})
    assert exported.ballots == {"00001": 5, "00002": 1}
    refused(booth, box, "more ballots than tokens")


def test_a_group_outside_the_list_is_refused(booth: Booth) -> None:
    """A ballot of a group that the list does not name stops the peel."""
    cast = [*ballots(booth), msgspec.structs.replace(booth.ballot("00001", ANSWERS[0]), g="00009")]
    refused(booth, booth.box(cast)[0], "not in the wave's list")


def test_fewer_than_k_ballots_are_never_peeled(booth: Booth) -> None:
    """Four ballots are not peeled at k = 5; five are."""
    refused(booth, booth.box(ballots(booth)[:4])[0], "fewer than 5")
    assert peel_box(booth, booth.box(ballots(booth)[:5])[0]).ballots == {"00001": 5, "00002": 0}


def test_another_box_is_refused_and_the_same_is_peeled_again(booth: Booth) -> None:
    """The key serves one BOX; the same BOX again gives the same P."""
    cast = ballots(booth)
    box, _ = booth.box(cast)
    peel_box(booth, box, "first")
    peel_box(booth, box, "second")
    assert (booth.folder / "first").read_bytes() == (booth.folder / "second").read_bytes()
    refused(booth, booth.box(cast[1:], name="other")[0], "peeled before")
    for mark in ("0" * 64, "f" * 64):
        booth.outer_key.with_name("outer.peeled").write_text(mark)
        refused(booth, box, "peeled before")


@pytest.mark.parametrize("field", ["sig", "msg", "group", "wave"])
def test_a_ballot_without_a_valid_token_is_refused(booth: Booth, field: str) -> None:
    """A forged signature, a changed message, another group's or wave's token stop the peel."""
    cast = ballots(booth)
    first = cast[0]
    if field == "sig":
        forged = msgspec.structs.replace(first, sig=bytes(256))
    elif field == "msg":
        forged = msgspec.structs.replace(first, msg=first.msg[:-1] + bytes([first.msg[-1] ^ 1]))
    elif field == "group":
        forged = msgspec.structs.replace(first, g="00002")
    else:
        msg, sig = booth.token("00001", wave="2026-W10")
        forged = msgspec.structs.replace(first, msg=msg, sig=sig)
    refused(booth, booth.box([forged, *cast[1:]])[0], "no valid token")
    # A refusal burns nothing: the true ballots are peeled afterwards.
    assert sum(peel_box(booth, booth.box(cast)[0]).ballots.values()) == 10


@pytest.mark.parametrize("g", ["00009", "\xb2\xb2\xb2\xb2\xb2"])
def test_a_record_of_no_group_is_refused_where_tokens_are_checked(booth: Booth, g: str) -> None:
    """A group number that nobody surveyed stops the peel there too."""
    one = booth.ballot("00001", ANSWERS[0])
    record = g.encode("latin-1") + one.msg + one.sig + one.box
    with pytest.raises(Held, match="no valid token"):
        peeling(booth)(record)


@pytest.mark.parametrize("at", [5, -1])
def test_a_box_that_changes_between_two_readings_is_refused(booth: Booth, at: int) -> None:
    """What is peeled is what was surveyed: a header or box changed meanwhile stops the peel."""
    box, _ = booth.box(ballots(booth))
    surveyed = peel.survey(box, listed(booth), 5)
    content = bytearray(box.read_bytes())
    content[at] ^= 1
    box.write_bytes(content)
    with pytest.raises(Held, match="changed while they were read"):
        peel.peel(box, surveyed, partial(outer, booth), listed(booth))


def test_a_missing_list_of_groups_is_refused(booth: Booth) -> None:
    """Without the wave's list nothing is peeled."""
    box, _ = booth.box(ballots(booth))
    booth.groups.unlink()
    refused(booth, box, "list of groups")
