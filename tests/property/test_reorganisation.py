"""P15: no old wave under a new tree; and the step rule's roster side, from headcounts alone."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from dashboards.desk import Book
from dashboards.pages.against import against
from dashboards.pages.beside import comparison
from dashboards.pages.heat import heat_table
from dashboards.pages.statement import statement_json
from dashboards.pages.tiles import tiles
from dashboards.pages.trends import months, months_json, sections, trend_json
from pulse.accounts.scope import Scope
from pulse.roster import Past, continue_series
from pulse.statistics.history import History
from pulse.statistics.scales import Scales
from pulse.statistics.sentence import week_sentence
from pulse.terms import Tree, Unit
from tests.unit.statistics.histories import ROOT, history, team, wave_name

WAVES = 12
SCALES = ("safety", "energy", "care", "work")
EVERYTHING = Scope("hr", None, ROOT.unit_id, None, frozenset())
modest = settings(max_examples=12, deadline=None)  # each draws every figure twice


class Story(msgspec.Struct, frozen=True):
    """Teams with the wave in which each began its present series, and the organisation's own."""

    seed: int
    teams: tuple[Unit, ...]
    root: str

    def rule(self, unit: str, item: str, t: int) -> float | None:
        """Give each mean, or hide it, by chance."""
        if t < 0:
            return None
        dice = random.Random(f"{self.seed} {unit} {item} {t}")
        hidden = random.Random(f"{self.seed} {unit} {t}").random() < 0.1
        return None if hidden and unit != ROOT.unit_id else dice.uniform(2.0, 4.0)

    def began(self, unit: str) -> str:
        """Return the wave in which a unit's present series began."""
        return next((u.series for u in self.teams if u.unit_id == unit), self.root)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw an organisation of three teams, some of them reorganised, perhaps all of it.

    A team that outlives a reorganisation of all keeps its line, with item levels of its time.
    """
    root = draw(st.sampled_from([0, 0, 4, 5]))
    series = [draw(st.integers(root, WAVES - 1)) for _ in range(3)]
    teams = tuple(team(name, series=wave_name(t)) for name, t in zip("abc", series, strict=True))
    return Story(draw(st.integers(0, 2**32)), teams, wave_name(root))


def read(
    story: Story, kind: type[History] = History, changed: str | None = None, by: float = 0.0
) -> History:
    """Return the releases of a story; figures of `changed` from before its series differ."""

    def rule(unit: str, item: str, t: int) -> float | None:
        mean = story.rule(unit, item, t)
        old = unit == changed and wave_name(t) < story.began(unit)
        return mean if mean is None or not old else 2.0 + (mean - 2.0 + by) % 2

    found = history(rule, WAVES, story.teams)
    releases = []
    for wave in found.waves:
        release = found.release(wave)
        series = story.root if wave >= story.root else wave_name(0)
        first, *others = release.tree.units
        units = (structs.replace(first, series=series), *others)
        tree = Tree(wave, units, {})
        releases.append(structs.replace(release, tree=tree))
    return kind(tuple(releases), found.cells, found.instrument)


def told(known: History) -> list[object]:
    """Return everything that statistics, charts and pages say of the releases."""
    scales = Scales(known)
    book = Book("head", known, scales)
    said: list[object] = [scales.directions, heat_table(book, EVERYTHING, ROOT.unit_id)]
    said.append(comparison(book, tuple(known.units)))
    for unit in known.units:
        drawn = tiles(scales, unit)
        said += [week_sentence(scales, unit), drawn, months(scales, unit), against(book, unit)]
        said += [sections(scales, unit, drawn), months_json(book, unit)]
        said.append(statement_json(book, unit, known.instrument.items["A2"]))
        said += [scales.weekly(unit, scale) for scale in SCALES]
        said += [scales.blocks(unit, scale) for scale in SCALES]
        said.append(trend_json(book, unit, "energy"))
    return said


@pytest.mark.slow
@modest
@given(stories(), st.sampled_from(["a", "b", "c", "org"]), st.floats(0.3, 1.7))
def test_no_figure_of_before_a_series_is_in_anything_said(
    story: Story, unit: str, by: float
) -> None:
    """P15: other figures from before a unit's series began change nothing that is said."""
    assert told(read(story, changed=unit, by=by)) == told(read(story))


