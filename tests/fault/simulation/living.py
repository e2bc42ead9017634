"""Lives a seed from its first event to its last, and makes a failure small."""

import random
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pulse import wave
from pulse.errors import PulseError
from tests.fault.simulation.events import HAPPENINGS
from tests.fault.simulation.house import Parts
from tests.fault.simulation.model import Broken, demand
from tests.fault.simulation.schedule import Event, schedule, setting
from tests.fault.simulation.world import World
from tests.postgres import Cluster

# Many small files, each synced: in memory where that is possible, for nothing here tests a disk.
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - only a folder of our own inside it is used
Say = Callable[[str], None]


class Failure(Exception):
    """A seed in which something that must hold does not.

    Args:
        seed: the seed.
        event: after which event.
        said: what does not hold.
    """

    def __init__(self, seed: int, event: Event, said: str) -> None:
        super().__init__(f"seed {seed}, event {event.number} ({event.name}): {said}")
        self.seed, self.event, self.said = seed, event, said


def quiet(line: str) -> None:
    """Say nothing."""
    del line


def live(
    seed: int,
    parts: Parts = Parts(),  # noqa: B008 - a constant
    *,
    weeks: int | None = None,
    until: int | None = None,
    without: Collection[int] = (),
    say: Say = quiet,
    cluster: Cluster | None = None,
) -> Counter[str]:
    """Live a seed and return what was counted.

    Args:
        seed: what all chance comes from.
        parts: the code to run.
        weeks: how many; None leaves it to the seed.
        until: the number of the last event; None lives them all.
        without: numbers of events that are left out.
        say: told one line for each event.
        cluster: a PostgreSQL server to be on instead of SQLite files.

    Raises:
        Failure: something that must hold does not.
    """
    told = setting(seed, weeks)
    events = [event for event in schedule(seed, weeks) if event.number not in without]
    with TemporaryDirectory(
        prefix="pulse-weeks-", dir=MEMORY if MEMORY.is_dir() else None
    ) as folder:
        world = World(Path(folder), seed, told, parts, cluster)
        say(f"seed {seed}: {told.zone.key} from {told.monday}, closes {told.closes}, k {told.k}")
        try:
            for event in events:
                if until is not None and event.number > until:
                    break
                say(
                    f"{event.number:4} {event.at:%Y-%m-%d %H:%M} {event.name}: {_one(world, event)}"
                )
                world.tally["events"] += 1
            else:
                _over(world, events[-1])
        finally:
            world.house.leave()
    return world.tally


def _one(world: World, event: Event) -> str:
    world.house.clock.true = event.at
    dice = random.Random(f"{world.seed}/{event.number}")
    try:
        world.house.refresh()
        done = HAPPENINGS[event.name](world, dice)
        world.house.refresh()
        world.look(again=True)
    except (Broken, PulseError) as error:
        raise Failure(world.seed, event, f"{type(error).__name__}: {error}") from error
    return done


def _over(world: World, last: Event) -> None:
    hanging = [f"{row.wave} is {row.state}" for row in wave.unfinished(world.house.engine)]
    try:
        demand(not hanging, f"in the end {hanging}")
    except Broken as error:
        raise Failure(world.seed, last, str(error)) from error


def shrunk(
    failure: Failure,
    parts: Parts = Parts(),  # noqa: B008 - a constant
    weeks: int | None = None,
) -> list[int]:
    """Return the numbers of events without which a seed still fails, tried one by one."""
    without: list[int] = []
    for event in reversed(schedule(failure.seed, weeks)):
        if event.number >= failure.event.number:
            continue
        try:
            live(
                failure.seed, parts, weeks=weeks, until=failure.event.number,
                without=[*without, event.number],
            )  # fmt: skip
        except Failure:
            without.append(event.number)
    return sorted(without)
