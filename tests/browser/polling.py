"""A real staff app on loopback with an open wave, and a notebook of all that crosses the wire."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import uvicorn
from litestar.enums import ScopeType
from litestar.types import Message, Receive, Scope, Send

from pulse import roster
from pulse.app import create_app
from pulse.ballotbox.responses import decode
from pulse.ballotbox.seal import Opener, Peeler
from pulse.ballotbox.store import BoxStore
from pulse.clock import FixedClock
from pulse.invitation.cards import read_codes
from pulse.invitation.links import invitations, read_kwave
from pulse.issuer.store import IssuerStore
from pulse.opening import open_wave
from pulse.settings import Home, Settings
from pulse.store.engine import sqlite_engine
from pulse.store.home import make_home
from pulse.terms import Secret
from pulse.token.invites import link
from pulse.token.keylist import fingerprint16, read_keylist
from pulse.token.message import context_of
from pulse.web.page import staff_page
from tests.shelves import rooms
from tests.week import CLOSES, OPENS, same_keys

WAVE: Final = "2026-W09"
TEAMS: Final = ("north", "south", "east", "west")
PEOPLE: Final = 150


class Exchange(msgspec.Struct):
    """One request with its answer, as sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    status: int = 0
    answer: bytes = b""
    coding: str = ""


class PollingPlace:
    """Serves a home's open wave until `close`; every person of four teams has a link.

    Args:
        folder: an empty folder for the home.
        cards: how many people of the first team have no address.

    Attributes:
        base: the address.
        wire: every exchange, in order.
    """

    def __init__(self, folder: Path, cards: int = 0) -> None:
        self.home = Home(folder)
        make_home(self.home, "")
        self._import_people(folder, cards)
        self.wire: list[Exchange] = []
        listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        path = self._open().rpartition("/")[2]
        self.m1 = (self.home.published / WAVE / path).read_bytes()
        self.keys = read_keylist(self.m1, fingerprint16(self.m1))
        self._links = self._each_link()
        codes = read_codes(self.home, WAVE).values()
        self._codes = (code.reveal().decode() for group in codes for code in group)
        self._issued = IssuerStore(rooms(self.home).issuer, WAVE)
        self._box = BoxStore(rooms(self.home).ballotbox, WAVE)
        config = uvicorn.Config(self._noted(create_app(self.home)), ws="none", log_config=None)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()

    def next_link(self) -> str:
        """Return a link that nobody has opened."""
        return next(self._links)

    def next_code(self) -> str:
        """Return the code of a card that nobody has used."""
        return next(self._codes)

    def ballots(self) -> int:
        """Count the ballots in the box."""
        return self._box.count()

    def answers(self) -> list[tuple[int, ...]]:
        """Peel and open the whole box, as only both key holders together can."""
        peeler = Peeler(Secret(self._key(self.home.holder_keys, "outer")))
        opener = Opener(Secret(self._key(self.home.operator_keys, "inner")))
        found = []
        for ballot in self._box.records():
            inner = peeler.peel(ballot.msg, ballot.box)
            plain = opener.open(cast("bytes", context_of(ballot.msg)), inner)
            found.append(decode(plain, self.keys.form, self.keys.n).answers)
        return found

    def shut(self) -> None:
        """Shut both gates, as at closing time."""
        self._issued.shut_gate()
        self._box.shut_gate()

    def reopen(self) -> None:
        """Open both gates again, as never happens outside a test."""
        self._issued.open_gate()
        self._box.open_gate()

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """Return the decoded bodies of all requests to `path`."""
        return [json.loads(each.body) for each in self.wire if each.path == path]

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join()
        self._issued.close()
        self._box.close()

    def _import_people(self, folder: Path, cards: int) -> None:
        units, people = folder / "units.csv", folder / "people.csv"
        rows = "".join(f"{team},all,{team.title()}\n" for team in TEAMS)
        units.write_text(f"unit_id,parent_id,name\nall,,Everybody\n{rows}")
        seats = [(team, number) for team in TEAMS for number in range(PEOPLE)]
        rows = "".join(
            f"{t}-{i},{f'{t}-{i}@example.org' if seat >= cards else ''},{t}\n"
            for seat, (t, i) in enumerate(seats)
        )
        people.write_text(f"person_id,email,unit_id\n{rows}")
        self._engine = sqlite_engine(self.home.state / "pulse.db", journal="wal", create=True)
        roster.import_roster(self._engine, roster.read_files(units, people))

    def _open(self) -> str:
        opened = open_wave(
            self.home, Settings(organisation="Example Ltd"), FixedClock(OPENS), self._engine,
            page=staff_page(), closes=CLOSES, make_keys=same_keys,
        )  # fmt: skip
        return opened.keys

    def _each_link(self) -> Iterator[str]:
        kwave = read_kwave(self.home, WAVE)
        for each in invitations(self._engine, WAVE, kwave):
            yield link(self.base, each.secret.reveal(), self.m1)

    def _key(self, folder: Path, kind: str) -> bytes:
        return (folder / f"{WAVE}.{kind}").read_bytes()

    def _noted(self, app: Any) -> Any:
        async def noted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            headers = {k.decode().lower(): v.decode() for k, v in scope["headers"]}
            note = Exchange(scope["method"], scope["path"], headers)
            self.wire.append(note)

            async def read() -> Any:
                message = await receive()
                note.body += message.get("body", b"") if message["type"] == "http.request" else b""
                return message

            async def tell(message: Message) -> None:
                if message["type"] == "http.response.start":
                    note.status = message["status"]
                    given = dict(message["headers"])
                    note.coding = given.get(b"content-encoding", b"").decode()
                elif message["type"] == "http.response.body":
                    note.answer += message["body"]
                await send(message)

            await app(scope, read, tell)

        return noted
