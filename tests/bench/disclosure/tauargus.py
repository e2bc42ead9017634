"""The cell suppression of statistical offices, as the package pytauargus offers it.

A table of one hierarchical variable is made from one record a person, minimum frequency k,
every cell worth the same. Optimal suppression (OPT) runs three times: with a safety range of
10 %, with the widest range that the package takes (100 %), and with the protection levels of
each small cell set by hand so that no upper bound stays below k. A range protects the single
cell; only the last one protects small cells that are hidden together. The rule for zeros changes
nothing here. Modular suppression (MOD) stops on a single hierarchical variable in 0.6.0, with
and without its options; hypercube and network methods are refused by the package; rounding and
cell keys change figures instead of hiding them. Sources: the package's own description, and the
tau-ARGUS user manual 4.1 (safety rules, a priori file, secondary suppression).
"""

import json
import subprocess
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from pulse.disclosure.program import Problem
from tests.bench.disclosure.measure import CannotRun, Contender

REQUIREMENT: Final = "pytauargus==0.6.0"
WORKER: Final = Path(__file__).with_name("tauargus_worker.py")
LIMIT: Final = 120  # seconds for one organisation
MINUTES: Final = 1  # that the package may search before it takes the best found


class Method(NamedTuple):
    """One way to use the package: `suppress` in its own terms, the safety range in per cent."""

    suppress: str
    safety_range: int
    levels: bool = False


METHODS: Final = {
    "pytauargus, optimal, range 10 %": Method(f"OPT(1,{MINUTES})", 10),
    "pytauargus, optimal, range 100 %": Method(f"OPT(1,{MINUTES})", 100),
    "pytauargus, optimal, levels set to k by hand": Method(f"OPT(1,{MINUTES})", 10, levels=True),
    "pytauargus, modular": Method(f"MOD(1,{MINUTES},1,1,1)", 10),
}


@contextmanager
def contenders(python: str | None) -> Iterator[dict[str, Contender]]:
    """Yield one contender a method, in the given Python or in a throw-away environment.

    Where the package cannot be installed each contender says so.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            command = python or _installed(Path(folder))
        except CannotRun as error:
            yield dict.fromkeys(METHODS, _unavailable(str(error)))
        else:
            yield {name: partial(suppressed, command, method) for name, method in METHODS.items()}


def _installed(folder: Path) -> str:
    venv.create(folder, with_pip=True)
    command = str(folder / "bin" / "python")
    arguments = [command, "-m", "pip", "install", "-q", "--disable-pip-version-check", REQUIREMENT]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"{REQUIREMENT} could not be installed")
    return command


def _unavailable(why: str) -> Contender:
    def run(_problem: Problem) -> tuple[list[bool], float]:
        raise CannotRun(why)

    return run


def suppressed(python: str, method: Method, problem: Problem) -> tuple[list[bool], float]:
    """Return which units the package leaves and its seconds, without the start of its process.

    Raises:
        CannotRun: it stopped, took too long or is not there.
    """
    task = {
        "parents": list(problem.parents),
        "n": list(problem.n),
        "k": problem.k,
        "safety": f"FREQ({problem.k},{method.safety_range})",
        "suppress": method.suppress,
        "levels": method.levels,
    }
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [python, str(WORKER)],
                input=json.dumps(task),
                cwd=folder,
                timeout=LIMIT,
                capture_output=True,
                text=True,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CannotRun(f"not done after {LIMIT} s") from error
        except OSError as error:
            raise CannotRun(f"there is no Python at {python}") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise CannotRun(last.rpartition("Error: ")[2])
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["shown"], answer["seconds"]
