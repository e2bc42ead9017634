"""What the page of the whole organisation says of the survey itself."""

from msgspec import structs

from dashboards.pages.whole import Whole, whole
from tests.unit.statistics.histories import ROOT
from tests.unit.statistics.test_organisation import told

ROWS = {
    (0, "omega:safety"): 0.8, (0, "icc1:safety"): 0.1, (0, "driver:A2:S1"): 0.2, (0, "r2:A2"): 0.3,
}  # fmt: skip


def test_the_whole_organisation_is_told_and_no_unit_below_it() -> None:
    """Scales with released figures have sentences; statements stand in full, by their share."""
    found = whole(told(ROWS), ROOT.unit_id)
    ((name, sentences),) = found.scales
    assert (name, len(sentences)) == ("Safety", 2)
    assert found.outcome == "I ended most work days this week with some energy left."
    ((text, words),) = found.together
    assert text == "When something went wrong, we looked at what we can learn."
    assert "20 in 100" in words
    assert not whole(told(ROWS), "a team")


def test_the_figures_behind_the_sentences_are_there() -> None:
    """Alpha, omega and their week, both ICC and r_wg(j) of each scale, ends said as ends."""
    rows = {
        (1, "alpha:safety"): 0.78, (1, "omega:safety"): 0.8, (0, "icc1:safety"): 0.05,
        (0, "icc2:safety"): 0.62, (0, "sigma2:A1"): 1.0, (0, "sigma2:S1"): 1.0,
        (0, "icc1:energy"): 0.5,
    }  # fmt: skip
    safety, energy = whole(told(rows), ROOT.unit_id).figures
    assert structs.astuple(safety) == (
        "Safety", "0.78", "0.80", "Week 2, 2026", "0.05 or less", "0.62", "0.67"
    )  # fmt: skip
    assert structs.astuple(energy) == ("Energy", "", "", "", "0.50 or more", "", "")


def test_a_little_of_everything_is_no_news() -> None:
    """Statements that each go with a few parts in a hundred are not told one by one."""
    little = {(0, f"driver:A2:{item}"): 0.05 for item in ("S1", "C1", "W1")}
    found = whole(told({**little, (0, "r2:A2"): 0.15}), ROOT.unit_id)
    assert found
    assert found.outcome
    assert found.together == ()


def test_without_diagnostics_nothing_is_said() -> None:
    """Under 100 people there are none, and the section is left out."""
    assert whole(told({}), ROOT.unit_id) == Whole()
