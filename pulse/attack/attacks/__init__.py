"""One attack a file; its docstring is the paragraph that a works council reads."""

from types import ModuleType
from typing import Final

from pulse.attack.attacks import (
    absence_pattern,
    band_straddle,
    chained_filters,
    export_against_dashboard,
    full_or_empty,
    headcount_bounds,
    hidden_without_pool,
    insider,
    item_skips,
    leaver,
    linked_trees,
    live_ballot,
    parent_minus_children,
    parent_minus_siblings,
    reorganisation,
    repeated_query,
    rounding_inversion,
    scale_against_items,
    threshold_lowered,
    two_leaders,
    windows,
)

# In the order in which they are told: each needs a little more than the one before.
ATTACKS: Final[tuple[ModuleType, ...]] = (
    parent_minus_children,
    parent_minus_siblings,
    chained_filters,
    hidden_without_pool,
    item_skips,
    band_straddle,
    scale_against_items,
    linked_trees,
    headcount_bounds,
    windows,
    leaver,
    reorganisation,
    threshold_lowered,
    absence_pattern,
    rounding_inversion,
    full_or_empty,
    live_ballot,
    two_leaders,
    insider,
    repeated_query,
    export_against_dashboard,
)
