"""The organisation as a whole, read from released diagnostics and said in plain words."""

import pytest

from pulse.release import cells
from pulse.release.cell import Cell
from pulse.statistics.history import History
from pulse.statistics.organisation import ScaleQuality, Together, goes_together, scale_quality
from pulse.statistics.packed import packed
from tests.unit.statistics.histories import ROOT, history, wave_name


def told(rows: dict[tuple[int, str], float], waves: int = 3) -> History:
    """Return a history whose root has these diagnostics."""
    plain = history(lambda *_: 3.0, waves)
    extra = [
        Cell(
            wave_name(t), ROOT.unit_id, None, ROOT.name, "diag", measure, "published", 100, 400,
            value=value,
        )
        for (t, measure), value in rows.items()
    ]  # fmt: skip
    releases = tuple(plain.release(wave) for wave in plain.waves)
    return History(releases, packed([plain.cells, cells.frame(extra)]), plain.instrument)


def quality(found: History, scale: str) -> ScaleQuality:
    """Return one scale's quality."""
    return next(each for each in scale_quality(found) if each.scale == scale)


def test_reliability_is_the_newest_and_shares_are_means() -> None:
    """Alpha and omega are of the newest week that has them; ICC is a mean over weeks."""
    found = told(
        {
            (0, "alpha:safety"): 0.7, (1, "alpha:safety"): 0.8, (1, "omega:safety"): 0.81,
            (0, "icc1:safety"): 0.1, (2, "icc1:safety"): 0.2, (2, "icc2:safety"): 0.6,
        }
    )  # fmt: skip
    safety = quality(found, "safety")
    assert (safety.wave, safety.alpha, safety.omega) == (wave_name(1), 0.8, 0.81)
    assert safety.between == pytest.approx(0.15)
    assert safety.tells_apart == 0.6
    assert "belong together" in safety.words[0]
    assert "15 in 100" in safety.words[1]
    assert quality(found, "work").words == ()


def test_agreement_is_of_variances_inside_teams() -> None:
    """r_wg(j) of two statements of variance 1 is 2/3; a variance of 2 is no agreement."""
    agreed = told({(0, "sigma2:A1"): 1.0, (0, "sigma2:S1"): 1.0, (0, "sigma2:E1"): 2.0})
    assert quality(agreed, "safety").agreement == pytest.approx(2 / 3)
    assert quality(agreed, "energy").agreement == 0


def test_loose_scales_are_said_to_be_loose() -> None:
    """Under .70 a reader is sent to the single statements."""
    assert "loosely" in ScaleQuality("care", omega=0.6).words[0]


def test_what_goes_together_is_a_mean_and_never_a_cause() -> None:
    """Shares are averaged over the weeks that asked both, the largest first."""
    found = told(
        {(0, "driver:A2:A1"): 0.1, (1, "driver:A2:A1"): 0.2, (1, "driver:A2:W1"): 0.3,
         (1, "driver:A2:C1"): 0.0, (1, "r2:A2"): 0.6}
    )  # fmt: skip
    first, second, third = goes_together(found)
    assert first == Together("A2", "W1", 0.3, 1)
    assert (second.item, second.weeks) == ("A1", 2)
    assert second.share == pytest.approx(0.15)
    assert first.words == "goes together with 30 in 100 parts of its differences"
    assert third.words == "does not go together with it"
    assert "because" not in first.words + third.words


def test_what_chance_alone_might_explain_is_not_told() -> None:
    """Where all statements together explain under .05 of energy, none is named."""
    rows = {(0, "driver:A2:A1"): 0.02, (0, "driver:A2:W1"): 0.02}
    assert goes_together(told({**rows, (0, "r2:A2"): 0.04})) == ()
    assert len(goes_together(told({**rows, (0, "r2:A2"): 0.06}))) == 2


def test_the_printed_ends_of_a_share_are_said_as_ends() -> None:
    """What is printed as .05 may be less and as .50 more; in between it is a number."""
    for between, said in ((0.05, "5 or fewer in"), (0.07, "About 7 in"), (0.5, "50 or more in")):
        assert ScaleQuality("care", between=between).words[0].startswith(said)


def test_weeks_of_before_the_last_twenty_are_left_out() -> None:
    """A full rotation is looked at, no more."""
    assert goes_together(told({(0, "driver:A2:A1"): 0.1}, waves=21)) == ()
    assert goes_together(told({(1, "driver:A2:A1"): 0.1}, waves=21))
    assert goes_together(told({})) == ()
