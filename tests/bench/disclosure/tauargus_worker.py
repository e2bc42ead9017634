"""Runs one suppression with pytauargus, in that package's environment and the current folder.

Started as a script by tauargus.py: reads a task as JSON from standard input, writes
`{"shown": [...], "seconds": ...}` as its last line. Imports nothing of this project.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

NO_COST_BUT_ONE = "-2"  # the package's code for "every cell costs the same"
HIDDEN = {"U", "M"}  # primary and secondary suppression


def main() -> None:
    """Read the task, suppress, say what is shown."""
    task = json.load(sys.stdin)
    names = [f"u{unit:06}" for unit in range(len(task["parents"]))]
    units = [name for name, n in zip(names, task["n"], strict=True) for _ in range(n)]
    started = time.perf_counter()
    rows = suppressed(task, names, {"unit": units, "person": [1] * len(units)})
    seconds = time.perf_counter() - started
    shown = {row["unit"]: row["status"] not in HIDDEN and row["freq"] > 0 for row in rows}
    pattern = [shown.get("Total", False), *(shown.get(name, False) for name in names[1:])]
    sys.stdout.write("\n" + json.dumps({"shown": pattern, "seconds": seconds}))


def suppressed(task: dict[str, Any], names: list[str], people: dict[str, Any]) -> Any:
    """Return the package's rows: one person a record, one hierarchical variable."""
    package = importlib.import_module("pytauargus")
    here = Path.cwd()
    (here / "units.hrc").write_text(hierarchy(task["parents"], names), encoding="utf-8")
    result = package.protect(
        people,
        ["unit"],
        "person",
        safety_rules=task["safety"],
        suppress=task["suppress"],
        cost_var=NO_COST_BUT_ONE,
        hrc={"unit": str(here / "units.hrc")},
        totcode="Total",
        workdir=str(here),
        run=not task["levels"],
    )
    if not task["levels"]:
        return result.tables[0].rows
    return with_levels(task, names, result.files)


def hierarchy(parents: list[int], names: list[str]) -> str:
    """Write the tree as the package reads it: a line a unit below the root, `@` for depth."""
    children: list[list[int]] = [[] for _ in names]
    for unit, parent in enumerate(parents[1:], 1):
        children[parent].append(unit)
    lines = []
    waiting = [(unit, 0) for unit in reversed(children[0])]
    while waiting:
        unit, depth = waiting.pop()
        lines.append("@" * depth + names[unit])
        waiting += [(child, depth + 1) for child in reversed(children[unit])]
    return "\n".join(lines) + "\n"


def with_levels(task: dict[str, Any], names: list[str], files: dict[str, str]) -> Any:
    """Run the prepared batch with protection levels by hand: no upper bound below k answers."""
    sums = list(task["n"])
    for unit in range(len(sums) - 1, 0, -1):
        sums[task["parents"][unit]] += sums[unit]
    k = task["k"]
    small = [(name, n) for name, n in zip(names, sums, strict=True) if 0 < n < k]
    # The first line may name one number only; the root's cost stays as it is.
    lines = ["Total;C;1", *(f"{name};PL;1;{k - n}" for name, n in small)]
    Path("levels.hst").write_text("\n".join(lines) + "\n", encoding="utf-8")
    batch = Path(files["arb"])
    order = f'<APRIORI> "{Path.cwd() / "levels.hst"}",1,";",0,0\n<SUPPRESS>'
    text = batch.read_text(encoding="utf-8").replace("<SUPPRESS>", order)
    batch.write_text(text, encoding="utf-8")
    importlib.import_module("pytauargus.engine").run_batch(str(batch))
    results = importlib.import_module("pytauargus.result")
    return results.TableResult(files["tab1"], ["unit"], "person").rows


if __name__ == "__main__":
    main()
