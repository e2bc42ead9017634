"""How many took part, said in bands and nothing finer."""

import pytest

from pulse.statistics.participation import participation
from tests.unit.statistics.histories import history, team


@pytest.mark.parametrize(
    ("invited", "partial", "words"),
    [
        (20, False, "At least 10 of 20 answered."),
        (21, True, "At least 10 of 21 answered; this is a partial view."),
    ],
)
def test_a_view_is_partial_below_half_of_those_invited(
    invited: int, *, partial: bool, words: str
) -> None:
    """The band against the headcount decides, never the exact count."""
    told = participation(history(lambda *_: 3.0, 2, (team("a", invited),)), "a")
    assert (told.at_least, told.invited, told.partial, told.words) == (10, invited, partial, words)


def test_a_hidden_unit_has_no_number() -> None:
    """Nobody, four people or a hidden neighbour: the words are the same and there is no band."""
    shown = history(lambda unit, *_: None if unit == "a" else 3.0, 2, (team("a"),))
    told = participation(shown, "a")
    assert (told.at_least, told.partial) == (None, False)
    assert told.words == "Too few answers here or nearby to show safely."
    assert participation(history(lambda *_: 3.0, 0), "org").words == "No week has been shown yet."
