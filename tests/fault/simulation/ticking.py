"""The ticker: it decides from the clock what is due and calls the public functions for it.

It is called too often, twice at a time, and it dies at any step; that is the point of it.
"""

import datetime as dt
import random
from collections.abc import Callable
from typing import Final

from pulse import wave
from pulse.closing import Closed, nowhere
from pulse.closing.plan import Places
from pulse.errors import Held, WrongState
from tests.fault.simulation import checks
from tests.fault.simulation.house import Died
from tests.fault.simulation.model import Life, demand
from tests.fault.simulation.voter import Voter
from tests.fault.simulation.world import World

GRACE: Final = dt.timedelta(minutes=15)
SHORTEST: Final = dt.timedelta(hours=1)  # a closing time nearer than that is next week's
FATES: Final = (
    "plainly", "plainly", "dies", "dies", "killed", "killed", "killed", "twice", "beside", "votes",
    "votes", "backup",
)  # fmt: skip
NOT_OPENED_AFTER: Final = 3  # Thursday
PLACES, STEPS = 34, 10  # a close and an opening pass so many at most, and may die at each
NO_PATTERN: Final = "leave every hidden group open"


def tick(world: World, dice: random.Random, *, quiet: bool = False) -> str:
    """Do what is due; say what was done."""
    fate = "plainly" if quiet else dice.choice(FATES)
    done = _due(world, dice, fate)
    if fate == "twice":
        world.look(again=True)
        done += " and again " + _due(world, dice, "plainly")
    return f"{fate}: {done}"


def _due(world: World, dice: random.Random, fate: str) -> str:
    house, now = world.house, world.house.clock.now()
    under_way = wave.unfinished(house.engine)
    demand(len(under_way) < 2, f"two waves at once: {[row.wave for row in under_way]}")
    if not under_way:
        local = now.astimezone(house.settings.zone)
        return _open(world, dice, fate) if local.weekday() <= NOT_OPENED_AFTER else "nothing due"
    row = under_way[0]
    if row.state == "planned":
        if row.wave == _week(world):
            return _open(world, dice, fate)
        house.cancel(row.wave)
        return f"{row.wave} given up before it opened"
    if row.state == "open" and now < row.closes:
        return "nothing due"
    if row.state == "open" and now < row.closes + GRACE:
        house.shut(row.wave)
        world.present().issuing = False
        return "issuer shut"
    return close(world, dice, fate)


def close(
    world: World,
    dice: random.Random,
    fate: str = "plainly",
    *,
    abandon: bool = False,
    accept: bool = False,
) -> str:
    """Close the present wave or go on with its close; check that it ends as it must."""
    life, now = world.present(), world.house.clock.now()
    life.given_up |= abandon or life.overdue(now)
    accept_counts = accept and life.countable
    passage = Passage(world, dice, fate)
    try:
        report = world.house.close(life.wave, passage, abandon=abandon, accept=accept)
        end = report.state
    except Held as held:
        end, report = "held", Closed(life.wave, "held")
        world.tally["held"] += 1
        if NO_PATTERN in held.message:
            world.tally["held by disclosure control"] += 1
            life.stuck = True
        life.held_since = life.held_since or now
    except Died:
        world.house.recover()
        world.tally["crashes while closing"] += 1
        return f"close dies at {passage.place}"
    demand(passage.passed <= PLACES, f"a close passes {passage.passed} places, not {PLACES}")
    may = life.may_end(accepted=accept_counts)
    life.accepted |= accept_counts and end == "held"
    demand(end in may, f"{life.wave} is {end} where {sorted(may)} is right: {_reason(world, life)}")
    if end != "held":
        _same_again(world, life, report)
    return f"{life.wave} {end}, {report.ballots} ballots, {report.spoiled} spoiled"


def _same_again(world: World, life: Life, report: Closed) -> None:
    again = world.house.close(life.wave, nowhere, abandon=False, accept=False)
    same = (again.state, again.release, again.ballots) == (
        report.state, report.release, report.ballots,
    )  # fmt: skip
    demand(same, f"a second close of {life.wave} reports something else")


def _reason(world: World, life: Life) -> str:
    row = world.house.row(life.wave)
    return row.reason if row else ""


