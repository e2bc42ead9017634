"""`state/summary.json`: what staff read of the four scales, worked out once a release.

No release holds it: intervals and lines are functions of all releases together and of the way
they are worked out, and a release is never changed. So it stands beside them, is made again
whenever it is of other releases or another version of Pulse, and the audit makes it anew too.
`python -m pulse.upkeep.telling HOME` makes it in a process of its own.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from pulse.release import ledger
from pulse.settings import Home
from pulse.statistics import summary
from pulse.store.files import PUBLIC, write_atomically

CLOSE: Final = 1e-6  # points; sums of fractions may differ in their last digits
OTHER: Final = "summary.json: what staff read is not what the releases say."


def stale(home: Home) -> bool:
    """Tell whether there are releases of which the file says nothing."""
    head = ledger.head(home.releases)
    return head != ledger.FIRST and summary.read(home.summary, head) is None


def tell(home: Home) -> None:
    """Write what staff read of the newest release, unless it is there.

    Raises:
        BadRelease: a release does not match the ledger.
        OSError: it cannot be written; the page then shows the week's statements alone.
    """
    if stale(home):
        write_atomically(home.summary, summary.encode(_made(home)), PUBLIC)


def tell_apart(home: Home) -> bool:
    """Do the same in another process, which takes its memory along; tell whether it is done."""
    if not stale(home):
        return True
    command = [sys.executable, "-m", "pulse.upkeep.telling", str(home.path)]
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - our own module
    return done.returncode == 0


def finding(home: Home) -> str:
    """Return what an audit says of the file: nothing if it is what the releases say, or none."""
    told = summary.read(home.summary, ledger.head(home.releases))
    if told is None:
        return ""  # it is shown to nobody: the page reads it as we do
    one, other = (msgspec.to_builtins(each) for each in (told, _made(home)))
    return "" if _alike(one, other) else OTHER


def _made(home: Home) -> summary.Summary:
    from pulse.statistics.history import read_history
    from pulse.statistics.scales import Scales
    from pulse.statistics.summarising import summarise

    head = ledger.head(home.releases)
    return summarise(Scales(read_history(home.releases)), head)


def _alike(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= CLOSE
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[name], other[name]) for name in one)
    return one == other


if __name__ == "__main__":
    tell(Home(Path(sys.argv[1])))
