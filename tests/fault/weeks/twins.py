"""Broken twins of `pulse tick`; `python -m tests.fault.weeks.twins NAME` ticks once with one.

They do what a sender without care would do. Each must be found.
"""

import os
import secrets
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.engine import Engine

from pulse.clock import Clock, FileClock
from pulse.invitation import send
from pulse.invitation.links import invitations, read_kwave
from pulse.invitation.sending import Sent
from pulse.invitation.tables import sent
from pulse.issuer.store import INVITATION, UNMARKED, IssuerStore
from pulse.settings import Home, Settings, load
from pulse.store.databases import shelves, state_engine
from pulse.store.engine import reading
from pulse.tick import Parts, tick
from pulse.token.invites import invite_hash

Send = Callable[..., Sent]


def nameless(
    home: Home, settings: Settings, clock: Clock, engine: Engine, *, wave: str, kind: Any,
    only: Collection[str], progress: Any,
) -> Sent:  # fmt: skip
    """Send under names that say nothing and mark afterwards; die once in between."""
    folder = home.outbox / wave
    before = set(folder.glob("*.eml"))
    done = send(home, settings, clock, engine, wave=wave, kind=kind, only=only, progress=progress)
    for path in set(folder.glob("*.eml")) - before:
        path.rename(folder / f"{secrets.token_hex(8)}.eml")
    died = home.path.parent / "died"
    if not died.exists():
        died.touch()
        with engine.begin() as connection:
            connection.execute(delete(sent).where(sent.c.wave == wave, sent.c.kind == kind))
        os.write(1, b'{"at": ""}')
        os._exit(0)
    return done


def chasing(
    home: Home, settings: Settings, clock: Clock, engine: Engine, *, wave: str, kind: Any,
    only: Collection[str], progress: Any,
) -> Sent:  # fmt: skip
    """Remind only those whose link has not been used."""
    if kind == "reminder":
        only = set(only) & _silent(home, settings, engine, wave)
    return send(home, settings, clock, engine, wave=wave, kind=kind, only=only, progress=progress)


def knowing(
    home: Home, settings: Settings, clock: Clock, engine: Engine, *, wave: str, kind: Any,
    only: Collection[str], progress: Any,
) -> Sent:  # fmt: skip
    """Remind everybody, in other words where a link has not been used."""
    silent = _silent(home, settings, engine, wave) if kind == "reminder" else set()
    for chosen, name in ((set(only) - silent, settings.organisation), (silent, "Please answer")):
        told = msgspec.structs.replace(settings, organisation=name)
        done = send(
            home, told, clock, engine, wave=wave, kind=kind, only=set(only) & chosen,
            progress=progress,
        )  # fmt: skip
    return done


def _silent(home: Home, settings: Settings, engine: Engine, wave: str) -> set[str]:
    rooms = shelves(home, settings)
    query = select(INVITATION.c.h).where(INVITATION.c.c == UNMARKED)
    with closing(IssuerStore(rooms.issuer, wave)) as issuer, reading(issuer._engine) as connection:
        free = set(connection.scalars(query))
    people = invitations(engine, wave, read_kwave(home, wave))
    return {e.person.person_id for e in people if invite_hash(e.secret.reveal()) in free}


TWINS: Final[Mapping[str, Send]] = {
    "nameless": nameless, "chasing": chasing, "knowing": knowing,
}  # fmt: skip


def main() -> int:
    """Tick once, by a broken sender."""
    home = Home(Path(os.environ["PULSE_HOME"]))
    settings = load(home)
    engine = state_engine(home, settings)
    done = tick(
        home, settings, FileClock(Path(settings.test_clock)), engine, tell_staff=lambda _: "",
        parts=Parts(send=TWINS[sys.argv[1]]),
    )  # fmt: skip
    sys.stdout.write(msgspec.json.encode(done).decode())
    return 1 if done.failed else 0


if __name__ == "__main__":
    sys.exit(main())
