"""The history of the policy: which rule since when, and what the settings will change."""

from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pulse.disclosure.policy import policy_for, stored
from pulse.disclosure.statement import policy_history, policy_statement
from pulse.release.manifest import Manifest, Tallies
from pulse.terms import Order


def manifest(week: int, k: int, prefer: Order = "departments") -> Manifest:
    """Describe a release of one week under a policy."""
    return Manifest(
        v=1, wave=f"2026-W{week:02d}", code_version="0", instrument="weekly",
        instrument_version="1", form=0, items=(), lead=(), reversed=(), scales={},
        policy=stored(policy_for(k, prefer)), program="optimal", tree_version="t",
        keys="", tokens="", tallies=Tallies(0, 0, 0, 0, 0), files={},
    )  # fmt: skip


def test_before_the_first_release_the_settings_speak() -> None:
    """Without any week the rule is that of the settings, for the first one."""
    told = policy_statement((), policy_for(10))
    assert told.now == "From the first week on: k = 10 (high protection)."
    assert (told.before, told.coming, told.least) == ((), (), 10)


def test_each_rule_is_told_with_its_first_week() -> None:
    """Equal policies in a row are one rule; the newest comes first."""
    eras = policy_history([manifest(week, 5 if week < 12 else 10) for week in range(2, 20)])
    assert [(era.since, era.policy.k) for era in eras] == [("2026-W12", 10), ("2026-W02", 5)]
    told = policy_statement(eras, policy_for(10))
    assert told.now == "Since week 12 of 2026: k = 10 (high protection)."
    assert told.before == ("Before, since week 2 of 2026: k = 5 (standard).",)
    assert (told.coming, told.least) == ((), 5)


def test_loosening_is_said_before_it_happens() -> None:
    """A lower k in the settings is for weeks that open later, and is called loosening."""
    told = policy_statement(policy_history([manifest(9, 10)]), policy_for(5))
    (sentence,) = told.coming
    assert sentence.startswith("Weeks that open from now on: k = 5 (standard). This loosens")
    assert "no week is shown again under another" in sentence
    assert told.least == 5


def test_tightening_holds_for_an_open_week_too() -> None:
    """A higher k in the settings is for the next release."""
    told = policy_statement(policy_history([manifest(9, 5)]), policy_for(15))
    (sentence,) = told.coming
    assert sentence.startswith("From the next release on: k = 15 (own). This tightens")


def test_the_order_is_told_only_where_it_was_ever_chosen() -> None:
    """Departments first is not mentioned where nothing else ever was."""
    (sentence,) = policy_statement(policy_history([manifest(9, 5)]), policy_for(5, "cells")).coming
    assert "as many units as possible come first" in sentence
    assert "equally safe" in sentence
    eras = policy_history([manifest(9, 5, "cells"), manifest(10, 5)])
    told = policy_statement(eras, policy_for(5))
    assert told.now == "Since week 10 of 2026: k = 5 (standard), and departments come first."
    assert "as many units as possible come first" in told.before[0]


def test_a_manifest_of_version_1_opens_no_rule_of_its_own() -> None:
    """The version alone is no other rule."""
    old = msgspec.structs.replace(
        manifest(8, 5),
        policy={k: v for k, v in stored(policy_for(5)).items() if k != "prefer"} | {"version": 1},
    )
    assert len(policy_history([old, manifest(9, 5)])) == 1


@given(st.lists(st.sampled_from([5, 10, 15]), min_size=1, max_size=30), st.randoms())
def test_the_history_is_that_of_the_weeks_in_any_order(ks: list[int], dice: object) -> None:
    """Read in any order, each week falls into the rule it was released under."""
    manifests = [manifest(week + 1, k) for week, k in enumerate(ks)]
    dice.shuffle(manifests)  # type: ignore[attr-defined] # Hypothesis's random.Random
    eras = policy_history(manifests)
    for week, k in enumerate(ks):
        wave = f"2026-W{week + 1:02d}"
        assert next(era.policy.k for era in eras if era.since <= wave) == k
    assert all(one.policy != two.policy for one, two in pairwise(eras))
