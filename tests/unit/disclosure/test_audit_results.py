"""The audit compares what staff see with the cells beside it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from pulse.closing.results import compose
from pulse.disclosure.audit import audit_release
from pulse.release.hidden import EARLIER
from pulse.release.manifest import Tallies
from pulse.release.press import press
from tests.property.worlds import INSTRUMENT, ITEMS, World, described, protected
from tests.unit.disclosure.pressed import forge, found, organisation

WAVE = "2026-W09"
Told = dict[str, Any]


@pytest.fixture
def with_results(tmp_path: Path) -> Path:
    """Give a folder with one release whose results.json is closing's own."""
    return released(tmp_path)


def released(releases: Path, silent: str = "") -> Path:
    """Press a release; of one department nobody answers."""
    tree = organisation()
    ballots = [
        (unit.unit_id, tuple((person + item) % 4 + 1 for item in range(len(ITEMS))))
        for unit in tree.groups_in_order()
        if silent not in {unit.unit_id, unit.parent_id}
        for person in range(unit.invited - 4)
    ]
    world = World((), tree, tuple(ballots))
    release = protected(world)
    cast = len(ballots)
    tallies = Tallies(tree.root.invited, cast, cast, cast, 0)
    about = described(WAVE, tallies)
    staff = compose(release, tree, INSTRUMENT, "Org", "")
    press(releases, release, tree, about, staff, check=audit_release)
    return releases


def rewritten(releases: Path, change: Callable[[Told], None]) -> str:
    """Change results.json and all hashes, and audit."""
    path = releases / WAVE / "results.json"
    told = json.loads(path.read_bytes())
    change(told)
    path.write_text(json.dumps(told), encoding="utf-8")
    forge(releases, WAVE)
    return found(releases)


def test_what_closing_wrote_is_found_right(with_results: Path) -> None:
    """Root and departments with figures pass; so does a results.json that says nothing."""
    told = json.loads((with_results / WAVE / "results.json").read_bytes())
    assert (len(told["units"]), len(told["items"])) == (3, 6)
    assert rewritten(with_results, lambda _: None) == ""
    assert rewritten(with_results, dict.clear) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t["scales"][0].update(mean=51.2), "org scale:safety is not the released one"),
        (lambda t: t["items"][0].update(mean_bound="at_most"), "item:A1 is not the released one"),
        (lambda t: t["units"][0]["scales"][0].update(mean=1.0), "d0 scale:safety is not"),
        (lambda t: t["units"][0].update(unit_id="t1"), "t1 is no department"),
        (
            lambda t: t["units"][1].update(participation="At least 47 of 48 people answered."),
            "d1 has a participation that was not released",
        ),
        (lambda t: t.update(participation="All 284 answered."), "org has a participation"),
        (lambda t: t.update(wave="2026-W01"), "another wave"),
        (lambda t: t.update(units="none"), "cannot be read"),
        (lambda t: t["items"][0].update(step=0.01), "item:A1 is not the released one"),
        (lambda t: t["units"][0].update(name="D0 (2 silent)"), "d0 has another name"),
        (lambda t: t["units"][0].update(answered=7), "cannot be read"),
        (lambda t: t["units"][0].update(items=[]), "cannot be read"),
        (lambda t: t["scales"][0].update(n=7), "cannot be read"),
        (lambda t: t.update(silent={"t1": 2}), "cannot be read"),
        (lambda t: t.update(hidden="2 people of T1 answered."), "hidden departments is not so"),
        (lambda t: t["items"][0].update(text="T1: 3.2"), "item:A1 has other words"),
        (lambda t: t["items"][0].update(reverse=True), "item:A1 is turned the other way"),
        (lambda t: t["scales"][0].update(label="T1: 3.2"), "scale:safety has another name"),
        (lambda t: t.update(closes="T1: 3.2"), "closing time is no time"),
        (lambda t: t["units"].append({"unit_id": "empty", "name": "Empty"}), "is no department"),
        (lambda t: t["units"][0].update(at_least=47), "d0 has numbers of people that were not"),
        (lambda t: t["units"][0].update(invited=None), "d0 has numbers of people that were not"),
        (lambda t: t.update(at_least=281), "org has numbers of people that were not released"),
        (lambda t: t["units"][1].update(series="2025-W01"), "d1 has a line that began in another"),
        (lambda t: t["scales"][0].update(step=0.1), "scale:safety has another step"),
        (lambda t: t["scales"][0].update(items=["A1", "T1"]), "made of other items"),
        (lambda t: t.update(unit_id="d0"), "of another organisation"),
    ],
)
def test_a_figure_for_staff_that_is_no_cell_is_found(
    with_results: Path, change: Callable[[Told], None], said: str
) -> None:
    """P6, P11: one figure or field more, a finer one or one of another unit is a finding."""
    assert said in rewritten(with_results, change)


@pytest.mark.parametrize(("more", "said"), [(0, ""), (1, "hidden departments is not so")])
def test_earlier_words_for_hidden_departments_are_as_good(
    tmp_path: Path, more: int, said: str
) -> None:
    """A release that was pressed before the sentence had its words of today still passes."""
    releases = released(tmp_path, silent="d1")
    assert found(releases) == ""

    def reword(told: Told) -> None:
        hidden = 3 - len(told["units"])
        assert str(hidden) in told["hidden"]
        told["hidden"] = EARLIER.format(hidden=hidden + more, all=3)

    findings = rewritten(releases, reword)
    assert said in findings
    assert bool(findings) == bool(said)


def test_figures_about_one_leader_are_not_for_staff(with_results: Path) -> None:
    """An item about a leader may be released; in results.json it is a finding."""
    forge(with_results, WAVE, about=lambda m: structs.replace(m, lead=("A1",)))
    assert "results.json: org item:A1 is not the released one." in found(with_results)
