"""The questions of a survey: loaded from TOML, checked, and asked in rotation."""

from pulse.instrument.loading import load, read, record
from pulse.instrument.model import (
    Instrument,
    Item,
    Scale,
    rescaled,
    reversed_mean,
)
from pulse.instrument.wording import Record, digest, scoring

__all__ = [
    "Instrument",
    "Item",
    "Record",
    "Scale",
    "digest",
    "load",
    "read",
    "record",
    "rescaled",
    "reversed_mean",
    "scoring",
]
