"""The questions of a survey: loaded from TOML, checked, and asked in rotation."""

from pulse.instrument.loading import load, read
from pulse.instrument.model import (
    Instrument,
    Item,
    Scale,
    rescaled,
    reversed_mean,
)

__all__ = ["Instrument", "Item", "Scale", "load", "read", "rescaled", "reversed_mean"]
