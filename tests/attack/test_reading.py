"""Reading rounded figures backwards."""

from itertools import product

from pulse.attack.reading import mean_span, shares_spans, sums_of, whole
from pulse.disclosure import rounding


def test_a_printed_mean_is_read_as_exactly_the_sums_that_print_it() -> None:
    """Every sum that rounds and codes to a printed mean is read back, and no other sum."""
    for per_point, n in product((1, 2, 4, 10), (5, 8, 20, 41)):
        printed: dict[rounding.Mean, set[int]] = {}
        for total in range(n, 5 * n + 1):
            steps = rounding.nearest(total * per_point, n)
            printed.setdefault(rounding.coded(steps, per_point), set()).add(total)
        for mean, totals in printed.items():
            span = mean_span(mean.value, mean.bound, 1 / per_point)
            assert set(sums_of(n, None, span)) == totals
            turned = mean.reversed()
            span = mean_span(turned.value, turned.bound, 1 / per_point, reverse=True)
            assert set(sums_of(n, None, span)) == totals


def test_a_printed_share_is_read_as_exactly_the_counts_that_print_it() -> None:
    """Every count that rounds and codes to a printed share is read back, and no other count."""
    for b, n in ((20, 20), (20, 23), (40, 40), (100, 104)):
        printed: dict[float, set[int]] = {}
        for count in range(n + 1):
            printed.setdefault(rounding.share(count, n, b), set()).add(count)
        for share, counts in printed.items():
            good, _, bad = shares_spans(share, 50, 50, b, reverse=True)
            assert set(whole(bad.low * n, bad.high * n)) == counts
            assert good == shares_spans(50, 50, 50, b)[0]


def test_whole_numbers_forgive_what_floating_point_loses() -> None:
    """A product that floating point puts just above a whole number still counts as it."""
    assert 1.1 * 50 > 55
    assert list(whole(1.1 * 50, 1.1 * 50)) == [55]
