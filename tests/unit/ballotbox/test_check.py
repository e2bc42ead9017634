"""What a council sees of a published list while people still answer."""

from pathlib import Path

import pytest

from pulse.ballotbox import holder, memory, pairs, seal
from pulse.errors import BadKeyList, Refused
from pulse.token.keylist import fingerprint16, proquints
from tests.booth import WAVE
from tests.unit.ballotbox.away import Away


@pytest.fixture
def away(tmp_path: Path) -> Away:
    """Return a council and a wave of two groups of eight."""
    return Away(tmp_path)


def test_a_published_list_is_checked_while_people_answer(away: Away) -> None:
    """The council sees that the key is its own, and the words that everybody compares."""
    for _ in range(2):
        told = holder.check(away.list, away.key)
    assert (told.wave, told.keys, told.k, told.groups, told.invited) == (WAVE, away.path, 5, 2, 16)
    assert told.fingerprint == proquints(fingerprint16(away.list.read_bytes()))
    assert [note.box for note in memory.recall(away.key)] == [""]
    assert away.peel(away.bring(away.ballots())[0]).keys == told.keys
    away.list.write_bytes(b"{}")
    with pytest.raises(BadKeyList):
        holder.check(away.list, away.key)


@pytest.mark.parametrize("whose", ["somebody else's", "destroyed"])
def test_a_list_whose_key_the_council_cannot_use_is_told_then(away: Away, whose: str) -> None:
    """Not only when it is too late to open the week anew; nothing is noted of such a list."""
    if whose == "destroyed":
        pairs.destroy(away.key, pairs.pair_name(away.points[0]))
    else:
        away.publish(seal.generate_pair()[1])
    with pytest.raises(Refused, match="was destroyed" if whose == "destroyed" else "does not hold"):
        holder.check(away.list, away.key)
    assert memory.recall(away.key) == ()
