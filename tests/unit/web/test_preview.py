"""What a leader will see: the example follows the policy, and the engine agrees with it."""

import re

import pytest
from msgspec import structs

from pulse.disclosure import pattern, rounding
from pulse.disclosure.policy import policy_for
from pulse.settings import Settings
from pulse.terms import Counts, Tree, Unit
from pulse.web.preview import Preview, Team, preview
from pulse.web.privacy import privacy_page
from pulse.web.reader import PLAIN


def example(k: int) -> Preview:
    """Return the example under k, groups as small as k allows."""
    return preview(policy_for(k), Settings(k=k).smallest_group, PLAIN)


def chosen(teams: tuple[Team, ...], k: int) -> set[str]:
    """Return which of the teams the engine shows, in an organisation of just these."""
    units = [Unit("all", None, "All", sum(team.invited for team in teams), group=False)]
    units += [
        Unit(team.name, "all", team.name, team.invited, group=True, g=f"{place + 1:05d}")
        for place, team in enumerate(teams)
    ]
    whole = tuple(map(sum, zip(*(team.row for team in teams), strict=True)))
    table = {"all": (whole,), **{team.name: (team.row,) for team in teams}}
    tree = Tree("1", tuple(units), {team.name: team.name for team in teams})
    return set(pattern.choose(tree, Counts("2026-W09", ("A1",), table), ["A1"], k).shown) - {"all"}


@pytest.mark.parametrize("k", [5, 10, 15, 20])
def test_the_engine_shows_the_same_teams(k: int) -> None:
    """The large team is shown; the second is hidden though enough answered, for the third."""
    teams = example(k).teams
    assert chosen(teams, k) == {team.name for team in teams if team.shown} == {teams[0].name}
    assert teams[1].answered >= k > teams[2].answered
    # The twin: beside another third team that has enough, the second would not have to hide.
    third = structs.replace(teams[0], name="Other")
    assert chosen((*teams[:2], third), k) == {teams[0].name, teams[1].name, "Other"}


@pytest.mark.parametrize(("k", "per_point"), [(5, 4), (10, 10), (15, 10)])
def test_the_figures_are_those_of_the_policy(k: int, per_point: int) -> None:
    """Band, step and coded end are what rounding makes of the answers that stand beside them."""
    shown = example(k)
    team, end = shown.teams[0], shown.end
    assert sum(team.row) == team.answered <= team.invited
    assert team.at_least % 5 == 0
    assert team.answered - 5 < team.at_least <= team.answered
    assert team.mean.value * per_point == pytest.approx(round(team.mean.value * per_point))
    assert team.step == 1 / per_point
    assert abs(team.mean.value - team.true) <= team.step / 2
    assert end.mean.bound == "at_least"
    assert end.true > end.mean.value
    assert team.split is not None
    assert team.split.agree + team.split.neither + team.split.disagree == 100
    assert shown.tile.value is not None
    assert shown.tile.low < shown.tile.value < shown.tile.high


def test_another_k_is_another_example() -> None:
    """Number of people, steps, what it takes and the smallest group follow the settings."""
    pages = [privacy_page(Settings(k=k)).decode() for k in (5, 15)]
    for told, page in zip(("It takes 5 answers", "It takes 15 answers"), pages, strict=True):
        assert told in page
    found = [re.findall(r"At least (\d+) of (\d+)", page) for page in pages]
    assert found == [[("20", "30")], [("60", "70")]]
    assert ["in steps of 0.25" in page for page in pages] == [True, False]


def test_no_split_is_shown_before_the_policy_allows() -> None:
    """Where a policy asks for more people than the band counts, the split is left out."""
    assert rounding.band(23, 30) >= policy_for(5).shares_from
    assert all(team.split is None for team in example(5).teams[1:])


def test_it_is_marked_as_made_up() -> None:
    """The example says so in its heading, before any figure."""
    page = privacy_page(Settings()).decode()
    part = page[page.index('id="leader"') : page.index('id="questions"')]
    assert part.index("An example, made up") < part.index("<table") < part.index("<svg")


@pytest.mark.parametrize(
    "anchor", ["leader", "took-part", "change", "lost-link", "joined-late", "not-wanted", "help"]
)
def test_what_people_ask_has_a_place_of_its_own(anchor: str) -> None:
    """Every question is reached by an address that mails and pages can name."""
    assert privacy_page(Settings()).decode().count(f'id="{anchor}"') == 1
