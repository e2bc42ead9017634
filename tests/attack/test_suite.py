"""The whole suite on a twin: nothing of ours is found, and every attack finds what there is."""

from pathlib import Path
from random import Random

import msgspec
import pytest

from pulse.attack import organisation, suite
from pulse.attack.attacks import ATTACKS
from pulse.attack.publication import Publication, Recovered
from pulse.attack.suite import Report
from pulse.errors import Refused
from pulse.release import cells, reading
from pulse.settings import Home, Settings
from pulse.terms import RosterUnit
from tests.attack.conftest import WAVES

NAMES = [module.NAME for module in ATTACKS]


def test_every_module_of_the_folder_is_in_the_list() -> None:
    """No attack is forgotten, none stands twice, and each tells a heading and a paragraph."""
    folder = Path(suite.__file__).parent / "attacks"
    files = {path.stem.replace("_", "-") for path in folder.glob("[!_]*.py")}
    assert sorted(files) == sorted(NAMES)
    for module in ATTACKS:
        heading, _, paragraph = suite.explanation(module).partition("\n\n")
        assert heading.endswith((".", "?")), module.NAME
        assert 60 < len(paragraph.split()) < 250, module.NAME
        assert "Here" in paragraph.split(), f"{module.NAME} does not say why it fails"


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_finds_nothing_of_ours_and_something_of_theirs(report: Report, name: str) -> None:
    """Each attack recovers no group of our publication, and some of the naive one."""
    outcome = next(each for each in report.attacks if each.name == name)
    assert (outcome.ours.groups, outcome.ours.people) == (0, 0)
    assert outcome.control == "twin"
    assert suite.works(outcome.naive)


def test_the_report_tells_what_was_attacked(report: Report) -> None:
    """The report names the twin's size, waves and k, and holds no finding."""
    assert (report.ok, report.findings) == (True, ())
    assert (report.people, report.waves, report.k, report.releases) == (120, WAVES, 5, 0)
    assert [each.name for each in report.attacks] == NAMES


def test_the_same_seed_finds_the_same(report: Report, units: tuple[RosterUnit, ...]) -> None:
    """A second run tells the same to the byte but for the seconds; another seed does not."""
    first, again, other = (
        msgspec.json.encode(msgspec.structs.replace(each, seconds=0.0, seed=""))
        for each in (
            report,
            suite.run(Home(Path("none")), Settings(), waves=WAVES, seed="small", units=units),
            suite.run(Home(Path("none")), Settings(), waves=WAVES, seed="large", units=units),
        )
    )
    assert first == again
    assert first != other


def test_an_attack_that_finds_nothing_anywhere_is_a_finding() -> None:
    """An outcome without a control is not ok, and its sentence says why."""
    nothing = suite.Outcome("x", "", Recovered(), Recovered(), "none")
    assert not nothing.ok
    assert "proves nothing" in suite.findings(nothing)[0]
    small = msgspec.structs.replace(nothing, control="twin", ours=Recovered(1, 3))
    assert not small.ok
    assert "1 small group in the twin's weeks, so" in suite.findings(small)[0]
    both = msgspec.structs.replace(small, ours=Recovered(5, 9), home=Recovered(2, 4))
    assert "2 small groups in this home's own releases" in suite.findings(both)[0]
    assert "and 3 small groups in the twin's weeks" in suite.findings(both)[0]
    assert suite.Outcome("x", "", Recovered(), Recovered(1, 3), "twin").ok


def test_a_guess_as_good_as_blind_is_no_control() -> None:
    """An attack works if it found a group, or guessed better than without any figure."""
    assert suite.works(Recovered(groups=1))
    assert suite.works(Recovered(guess=0.5, blind=0.4))
    assert not suite.works(Recovered(guess=0.4, blind=0.4))
    assert not suite.works(Recovered(guess=0.4))


@pytest.mark.slow
def test_a_very_small_organisation_has_its_controls_elsewhere(tmp_path: Path) -> None:
    """One team has no sibling to subtract: such attacks show on invented units that they work."""
    alone = (RosterUnit("all", None, "All", 8),)
    report = suite.run(Home(tmp_path), Settings(), waves=WAVES, units=alone)
    assert report.ok, report.findings
    controls = {each.name: each.control for each in report.attacks}
    assert controls["parent-minus-children"] == "invented"
    assert controls["windows"] == "twin"


def test_a_twin_that_cannot_be_released_is_a_refusal(tmp_path: Path) -> None:
    """Where a week of the twin is refused, the run says so instead of passing."""
    few = (RosterUnit("all", None, "All", 7),)
    with pytest.raises(Refused, match="this run shows nothing") as refused:
        suite.run(Home(tmp_path), Settings(), waves=WAVES, units=few)
    assert "7 people are invited" in str(refused.value)


def test_the_policy_changes_and_groups_follow(ours: Publication, ours_home: Home) -> None:
    """The threshold is 10 in two of four waves, and no group of those had fewer than 12 people."""
    assert list(ours.k.values()) == [5, 10, 10, 5]
    for wave, k in ours.k.items():
        release = reading.load(ours_home.releases, wave)
        assert min(group.invited for group in release.tree.groups_in_order()) >= k + 2
        rows = cells.rows(cells.read(release.folder / cells.NAME))
        bands = [row.at_least for row in rows if row.status == "published"]
        assert min(b for b in bands if b is not None) >= k


def test_a_home_that_is_large_keeps_its_first_units(ours_home: Home, ours: Publication) -> None:
    """The organisation of a released home is taken from its last tree, down to a size."""
    tree = organisation.last_tree(ours_home)
    assert tree is not None
    whole = organisation.units_of(tree, Random("x"))
    assert sum(unit.people for unit in whole) == tree.root.invited == 120
    part = organisation.units_of(tree, Random("x"), largest=50)
    assert part == whole[: len(part)]
    assert 50 <= sum(unit.people for unit in part) < 120
    assert ours.figures


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["council", "second"])
def test_four_hundred_people_and_twelve_waves(seed: str, tmp_path: Path) -> None:
    """At full size every attack works, nothing of ours is found, and it takes under a minute."""
    report = suite.run(Home(tmp_path), Settings(), seed=seed)
    assert (report.people, report.waves) == (400, 12)
    assert {each.name: each.ours.groups for each in report.attacks} == dict.fromkeys(NAMES, 0)
    assert report.ok, report.findings
    assert report.seconds < 60
