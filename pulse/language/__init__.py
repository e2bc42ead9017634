"""The languages of the interface: their sentences, and their dates and numbers."""

from pulse.language.catalogue import translations
from pulse.language.choosing import closest
from pulse.language.known import DEFAULT, LANGUAGES, Language
from pulse.language.moments import day, day_and_time, number

__all__ = [
    "DEFAULT",
    "LANGUAGES",
    "Language",
    "closest",
    "day",
    "day_and_time",
    "number",
    "translations",
]
