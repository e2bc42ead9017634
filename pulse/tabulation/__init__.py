"""Opened ballots become numbers, in memory only (polars).

`counting` makes exact counts per unit and item, `joint` the sums that say how items go together.
"""

from pulse.tabulation.counting import count, count_columns, sigma2
from pulse.tabulation.joint import Joint, Pair, Sums, join

__all__ = ["Joint", "Pair", "Sums", "count", "count_columns", "join", "sigma2"]
