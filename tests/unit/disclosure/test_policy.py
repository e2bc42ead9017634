"""The policy: checked whenever one is made, never below its floors, readable from every version."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.disclosure.policy import (
    FLOORS,
    PRESETS,
    VERSION,
    Policy,
    loosens,
    policy_for,
    restore,
    stored,
)
from pulse.errors import BadRelease, InvalidValue

# What releases of version 1 hold, as they were pressed.
FIRST = {
    "version": 1, "k": 5, "leader_k": 10, "free_text_k": 10, "shares_from": 20,
    "diagnostics_from": 100, "diagnostics_groups": 10,
}  # fmt: skip


def policies() -> st.SearchStrategy[Policy]:
    """Draw policies that the settings can ask for."""
    ks = st.integers(1, 20).map(lambda fives: 5 * fives)
    return st.builds(policy_for, ks, st.sampled_from(["departments", "cells"]))


def test_presets_are_names_for_values() -> None:
    """Standard is k = 5, high protection is k = 10, anything else is one's own."""
    assert {name: policy_for(k).label for name, k in PRESETS.items()} == {
        "standard": "standard", "high protection": "high protection",
    }  # fmt: skip
    assert (policy_for(5).preset, policy_for(10).preset) == ("standard", "high protection")
    assert policy_for(15).label == "own: k = 15"
    assert policy_for(5, "cells").label == "standard"
    finer = msgspec.structs.replace(policy_for(5), shares_from=40)
    assert finer.label == "own: k = 5"


@pytest.mark.parametrize("name", FLOORS)
def test_every_floor_has_its_own_sentence(name: str) -> None:
    """No threshold goes below its floor, made in code or read from a manifest."""
    low = FLOORS[name].least - 5
    with pytest.raises(InvalidValue, match=FLOORS[name].why) as refused:
        msgspec.structs.replace(policy_for(5), **{name: low})
    assert refused.value.where == name
    with pytest.raises(BadRelease, match=f"below its floors: {name}: {FLOORS[name].why}"):
        restore({**stored(policy_for(5)), name: low})
    assert len({floor.why for floor in FLOORS.values()}) == len(FLOORS)


@pytest.mark.parametrize("name", [name for name in FLOORS if name != "diagnostics_groups"])
def test_thresholds_are_edges_of_bands(name: str) -> None:
    """A threshold between two bands would tell more than a band, and is refused."""
    between = FLOORS[name].least + 2
    with pytest.raises(InvalidValue, match="between two bands"):
        msgspec.structs.replace(policy_for(5), **{name: between})


@pytest.mark.parametrize("name", ["leader_k", "free_text_k"])
def test_what_names_somebody_never_needs_fewer_than_k(name: str) -> None:
    """With k = 15, ten people are too few for anything about a leader, or free text."""
    with pytest.raises(InvalidValue, match="lower than k"):
        msgspec.structs.replace(policy_for(15), **{name: 10})


@given(policies())
def test_a_policy_reads_back_as_itself(policy: Policy) -> None:
    """What a manifest stores is the whole policy."""
    assert restore(stored(policy)) == policy


def test_a_release_of_version_1_put_departments_first() -> None:
    """An older manifest has no order: there was one, and it is read so and kept as it is."""
    policy = restore(FIRST)
    assert (policy.version, policy.prefer) == (1, "departments")
    assert policy.thresholds == policy_for(5).thresholds
    assert stored(policy) == FIRST


BROKEN: list[dict[str, Any]] = [
    {**FIRST, "version": 0},
    {**FIRST, "version": VERSION + 1, "prefer": "departments"},
    {**FIRST, "version": VERSION},
    {**FIRST, "prefer": "cells"},
    {**FIRST, "version": VERSION, "prefer": "teams"},
    {**FIRST, "added": 1},
    {**FIRST, "k": "5"},
    {name: value for name, value in FIRST.items() if name != "leader_k"},
    {"k": 5},
    {},
]


@pytest.mark.parametrize("values", BROKEN)
def test_what_is_no_policy_is_refused(values: dict[str, Any]) -> None:
    """Another version, an unknown order, a field too many or too few: none of it is guessed."""
    with pytest.raises(BadRelease, match="no policy"):
        restore(values)


@given(policies(), policies())
def test_loosening_is_any_lower_threshold(before: Policy, after: Policy) -> None:
    """A lower k loosens, a higher one does not, and the order is no protection."""
    assert loosens(before, after) == (after.k < before.k)
    mixed = msgspec.structs.replace(before, shares_from=before.shares_from + 5)
    assert loosens(mixed, msgspec.structs.replace(before, k=before.k, leader_k=before.leader_k + 5))