class Passage:
    """Told each step of an opening or a close: it watches, and lets things happen there.

    Args:
        world: what lives.
        dice: where chance comes from.
        fate: what happens at one of the steps.
    """

    def __init__(self, world: World, dice: random.Random, fate: str, steps: int = PLACES) -> None:
        self.world, self.dice, self.fate = world, dice, fate
        self.at, self.passed, self.place = dice.randint(1, steps), 0, ""

    def __call__(self, place: str) -> None:
        """Pass a step."""
        self.place, self.passed = place, self.passed + 1
        self.world.watch.look(again=False)
        if self.world.life is not None:
            self._learn(self.world.life, place)
        if self.passed == self.at:
            self._happen()

    def _learn(self, life: Life, place: str) -> None:
        """Take down what a step that is done settles."""
        house = self.world.house
        if place == "issuer shut":
            life.issuing = False
        if place == "box shut":
            life.casting = False
        if place == "before export":
            life.exported = max(life.k, house.settings.k)
        if place == "after peel":
            life.peeled = True
        if place == "before publish":
            life.countable = True
            life.shown_k = max(life.exported or life.k, house.settings.k)
            if not life.unopened:
                checks.counted(life, Places(house.home, life.wave), self.world.inner)
        if place == "pressed":
            life.pressed = True

    def _happen(self) -> None:
        if self.fate in {"dies", "killed"}:
            raise self.world.house.crash(killed=self.fate == "killed")
        if self.fate == "beside":
            self._another()
        if self.fate == "backup":
            self.world.backed_up(self.world.house.back_up(nowhere))
        if self.fate == "votes":
            vote(self.world, self.dice, 3)

    def _another(self) -> None:
        """Start the same once more, as a second machine would."""
        house, life = self.world.house, self.world.life
        attempts: list[Callable[[], object]] = [lambda: house.open(nowhere)]
        if life is not None:
            named = life.wave
            attempts.append(lambda: house.cancel(named))
            attempts.append(lambda: house.close(named, nowhere, abandon=False, accept=False))
        for attempt in attempts:
            try:
                attempt()
            except WrongState:
                self.world.tally["second runs refused"] += 1
            else:
                row = None if life is None else house.row(life.wave)
                over = row is not None and row.state in {"released", "lost"}
                demand(over, f"a second run beside {self.place} was not refused")


def _open(world: World, dice: random.Random, fate: str) -> str:
    house, week = world.house, _week(world)
    may = _may_open(world, week)
    passage = Passage(world, dice, fate, steps=STEPS)
    try:
        opened = house.open(passage)
    except WrongState:
        demand(not may, f"{week} was refused")
        return f"{week} refused"
    except Died:
        house.recover()
        world.tally["crashes while opening"] += 1
        return f"open {week} dies at {passage.place}"
    demand(passage.passed <= STEPS, f"an opening passes {passage.passed} places, not {STEPS}")
    demand(may, f"{week} opened")
    demand(opened.wave == week, f"{opened.wave} opened, the week is {week}")
    _closing_time(world, dt.datetime.fromisoformat(opened.closes))
    return f"{week} open, {opened.invited} invited in {opened.groups} groups"


def _closing_time(world: World, closes: dt.datetime) -> None:
    """Check the closing time against the wall: the first minute that shows the day and time set.

    Where the wall skips that minute, or that whole day, it is as long after midnight as otherwise.
    """
    zone, now = world.told.zone, world.house.clock.now()
    first = now.replace(second=0, microsecond=0) + SHORTEST
    minutes = (first + dt.timedelta(minutes=late) for late in range(7 * 24 * 60 + 1))
    shown = (m for m in minutes if f"{m.astimezone(zone):%A %H:%M}" == world.told.closes)
    if closes == next(shown, None):
        return
    before, after = ((closes + dt.timedelta(days=d)).astimezone(zone) for d in (-2, 0))
    skipped = (after.utcoffset() or dt.timedelta()) - (before.utcoffset() or dt.timedelta())
    meant = f"{after - skipped:%A %H:%M}"
    there = after.replace(tzinfo=None) - skipped
    really = there.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None)
    demand(
        meant == world.told.closes and really != there and now + SHORTEST <= closes,
        f"closes {after:%A %H:%M}, {world.told.closes} is set",
    )


def _week(world: World) -> str:
    year, week, _ = world.house.clock.now().astimezone(world.told.zone).isocalendar()
    return f"{year:04}-W{week:02}"


def _may_open(world: World, week: str) -> bool:
    """Tell whether a week may open: nothing else under way, not used, none after it asked."""
    states = world.watch.states
    used = {named for named, state in states.items() if state not in {"planned", "cancelled"}}
    return world.life is None and not any(named >= week for named in used)


def vote(world: World, dice: random.Random, people: int) -> str:
    """Let some people answer; each keeps a sealed ballot for later once in ten times."""
    life = world.life
    if life is None:
        return "nobody can"
    voted = {cast.person for cast in life.casts}
    waiting = [v for p, v in world.voters.items() if p not in voted and v not in world.kept]
    done = 0
    for voter in dice.sample(waiting, min(people, len(waiting))):
        if not voter.issue(dice):
            continue
        if not voter.body:
            voter.seal(*_manner(world, life, voter, dice))
        if dice.random() < 0.1:
            world.kept.append(voter)
            continue
        done += voter.cast(dice) == 200
    return f"{done} of {people} acknowledged, {len(life.casts)} in all"


def _manner(world: World, life: Life, voter: Voter, dice: random.Random) -> tuple[str, bytes]:
    if dice.random() >= life.spoil_rate:
        return "plainly", b""
    how = dice.choice(("wrong outer", "wrong inner", "wrong contents", "copied"))
    lenders = [c.person for c in life.casts if c.g == voter.g and c.answers is not None]
    if how == "copied" and lenders:
        return "plainly", world.voters[dice.choice(lenders)].inner
    return "wrong outer" if how == "copied" else how, b""
