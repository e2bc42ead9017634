"""Which tests judge a room, and in what order."""

from pathlib import Path
from typing import Final

TOP: Final = Path(__file__).parents[2]
_HOUSE: Final = "tests/unit/house/test_structs.py"
# Quickest first: the first failure ends a run.
JUDGES: Final = {
    "token": ("tests/unit/token", _HOUSE),
    "issuer": ("tests/unit/issuer", _HOUSE, "tests/conformance/test_issuer.py"),
    "ballotbox": ("tests/unit/ballotbox", _HOUSE, "tests/conformance/test_ballotbox.py"),
    "closing": (
        "tests/unit/closing", _HOUSE, "tests/fault/test_closing.py", "tests/fault/test_damage.py",
        "tests/fault/test_auditor_fails.py", "tests/fault/test_elsewhere.py",
    ),
    "disclosure": (
        "tests/unit/disclosure", _HOUSE, "tests/property", "tests/fault/test_auditor_fails.py",
    ),
}  # fmt: skip


def judges(room: str, changed: str = "") -> list[str]:
    """Return the test files of a room, those named after the `changed` file (its stem) first."""
    files = [
        file
        for judge in JUDGES[room]
        for file in (sorted((TOP / judge).glob("test_*.py")) or [TOP / judge])
    ]
    files.sort(key=lambda file: changed not in file.stem)
    return [str(file.relative_to(TOP)) for file in files]
