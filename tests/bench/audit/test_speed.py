"""The audit of a new wave keeps its pace, whatever the ledger holds."""

import pytest

from pulse.disclosure.groups import form_groups
from tests.bench.audit.__main__ import measure
from tests.bench.disclosure.organisations import generated
from tests.property.worlds import POLICY


@pytest.mark.slow
def test_a_thousand_units_are_audited_in_seconds() -> None:
    """Protecting 1,000 units takes under 2 s and auditing them, with waves before, under 10 s."""
    tree = form_groups(generated(1_300).units, 8, None, POLICY.k)
    one = measure(tree, 4)
    assert one.findings == ()
    assert one.protect < 2
    assert one.audit < 10


@pytest.mark.slow
def test_ten_thousand_units_are_audited_in_seconds() -> None:
    """Protecting 10,000 units takes under 2 s, auditing them under 10 s of two idle cores."""
    tree = form_groups(generated(10_800).units, 8, None, POLICY.k)
    one = measure(tree, 2)
    assert one.units > 10_000
    assert one.findings == ()
    assert one.protect < 2
    assert one.audit < 10
