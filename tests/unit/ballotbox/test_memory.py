"""What a key file was used for: which further use goes with it."""

import pytest

from pulse.ballotbox.memory import Noted, admit
from pulse.errors import Held

USED = Noted("2026-W09", "pair 1", "/w/2026-W09/keys-1.json", box="5" * 64, peeled="6" * 64)
SEEN = Noted("2026-W10", "pair 2", "/w/2026-W10/keys-2.json")


@pytest.mark.parametrize("box", ["4" * 64, "6" * 64], ids=["a lower hash", "a higher hash"])
def test_another_box_of_a_peeled_wave_is_refused(box: str) -> None:
    """Whatever its hash, and whatever key it is for, only the first BOX of a wave is peeled."""
    for pair in ("pair 1", "pair 3"):
        with pytest.raises(Held, match="peeled before"):
            admit((USED, SEEN), Noted(USED.wave, pair, USED.keys, box=box))
    admit((USED, SEEN), Noted(USED.wave, USED.pair, USED.keys, box=USED.box))


def test_what_was_only_seen_stands_in_nobodys_way() -> None:
    """A list that was checked is peeled from whatever BOX comes, and a list is no BOX."""
    admit((USED, SEEN), Noted(SEEN.wave, SEEN.pair, SEEN.keys, box="7" * 64))
    admit((USED, SEEN), Noted(USED.wave, USED.pair, USED.keys))


@pytest.mark.parametrize(
    "new",
    [
        Noted("2026-W10", "pair 1", "/w/2026-W09/keys-1.json"),
        Noted("2026-W09", "pair 1", "/w/2026-W09/keys-0.json"),
        Noted("2026-W09", "pair 1", "/w/2026-W09/keys-2.json"),
    ],
)
def test_a_key_serves_one_list(new: Noted) -> None:
    """A key is used for no other wave and no other list than the first."""
    with pytest.raises(Held, match="one key serves one list"):
        admit((USED,), new)
