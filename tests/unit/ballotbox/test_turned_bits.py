"""Whatever is changed in BOX on its way, no other answer comes out."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.ballotbox import peel, peeled, seal
from pulse.ballotbox.export import GROUP, RECORD, SIGNATURE_END
from pulse.errors import Held, Spoiled
from pulse.terms import Secret
from tests.booth import Booth
from tests.unit.ballotbox.away import ANSWERS

BALLOTS = 10


class Sent:
    """A BOX of ten ballots, and what an honest peel and opening make of it."""

    def __init__(self, folder: Path) -> None:
        self.booth = Booth(folder)
        cast = [self.booth.ballot(g, given) for g in self.booth.keys for given in ANSWERS]
        self.box = self.booth.box(cast)[0]
        self.listed = peeled.read_groups(self.booth.groups)
        self.header, _, self.records = self.box.read_bytes().partition(b"\n")
        self.honest = set(self.peel(self.records)[1])

    def key(self) -> Secret:
        """Read the outer key."""
        return Secret(self.booth.outer_key.read_bytes())

    def peel(self, records: bytes) -> tuple[peeled.PeelHeader, list[bytes]]:
        """Peel other records under the same header."""
        self.box.write_bytes(self.header + b"\n" + records)
        surveyed = peel.survey(self.box, self.listed, 5)
        return peel.peel(self.box, surveyed, self.key, self.listed)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Return one BOX for all tests of this file."""
    return Sent(tmp_path_factory.mktemp("sent"))


@settings(max_examples=40)
@given(st.integers(0, 8 * RECORD * BALLOTS - 1))
def test_a_turned_bit_is_refused_or_spoils_one_ballot(sent: Sent, bit: int) -> None:
    """In group, token or signature it stops the peel; in the box it spoils that ballot alone."""
    value = int.from_bytes(sent.records, "big") ^ 1 << bit
    records = value.to_bytes(len(sent.records), "big")
    place = (len(records) - 1 - bit // 8) % RECORD
    if place < SIGNATURE_END:
        with pytest.raises(Held):
            sent.peel(records)
        return
    header, inner = sent.peel(records)
    assert (header.spoiled_outer, header.repeated, len(inner)) == (1, 0, BALLOTS - 1)
    assert set(inner) < sent.honest


@settings(max_examples=40)
@given(st.permutations(range(BALLOTS)))
def test_exchanged_boxes_spoil_and_the_others_come_through(sent: Sent, order: list[int]) -> None:
    """However boxes are dealt out among tokens, only those under their own token are peeled."""
    rows = [sent.records[at : at + RECORD] for at in range(0, len(sent.records), RECORD)]
    dealt = [
        own[:SIGNATURE_END] + rows[other][SIGNATURE_END:]
        for own, other in zip(rows, order, strict=True)
    ]
    header, inner = sent.peel(b"".join(dealt))
    moved = sum(place != other for place, other in enumerate(order))
    assert (header.spoiled_outer, len(inner)) == (moved, BALLOTS - moved)
    assert set(inner) <= sent.honest


@settings(max_examples=40)
@given(st.integers(0, BALLOTS - 1), st.integers(0, BALLOTS - 1))
def test_a_copied_box_spoils(sent: Sent, source: int, target: int) -> None:
    """One person's box under another's token is spoiled; nobody votes twice with it."""
    rows = [sent.records[at : at + RECORD] for at in range(0, len(sent.records), RECORD)]
    rows[target] = rows[target][:SIGNATURE_END] + rows[source][SIGNATURE_END:]
    header, inner = sent.peel(b"".join(rows))
    assert (header.spoiled_outer, header.repeated) == (int(source != target), 0)
    assert len(inner) == BALLOTS - header.spoiled_outer


def test_an_unbound_twin_lets_a_box_be_copied(sent: Sent) -> None:
    """Were the outer layer not bound to its token, the copy would peel and count as repeated."""
    one = sent.records[:RECORD]
    inner = seal.peel(sent.key(), one[GROUP : GROUP + 97], one[SIGNATURE_END:])
    outer = sent.booth.sealer._outer
    loose = seal._SUITE.encrypt(inner, outer, b"pulse-outer/v1\0")
    assert {seal._SUITE.decrypt(loose, seal._private(sent.key()), b"pulse-outer/v1\0")} == {inner}
    with pytest.raises(Spoiled):
        seal.peel(sent.key(), one[GROUP : GROUP + 97], loose)
