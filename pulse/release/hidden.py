"""Why a unit is hidden, in the same words for every cause and every reader.

Nobody answered, too few did, or it is hidden so that another cannot be worked out: which of
them it was would itself say something about the answers, so nothing may depend on it.
"""

from typing import Final

from pulse.terms import N_

REASON: Final = N_("too few answers here or nearby to show safely")
SENTENCE: Final = N_("Too few answers here or nearby to show safely.")
_NEXT: Final = "with more answers next week it may be shown."
ADVICE: Final = f"Look at the unit above it; {_NEXT}"
# Of those who do not see the unit above: its page would be a 404 for them.
OUTSIDE: Final = f"Look at the departments on the results page that everybody has; {_NEXT}"
WHOLE_WEEK: Final = N_(
    "This week there were too few answers here or nearby to show safely. "
    "What was answered was destroyed."
)
SOME: Final = N_(
    "This week's answers of {hidden} of {all} departments are not shown: "
    "too few answers here or nearby to show safely."
)
# What releases say that were pressed before this sentence kept to the week's answers.
EARLIER: Final = N_(
    "{hidden} of {all} departments are not shown this week: "
    "too few answers here or nearby to show safely."
)
ALL_SHOWN: Final = N_(
    "Smaller teams are shown to nobody where somebody's answer could be worked out from the "
    "figures."
)
EVERYWHERE: Final = (
    "What is hidden stays hidden for everybody, in every page and export. It says nothing about "
    "what was answered."
)


def for_staff(hidden: int, departments: int, *, shown: bool) -> str:
    """Return what staff are told: of so many `departments` so many hidden, and whether any is."""
    return _worded(SOME, hidden, departments, shown=shown)


def told_staff(hidden: int, departments: int, *, shown: bool) -> frozenset[str]:
    """Return what a release may say for that: these words, and those that came before them."""
    return frozenset(_worded(some, hidden, departments, shown=shown) for some in (SOME, EARLIER))


def _worded(some: str, hidden: int, departments: int, *, shown: bool) -> str:
    if not shown:
        return WHOLE_WEEK
    return some.format(hidden=hidden, all=departments) if hidden else ALL_SHOWN
