"""The events of a schedule by name: what each does to the world."""

import datetime as dt
import random
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import structs

from pulse import invitation, wave
from pulse.closing.plan import Places
from pulse.errors import WrongState
from pulse.invitation.links import kwave_path
from pulse.invitation.mails import Kind
from tests.fault.simulation.house import Died
from tests.fault.simulation.model import Life, demand
from tests.fault.simulation.ticking import Passage, close, tick, vote
from tests.fault.simulation.world import World

Happening = Callable[[World, random.Random], str]
# By how much a clock jumps, in hours; 0 sets it right.
JUMPS: Final = (0, 0, 0, 1, -1, 2.5, -2.5, 24, -24, 72, -72, 24 * 15, -24 * 15)
MOST_K: Final = 15


def _roster(world: World, dice: random.Random) -> str:
    changed = world.town.change(dice)
    world.enrol()
    return changed


def _invite(world: World, dice: random.Random, kind: Kind = "invitation") -> str:
    if dice.random() < 0.3:
        world.house.die_at_commit(1, killed=dice.random() < 0.5)
    house = world.house
    try:
        sent = invitation.send(house.home, house.settings, house.clock, house.engine, kind=kind)
    except Died:
        house.recover()
        return f"{kind} died; {_invite(world, random.Random(0), kind)}"
    except WrongState as error:
        life = world.life
        row = None if life is None else house.row(life.wave)
        late = row is None or row.closes <= house.clock.now() or row.state != "open"
        demand(late or (life and "kwave" in life.lost), f"no mail: {error}")
        return "nothing sent"
    finally:
        house.die_at_commit(0, killed=False)
    return f"{sent.written} mails"


def _remind(world: World, dice: random.Random) -> str:
    return _invite(world, dice, "reminder")


def _answer(world: World, dice: random.Random) -> str:
    turnout = 0 if world.life is None else world.life.turnout
    return vote(world, dice, dice.randint(0, turnout))


def _late(world: World, dice: random.Random) -> str:
    """Send what was kept, whatever has happened to its wave since, and repeat what was sent."""
    kept, world.kept = world.kept, []
    said = [str(voter.cast(dice)) for voter in kept]
    for voter in kept:
        if world.life is not None and voter.life is not world.life:
            moved = {**voter.body, "wave": world.life.wave}
            status, _ = world.house.post("/ballot", moved)
            demand(status != 200, "a ballot of another wave was taken")
    life = world.life
    if life is not None and life.casts:
        world.voters[dice.choice(life.casts).person].repeat(other=dice.random() < 0.5)
    return " ".join(said) or "nothing kept"


def _jump(world: World, dice: random.Random) -> str:
    world.house.clock.off = dt.timedelta(hours=dice.choice(JUMPS))
    return f"the clock is off by {world.house.clock.off}"


def _restart(world: World, dice: random.Random) -> str:
    del dice
    world.house.stop()
    world.house.serve()
    return "the server starts again"


def _lose_key(world: World, dice: random.Random) -> str:
    life = world.life
    if life is None:
        return "no key"
    home, places = world.house.home, Places(world.house.home, life.wave)
    name = dice.choice(("inner", "outer", "signing", "kwave"))
    if name == "outer" and world.told.council:
        return "the council keeps its keys"
    file = {
        "inner": places.inner_key,
        "outer": places.outer_key,
        "signing": places.signing_keys,
        "kwave": kwave_path(home, life.wave),
    }[name]
    file.unlink(missing_ok=True)
    life.lost.add(name)
    return f"the {name} key is lost"


def _cancel(world: World, dice: random.Random) -> str:
    house = world.house
    under_way = wave.unfinished(house.engine)
    if not under_way:
        return "no wave"
    named = under_way[0].wave
    begun = Places(house.home, named).plan.exists()
    house.die_at_commit(dice.choice((0, 1, 2, 3)), killed=dice.random() < 0.5)
    try:
        house.cancel(named)
    except WrongState:
        demand(begun or under_way[0].state not in {"planned", "open"}, f"{named} stays")
        return "refused"
    except Died:
        house.recover()
        house.cancel(named)
    finally:
        house.die_at_commit(0, killed=False)
    demand(not begun, f"{named} was cancelled while it was being closed")
    return f"{named} cancelled"


def _raise_k(world: World, dice: random.Random) -> str:
    del dice
    return _set_k(world, min(MOST_K, world.house.settings.k + 5))


def _lower_k(world: World, dice: random.Random) -> str:
    del dice
    return _set_k(world, max(5, world.house.settings.k - 5))


def _set_k(world: World, k: int) -> str:
    world.house.settings = structs.replace(world.house.settings, k=k)
    if world.life is not None:
        world.life.stuck = False
    return f"k = {k}"


def _operator(world: World, dice: random.Random) -> str:
    """Somebody looks after a wave that hangs."""
    life = world.life
    row = None if life is None else world.house.row(life.wave)
    if row is None or row.state not in {"awaiting_peel", "held"}:
        return "nothing to do"
    what = dice.choice(("accept", "accept", "abandon", "raise k"))
    if what == "raise k":
        _raise_k(world, dice)
    fate = dice.choice(("plainly", "dies", "killed"))
    return (
        what + ": " + close(world, dice, fate, abandon=what == "abandon", accept=what == "accept")
    )


def _backup(world: World, dice: random.Random) -> str:
    """Take a backup, which may die on the way and is then taken again."""
    try:
        file = world.house.back_up(Passage(world, dice, dice.choice(("plainly", "dies"))))
    except Died:
        file = world.house.back_up(lambda _: None)
    world.backed_up(file)
    world.tally["backups"] += 1
    return file.name


def _restore(world: World, dice: random.Random) -> str:
    """Lose the machine and go on from any backup; a restore that dies leaves no home."""
    if not world.backups:
        return "no backup"
    file = dice.choice(world.backups)
    del world.backups[world.backups.index(file) + 1 :]  # those are of a time that never was
    try:
        world.house.restore(file, Passage(world, dice, dice.choice(("plainly", "dies"))))
    except Died:
        world.house.restore(file, lambda _: None)
    world.restored(file)
    world.tally["restores"] += 1
    return file.name


def _settle(world: World, dice: random.Random) -> str:
    """Wait until the present wave is due and look after it; in the end nothing hangs."""
    house, life = world.house, world.life
    house.clock.off = dt.timedelta()
    under_way = wave.unfinished(house.engine)
    if life is None:
        for row in under_way:
            house.cancel(row.wave)
        return f"{len(under_way)} cancelled"
    row = under_way[0]
    house.clock.off = max(dt.timedelta(), row.closes + dt.timedelta(hours=1) - house.clock.now())
    done = close(world, dice)
    if _held(world, life):
        done += "; " + close(world, dice, accept=True)
    if _held(world, life):
        done += "; " + close(world, dice, abandon=True)
    return done


def _held(world: World, life: Life) -> bool:
    row = world.house.row(life.wave)
    return row is not None and row.state == "held"


HAPPENINGS: Final[Mapping[str, Happening]] = {
    "roster": _roster,
    "invite": _invite,
    "remind": _remind,
    "answer": _answer,
    "late": _late,
    "tick": tick,
    "jump": _jump,
    "restart": _restart,
    "lose a key": _lose_key,
    "cancel": _cancel,
    "backup": _backup,
    "restore": _restore,
    "raise k": _raise_k,
    "lower k": _lower_k,
    "operator": _operator,
    "settle": _settle,
}
