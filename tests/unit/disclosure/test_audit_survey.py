"""The audit holds a manifest against the survey, of today and of every day before."""

from typing import Any

import pytest
from msgspec import structs

from pulse.disclosure.audited_survey import Survey, findings, shipped
from pulse.disclosure.protect import protect
from pulse.instrument import Record
from pulse.release.manifest import Manifest, Tallies, describe
from tests.property.worlds import INSTRUMENT, POLICY, WAVE, described, tally
from tests.unit.disclosure.pressed import organisation

SURVEY = shipped()
ABOUT_A_LEADER = structs.replace(INSTRUMENT.items["A2"], leader=True)
LED = SURVEY._replace(
    now=structs.replace(INSTRUMENT, items={**INSTRUMENT.items, "A2": ABOUT_A_LEADER})
)


def manifest(**values: Any) -> Manifest:
    """Return a manifest of the weekly survey that says these things otherwise."""
    tree = organisation()
    release = protect(tree, tally(tree, []), POLICY, INSTRUMENT)
    about = described(WAVE, Tallies(tree.root.invited, 0, 0, 0, 0))
    return structs.replace(describe(release, about, tree.tree_version, {}), **values)


def test_what_was_asked_is_as_the_survey_says() -> None:
    """A manifest of ours has nothing that the survey has not."""
    assert list(findings(manifest(), SURVEY)) == []


def test_an_item_about_a_leader_cannot_pass_for_another() -> None:
    """Under k = 5 it would be shown of a leader with five people; so `lead` is the survey's."""
    other = dict(manifest().scales)
    assert "A2" in other["energy"]
    assert list(findings(manifest(), LED)) == [
        "item:A2 is not about what the survey says it is about."
    ]
    other["energy"] = tuple(item for item in other["energy"] if item != "A2")
    honest = manifest(lead=("A2",), scales=other)
    assert list(findings(honest, LED)) == []
    assert list(findings(honest, SURVEY)) == [
        "item:A2 is not about what the survey says it is about."
    ]


def test_an_item_that_left_the_survey_is_still_known() -> None:
    """The record keeps scale, direction and words of every item that was ever asked."""
    left = structs.replace(
        INSTRUMENT, items={name: each for name, each in INSTRUMENT.items.items() if name != "A1"}
    )
    later = SURVEY._replace(now=left)
    assert list(findings(manifest(), later)) == []
    assert later.asks("A1", INSTRUMENT.items["A1"].text)
    assert not later.asks("A1", "Something else.")
    assert next(findings(manifest(reversed=("A1",)), later)).startswith("item:A1 is turned")
    assert list(findings(manifest(), Survey(left, Record()))) == [
        "item:A1 was never in the survey."
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"instrument": "monthly"}, "a survey that is not known here"),
        ({"items": ("Z9",), "scales": {"safety": ("Z9",)}}, "item:Z9 was never in the survey"),
        ({"scales": {"work": ("A1",)}}, "item:A1 is of another scale than in the survey"),
    ],
)
def test_what_the_survey_does_not_say_is_found(values: dict[str, Any], said: str) -> None:
    """P6: an item made up, or counted to another scale, is a finding."""
    assert any(said in text for text in findings(manifest(**values), SURVEY))


def test_a_statement_of_a_pack_is_in_no_scale() -> None:
    """Asked beside the six it is as the survey says; counted to a scale, it is a finding."""
    items, scales = manifest().items, dict(manifest().scales)
    assert list(findings(manifest(items=(*items, "P1")), SURVEY)) == []
    scales["energy"] = (*scales["energy"], "P1")
    assert list(findings(manifest(items=(*items, "P1"), scales=scales), SURVEY)) == [
        "item:P1 is of another scale than in the survey."
    ]


def test_a_statement_of_the_survey_left_out_of_its_scale_is_found() -> None:
    """No line of a scale can leave out what would lower it."""
    scales = {name: items for name, items in manifest().scales.items() if name != "energy"}
    assert "item:A2 is of another scale than in the survey." in findings(
        manifest(scales=scales), SURVEY
    )
