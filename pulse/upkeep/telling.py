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

from pulse.errors import PulseError
from pulse.release import ledger
from pulse.settings import Home
from pulse.statistics import summary
from pulse.store.files import PUBLIC, write_atomically
from pulse.upkeep.finding import Check

CLOSE: Final = 1e-6  # points; sums of fractions may differ in their last digits
OTHER: Final = "summary.json: what staff read is not what the releases say."
NONE: Final = "Staff see no figures of the four scales: {why}."


def wanting(home: Home) -> str:
    """Return why staff see no figures of the releases; empty if they do, or there is no release."""
    head = ledger.head(home.releases)
    if head == ledger.FIRST:
        return ""
    found = summary.look(home.summary, head)
    return found if isinstance(found, str) else ""


def stale(home: Home) -> bool:
    """Tell whether there are releases of which the file says nothing."""
    return bool(wanting(home))


def look(home: Home) -> Check:
    """Return what the doctor says: whether staff see figures, and who has to run what if not."""
    if not (why := wanting(home)):
        return Check("results", "ok", "What staff read is of the newest release, if there is one.")
    told = (
        f"{NONE.format(why=why)} Run `pulse upgrade` as the user that the folder belongs to "
        f"({_owner(home)}), or as root."
    )
    return Check("results", "warn", told, str(home.summary))


def tell(home: Home) -> None:
    """Write what staff read of the newest release, unless it is there.

    Raises:
        BadRelease: a release does not match the ledger.
        OSError: it cannot be written; the page then shows the week's statements alone.
    """
    if stale(home):
        write_atomically(home.summary, summary.encode(_made(home)), PUBLIC)


def tell_apart(home: Home) -> str:
    """Do the same in another process, which takes its memory along; return why it is not done."""
    if not stale(home):
        return ""
    command = [sys.executable, "-m", "pulse.upkeep.telling", str(home.path)]
    done = subprocess.run(  # noqa: S603 - our own module
        command, check=False, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode == 0:
        return ""
    said = done.stderr.strip().splitlines()
    return said[-1].rstrip(".") if said else f"the process ended with {done.returncode}"


def finding(home: Home) -> str:
    """Return what an audit says of the file: nothing if it is what the releases say, or none."""
    told = summary.read(home.summary, ledger.head(home.releases))
    if told is None:
        return ""  # it is shown to nobody: the page reads it as we do
    one, other = (msgspec.to_builtins(each) for each in (told, _made(home)))
    return "" if _alike(one, other) else OTHER


def _owner(home: Home) -> str:
    try:
        return home.state.owner()
    except KeyError:  # a number without a name
        return f"user {home.state.stat().st_uid}"


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
    try:
        tell(Home(Path(sys.argv[1])))
    except (PulseError, OSError) as error:
        sys.exit(str(error))
