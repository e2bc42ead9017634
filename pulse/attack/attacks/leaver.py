"""One person leaves, and last week's figure is compared with this week's.

Last week 8 people gave 31 points, this week the 7 who stayed gave 27: if they answered as before,
the one who left had given 4. An exact mean makes this a subtraction. Here a mean is rounded to
half points (in a small team whose people just changed to whole ones), and n to "at least 5": the
same two weeks read "4" and "4 or more", which fits most answers. The attack makes it as easy as
it can be: it knows exactly how many answered, that everybody else took part both times, how
people answer in general, and in one case that nobody else changed a single answer. It is tried on
simulated teams of 6, 8, 12, 20 and 30, with one item and two weeks (there the best possible
guess is worked out exactly), and with six items, shares and eight weeks (there it is learnt from
some teams and tried on others). `guess` is the share of right guesses in the worst case, `blind`
that of always saying what most people say. What remains is the price of showing anything: a
guess that is somewhat better than blind; and where not one of the others changes an answer,
which no attacker can know, up to 5 in 100 pairs of released weeks fit only one answer. `groups`
are the cases (a size, someone leaving or joining) in which figures give the answer away always.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from pulse.attack import answering, departure, watching
from pulse.attack.publication import Publication, Recovered

NAME: Final = "leaver"
SIZES: Final = (6, 8, 12, 20, 30)
UNCHANGED: Final = (1.0, 0.7)
_TEAMS: Final = 2500
_ALWAYS: Final = 1 - 1e-9


def case_name(n: int, unchanged: float, *, leaves: bool) -> str:
    """Say in words who is guessed at."""
    who = "leaver" if leaves else "joiner"
    return f"{who}, n = {n}, {100 * unchanged:.0f} % unchanged"


class Case(NamedTuple):
    """How one person's answer is guessed from the figures of a team with `n` people.

    `two_weeks` is exact, for one item; `certain` the share of persons whose answer then follows
    without a doubt. `watched` is simulated, with all that can be seen.
    """

    n: int
    unchanged: float
    leaves: bool
    two_weeks: float
    certain: float
    watched: watching.Watched

    @property
    def name(self) -> str:
        """What the case is, in words."""
        return case_name(self.n, self.unchanged, leaves=self.leaves)

    @property
    def best(self) -> float:
        """Share of right guesses with whatever serves best."""
        return max(self.two_weeks, *self.watched[:3])


def attack(publication: Publication) -> Recovered:
    """Guess the answers of simulated leavers and joiners from figures of this kind."""
    items = [f for f in publication.figures if f.measure.startswith("item:")]
    if not items:
        return Recovered()
    exact = any(figure.total is not None and figure.total.exact for figure in items)
    found = _found(exact=exact)
    always = sum(case.certain >= _ALWAYS for case in found)
    details = [(case.name, case.best) for case in found]
    details += [(f"{case.name}, certain", case.certain) for case in found]
    return Recovered(
        groups=always,
        people=always,
        guess=max(case.best for case in found),
        blind=max(answering.chances()),
        details=tuple(details),
    )


def worst(found: Recovered, n: int, unchanged: float) -> float:
    """Return the share of right guesses in teams of `n`, of leavers or joiners, whichever is more.

    Args:
        found: what this attack found.
        n: one of SIZES.
        unchanged: one of UNCHANGED.
    """
    right = dict(found.details)
    return max(right[case_name(n, unchanged, leaves=leaves)] for leaves in (True, False))


@cache
def _found(*, exact: bool) -> tuple[Case, ...]:
    """Return the cases; they hang on how figures are printed and on nothing else."""
    return tuple(cases(_TEAMS, 1, exact=exact))


def cases(teams: int, seeds: int, *, exact: bool) -> Iterator[Case]:
    """Yield every case, simulated with `teams` to learn from for each of `seeds` seeds.

    About 0.1 ms for each team on one core.
    """
    for unchanged in UNCHANGED:
        for leaves in (True, False):
            for n in SIZES:
                pair = departure.leaver(n) if leaves else departure.joiner(n)
                sure = departure.two_weeks(*(departure.naive(n) if exact else pair), unchanged)
                setting = watching.Setting(n, unchanged, leaves, exact)
                seen = [watching.watch(setting, teams, seed) for seed in range(seeds)]
                yield Case(n, unchanged, leaves, sure.right, sure.certain, _mean(seen))


def _mean(seen: list[watching.Watched]) -> watching.Watched:
    two, six, eight, errors = zip(*seen, strict=True)
    number = len(seen)
    error = sum(each * each for each in errors) ** 0.5 / number
    return watching.Watched(sum(two) / number, sum(six) / number, sum(eight) / number, error)


def table(teams: int = 40_000, seeds: int = 4) -> str:
    """Return the table of README.md: minutes of simulation.

    "two weeks" and "certain" are exact, for one item; "all" is the better of that and of what
    six items, shares and eight weeks teach, with its standard error ("s.e.").
    """
    rows = [
        "| who, n, others | blind | two weeks | certain | all | naive: two weeks | all | s.e. |",
        "|---|---|---|---|---|---|---|---|",
    ]
    blind = max(answering.chances())
    both = zip(cases(teams, seeds, exact=False), cases(teams, seeds, exact=True), strict=True)
    for ours, naive in both:
        rows.append(
            f"| {ours.name} | {blind:.2f} | {ours.two_weeks:.3f} | {ours.certain:.4f} "
            f"| {ours.best:.3f} | {naive.two_weeks:.3f} | {naive.best:.3f} "
            f"| {max(ours.watched.error, naive.watched.error):.4f} |"
        )
    return "\n".join(rows)
