"""Servers that break one promise each: whatever watches for it must catch them."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from litestar import Litestar
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import Pool

from pulse import app
from pulse.ballotbox.cast import WAITING, BallotBox, BoxDesk
from pulse.store.checkpoint import Checkpoints
from pulse.store.databases import ballotbox_shelf
from pulse.store.desks import Desks
from pulse.store.engine import ALONE
from pulse.store.groupcommit import GroupCommit
from pulse.store.shelf import Shelf
from pulse.terms import SealedBallot
from pulse.web.casting import ballotbox_routes
from tests.fault import folding
from tests.fault.folding import FOLD_EVERY, FoldingDesk

_UNDER_WAY: Final[set["asyncio.Task[None]"]] = set()


def _without_sync(level: str) -> None:
    @event.listens_for(Pool, "checkout")
    def loosen(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA synchronous={level}")


def normal_ballotbox() -> Litestar:
    """Return a ballot box that answers before the disk has what was cast."""
    _without_sync("NORMAL")
    return app.create_ballotbox()


def careless_ballotbox() -> Litestar:
    """Return a ballot box that never waits for a disk."""
    _without_sync("OFF")
    return app.create_ballotbox()


def careless_issuer() -> Litestar:
    """Return an issuer that never waits for a disk."""
    _without_sync("OFF")
    return app.create_issuer()


def later_ballotbox() -> Litestar:
    """Return a ballot box that answers before a PostgreSQL server has written its log."""

    @event.listens_for(Pool, "connect")
    def loosen(connection: Any, *_: object) -> None:
        connection.execute("SET synchronous_commit = off")
        connection.commit()

    return app.create_ballotbox()


class _Forgetful(Checkpoints):
    """Takes pages for folded that the disk may not have."""

    def _fold_now(self) -> None:
        with self._engine.connect().execution_options(**{ALONE: True}) as connection:
            connection.exec_driver_sql("PRAGMA synchronous=OFF")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
            connection.exec_driver_sql("PRAGMA synchronous=FULL")


class _ForgetfulDesk(FoldingDesk):
    def __init__(self, shelf: Shelf, wave: str, index: bytes) -> None:
        super().__init__(shelf, wave, index)
        self.store._checkpoints.close()
        self.store._checkpoints = _Forgetful(self.store._engine, FOLD_EVERY)


def forgetful_ballotbox() -> Litestar:
    """Return a ballot box that begins its log anew before the disk has what it folded."""
    return folding.ballotbox(_ForgetfulDesk)


class _TrustingDesk(BoxDesk):
    """Takes ballots for stored when nobody says whether they are."""

    def __init__(self, shelf: Shelf, wave: str, index: bytes) -> None:
        super().__init__(shelf, WAITING, wave, index)
        self.commits.close()
        self.commits = GroupCommit(self._cast, WAITING)

    def _cast(self, ballots: Sequence[tuple[bytes, SealedBallot]]) -> list[bool | Exception]:
        try:
            return self.store.cast(ballots)
        except OperationalError:
            return [True for _ in ballots]


class _Trusting(BallotBox):
    def __init__(self, shelf: Shelf, published: Path) -> None:
        super().__init__(shelf, published)
        self._desks.close()
        self._desks = Desks(shelf, published, partial(_TrustingDesk, shelf))


def trusting_ballotbox() -> Litestar:
    """Return a ballot box that takes a lost commit for one that was made."""
    home, current = app._home(None)
    box = _Trusting(ballotbox_shelf(home, current(), serving=True), home.published)
    return app._application(ballotbox_routes(box), (box,), current)


class _Hasty(BallotBox):
    """Answers at once, and stores later."""

    async def cast(self, wave: str, ballot: SealedBallot) -> None:
        (await self._desks.at(wave)).check(ballot)
        storing = asyncio.create_task(super().cast(wave, ballot))
        _UNDER_WAY.add(storing)
        storing.add_done_callback(_UNDER_WAY.discard)


def hasty_ballotbox() -> Litestar:
    """Return a ballot box that answers before it has stored."""
    home, current = app._home(None)
    box = _Hasty(ballotbox_shelf(home, current(), serving=True), home.published)
    return app._application(ballotbox_routes(box), (box,), current)
