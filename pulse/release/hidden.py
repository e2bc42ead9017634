"""Why a unit is hidden, in the same words for every cause and every reader.

Nobody answered, too few did, or it is hidden so that another cannot be worked out: which of
them it was would itself say something about the answers, so nothing may depend on it.
"""

from typing import Final

REASON: Final = "too few answers here or nearby to show safely"
SENTENCE: Final = "Too few answers here or nearby to show safely."
ADVICE: Final = "Look at the unit above it; with more answers next week it may be shown."
EVERYWHERE: Final = (
    "What is hidden stays hidden for everybody, in every page and export. It says nothing about "
    "what was answered."
)
