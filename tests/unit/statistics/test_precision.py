"""What a band and a step leave open is counted, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.statistics.precision import band_sizes, harmonic_size, midpoint, rounding_variance


@given(st.integers(7, 400), st.data())
def test_band_holds_exactly_the_sizes_that_are_published_so(
    invited: int, data: st.DataObject
) -> None:
    """Every n that is banded to b lies in the band of b, and no other does."""
    n = data.draw(st.integers(5, invited))
    b = 5 * (min(n, invited - 2) // 5)
    same = [m for m in range(1, invited + 1) if 5 * (min(m, invited - 2) // 5) == b]
    assert list(band_sizes(b, invited)) == same


def test_harmonic_size_lies_between_the_ends_of_its_band() -> None:
    """Five to nine people count as 6.7, the harmonic mean, not as the comfortable nine."""
    assert harmonic_size(5, 40) == pytest.approx(5 / (1 / 5 + 1 / 6 + 1 / 7 + 1 / 8 + 1 / 9))


def test_coded_means_are_wider_than_exact_ones() -> None:
    """A coded mean stands at the middle of its interval with that interval's variance."""
    assert midpoint(4.5, 0.5, "at_least") == pytest.approx(4.625)
    assert midpoint(1.5, 0.5, "at_most") == pytest.approx(1.375)
    assert rounding_variance(0.5, coded=True) == pytest.approx(0.75**2 / 12)
    assert rounding_variance(0.5, coded=False) == pytest.approx(0.25 / 12)