class Backdated(History):
    """The broken twin: it draws old waves under the new tree."""

    def series_waves(self, unit_id: str) -> tuple[str, ...]:
        """Return every wave, whoever the unit was made of then."""
        del unit_id
        return self.waves


def test_backdating_is_caught() -> None:
    """P15's twin: a reader that forgets where series begin says something of before."""
    story = Story(7, (team("a", series=wave_name(6)), team("b"), team("c")), wave_name(0))
    changed = read(story, Backdated, changed="a", by=1.0)
    assert told(changed) != told(read(story, Backdated))
    assert told(read(story, changed="a", by=1.0)) == told(read(story))


def test_levels_from_before_a_reorganisation_of_all_are_caught() -> None:
    """P15's twin for item levels: without a new series of the root its old figures do enter."""
    teams = tuple(team(name, series=wave_name(6)) for name in "abc")
    story = Story(7, teams, wave_name(6))
    one, other = read(story), read(story, changed="org", by=1.0)
    assert told(one) == told(other)
    for known in (one, other):
        for wave in known.waves:
            tree = known.release(wave).tree
            units = (structs.replace(tree.root, series=wave_name(0)), *tree.units[1:])
            known._releases[wave] = structs.replace(
                known.release(wave), tree=structs.replace(tree, units=units)
            )
    assert told(one) != told(other)


def by_headcount(before: Tree, now: Tree, k: int) -> bool:
    """Tell from two trees alone whether the rule was kept: 1 to k-1 more or fewer is changed."""
    then = {unit.unit_id: unit.invited for unit in before.units}
    return all(
        unit.changed
        for unit in now.units
        if 0 < abs(unit.invited - then.get(unit.unit_id, unit.invited)) < k
    )


def without_headcount(now: set[str], then: frozenset[str], k: int) -> bool:
    """The broken twin: it looks at who left and who came, each for itself."""
    return 0 < len(now - then) < k or 0 < len(then - now) < k


def two_weeks(size: int, lost: int, gained: int, k: int) -> tuple[Tree, Tree]:
    """Return the trees of a team in its last shown week and now."""
    then = frozenset(f"p{i}" for i in range(size))
    now = {f"p{i}" for i in range(lost, size)} | {f"n{i}" for i in range(gained)}

    def tree(people: int) -> Tree:
        unit = Unit("u", None, "U", people, group=True, series="2026-W01", g="00001")
        return Tree("v", (unit,), {"u": "u"})

    past = {"u": Past("2026-W01", then)}
    return tree(size), continue_series(tree(len(now)), "2026-W02", {"u": now}, past, k)


@settings(max_examples=200, deadline=None)
@given(st.integers(8, 60), st.integers(0, 30), st.integers(0, 30), st.sampled_from([5, 10, 15]))
def test_the_step_rule_can_be_checked_from_trees_alone(
    size: int, lost: int, gained: int, k: int
) -> None:
    """A unit whose headcount moved by 1 to k-1 is marked, however many people came and went."""
    assert by_headcount(*two_weeks(size, min(lost, size), gained, k), k)


def test_who_came_and_who_left_alone_is_not_enough() -> None:
    """The twin misses a team of which five left and seven came."""
    before, now = two_weeks(20, 5, 7, 5)
    people = {f"p{i}" for i in range(5, 20)} | {f"n{i}" for i in range(7)}
    changed = without_headcount(people, frozenset(f"p{i}" for i in range(20)), 5)
    missed = structs.replace(now, units=(structs.replace(now.root, changed=changed),))
    assert not by_headcount(before, missed, 5)
    assert by_headcount(before, now, 5)
