"""What a long run says: how far it is, and its verdict."""

import argparse
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

import msgspec

from tests.fault.crowd import Crowd

EVERY: Final = 2.0  # seconds between two lines of progress
ENDLESS: Final = float("inf")


class Given(msgspec.Struct, frozen=True):
    """The options of a long form; after so many minutes no other fault is begun."""

    times: int
    seed: int
    backend: str = "sqlite"
    minutes: float = ENDLESS


class Verdict:
    """Counts what was seen.

    Attributes:
        rounds: how often the fault was made.
        kept: acknowledged requests that were looked for afterwards.
        lost: those that were not found.
        wrong: sentences about anything else that must not be.
        folding: faults that fell among the steps of folding a log into its file.
        begun_anew: how often a log that was folded to its end was begun anew.
        statuses: answers by status; 0 counts cut connections.
    """

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.seed = name, seed
        self.rounds = self.kept = self.lost = self.folding = self.begun_anew = 0
        self.wrong: list[str] = []
        self.statuses: Counter[int] = Counter()
        self._begun = self._said = self._ended = time.monotonic()

    def round(self) -> None:
        """Count one fault; say so now and then."""
        self.rounds += 1
        self._ended = time.monotonic()
        if self._ended - self._said > EVERY:
            self._said = self._ended
            sys.stderr.write(f"{self.name}: {self.rounds}, {self.lost} lost of {self.kept}\n")

    def heard(self, crowd: Crowd) -> None:
        """Take over what a crowd was answered."""
        self.statuses += crowd.statuses
        self.wrong += crowd.wrong

    def fail(self, sentence: str) -> None:
        """Note what must not be."""
        self.wrong.append(sentence)

    def over(self, minutes: float) -> bool:
        """Tell whether so much time has passed since the first fault."""
        return time.monotonic() > self._begun + 60 * minutes

    @property
    def good(self) -> bool:
        """Whether nothing was lost and nothing else was wrong."""
        return not self.lost and not self.wrong

    def tell(self) -> None:
        """Print the verdict."""
        seconds = self._ended - self._begun
        answers = ", ".join(f"{n} times {s or 'cut'}" for s, n in sorted(self.statuses.items()))
        folds = f"{self.folding} while a log was folded, {self.begun_anew} begun anew; "
        folds = folds if self.begun_anew else ""
        sys.stdout.write(
            f"{self.name}: {self.rounds} faults, {self.kept} acknowledged looked for, "
            f"{self.lost} lost, {len(self.wrong)} wrong; {answers}; "
            f"{folds}seed {self.seed}; {seconds:.0f} s\n"
        )
        for sentence in sorted(set(self.wrong))[:5]:
            sys.stdout.write(f"  {sentence}\n")
        sys.stdout.flush()


def judged(verdicts: Iterable[tuple[str, Verdict]], twins: Collection[str]) -> int:
    """Print each verdict as it comes; 0 when servers are all well and their twins are not."""
    failed = 0
    for name, verdict in verdicts:
        verdict.tell()
        failed |= verdict.good == (name in twins)
    sys.stdout.write("FAILED\n" if failed else "as it must be\n")
    return failed


def judge_each(
    given: Given,
    names: Iterable[str],
    twins: Collection[str],
    run: Callable[[str, int], Verdict],
) -> int:
    """Run each by its name, as often as was given, a twin a fifth as often; judge them all."""
    times = {what: given.times // 5 + 1 if what in twins else given.times for what in names}
    return judged(((what, run(what, count)) for what, count in times.items()), twins)


def command(
    description: str | None,
    times: int,
    backends: Sequence[str] = ("sqlite",),
    *,
    timed: bool = False,
) -> Given:
    """Read the options of a long form; without a seed one is drawn and printed at the end."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=times)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--backend", choices=backends, default=backends[0])
    if timed:
        parser.add_argument("--minutes", type=float, default=ENDLESS)
    given = parser.parse_args()
    minutes = given.minutes if timed else ENDLESS
    return Given(given.times, given.seed, given.backend, minutes)
