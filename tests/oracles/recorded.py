"""Oracles as committed: what R or statsmodels said, with package, version and call."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent


def oracle(name: str) -> Any:
    """Return one committed oracle: its data, its calls, and what they gave."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def differences(ours: Any, theirs: Any, tolerance: float, where: str = "") -> Iterator[str]:
    """Yield where two JSON values differ, numbers by more than a relative `tolerance`."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            yield from differences(
                ours.get(key), theirs.get(key), tolerance, f"{where}.{key}".lstrip(".")
            )
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for at, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, tolerance, f"{where}[{at}]")
    elif isinstance(ours, int | float) and isinstance(theirs, int | float):
        if not math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance):
            yield f"{where}: {ours} is not {theirs}"
    elif ours != theirs:
        yield f"{where}: {ours!r} is not {theirs!r}"
