"""A real wave of forty people, on files or on PostgreSQL, and what is left of it at each moment.

Opened, mailed, served by `pulse serve`, answered over HTTP, backed up, copied, closed.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing as closed
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from pulse import closing, roster
from pulse.ballotbox import responses
from pulse.ballotbox.seal import Sealer
from pulse.clock import FixedClock
from pulse.closing.plan import Places
from pulse.invitation import send
from pulse.invitation.links import invitations, read_kwave
from pulse.opening import open_wave
from pulse.settings import Home, Settings, load
from pulse.store.databases import accounts_engine, addresses, state_engine
from pulse.store.home import make_home
from pulse.terms import Response
from pulse.token import rfc9474
from pulse.token.encoding import b64u, unb64u
from pulse.token.keylist import KeyList
from pulse.token.keys import read_public
from pulse.token.message import new_message, token_context
from pulse.upkeep.backup import backup
from tests.attack.linkability.loot import Artefact, Loot, Table, collect, sqlite_tables, unpacked
from tests.attack.linkability.pairing import opened
from tests.attack.linkability.people import PEOPLE, Moment, Voter, answers, lineup, names, schedule
from tests.attack.linkability.server import log_of, tables_of
from tests.attack.linkability.sight import Scanner, needles
from tests.booth import SALT
from tests.installation import started
from tests.postgres import Cluster
from tests.week import CLOSES, OPENS, same_keys

WAVE: Final = "2026-W09"


class Person(msgspec.Struct):
    """What the browser of one person holds."""

    person_id: str
    secret: bytes
    answers: Sequence[int]
    voter: Voter | None = None


class RealWave:
    """A wave of forty people in one group, lived through from its opening to its close.

    Args:
        folder: an empty folder.
        seed: decides orders and answers.
        cluster: a PostgreSQL server; without one the stores are SQLite files.

    Attributes:
        loot: by moment what could be carried off then: "mail", "backup before", "during"
            and "after", "watched" (both stores after every request), "open" (a copy of the disk
            just before the close), "holder" and "operator" (what either key holder had), "after",
            "logs".
        voters: the truth.
    """

    def __init__(self, folder: Path, seed: int, cluster: Cluster | None = None) -> None:
        self.folder, self.cluster = folder, cluster
        self.chance = Random(seed)
        self.home = Home(folder / "home")
        self.loot: dict[str, Loot] = {}
        self.voters: list[Voter] = []
        self.clock = FixedClock(OPENS)
        settings = None
        if cluster is not None:
            url = cluster.new_database().render_as_string(hide_password=False)
            settings = Settings(database_url=url)
        make_home(self.home, "", settings)
        self.settings = load(self.home, {})
        self.engine = state_engine(self.home, self.settings)
        self.places = Places(self.home, WAVE)
        self.moments: list[Moment] = schedule(self.chance)
        self.databases = [str(url.database) for url in addresses(self.home, self.settings).values()]

    def live(self) -> None:
        """Open, answer, close."""
        self._open()
        process, told = started("serve", "--home", str(self.home.path), "--only", "staff",
                                "--port", "0")  # fmt: skip
        try:
            with closed(_Browser(told["addresses"]["staff"])) as browser:
                self._answer(browser)
            self._carry_off("open", self._disk("open"))
            if self.cluster is not None:
                self._as_a_server_does(self.cluster)
            self.clock = FixedClock(CLOSES)
            closing.close_wave(
                self.home, self.settings, self.clock, self.engine, WAVE,
                checkpoint=self._at_the_holders,
            )  # fmt: skip
        finally:
            process.terminate()
            said = process.communicate(timeout=30)
        log = [
            Artefact(f"logs/{name}", text.encode())
            for name, text in zip(("out", "err"), said, strict=True)
        ]
        self.loot["logs"] = Loot()
        self.loot["logs"].add(log)
        self._back_up("after")
        self._carry_off("after", collect(self.home.path, "home"))
        self.engine.dispose()
        self.lineup, self.truth = lineup(self.voters, self.moments, self.chance)
        everything = opened(self.lineup, self.keys, self.inners, self.ctx)
        self.scanner = Scanner(needles(everything))

    def _open(self) -> None:
        units, people = self.folder / "units.csv", self.folder / "people.csv"
        ids = names()
        units.write_text("unit_id,parent_id,name\nall,,Everybody\n")
        people.write_text(
            "person_id,email,unit_id\n" + "".join(f"{one},{one}@example.org,all\n" for one in ids)
        )
        roster.import_roster(self.engine, roster.read_files(units, people))
        self._back_up("before")
        open_wave(
            self.home, self.settings, self.clock, self.engine, page=b"page", closes=CLOSES,
            make_keys=same_keys,
        )  # fmt: skip
        send(self.home, self.settings, self.clock, self.engine)
        self.loot["mail"] = Loot()
        self.loot["mail"].add(collect(self.home.outbox, "mail"))
        kwave = read_kwave(self.home, WAVE)
        given = answers(self.chance)
        self.people = [
            Person(one.person.person_id, one.secret.reveal(), row)
            for one, row in zip(invitations(self.engine, WAVE, kwave), given, strict=True)
        ]
        assert len(self.people) == PEOPLE

    def _answer(self, browser: "_Browser") -> None:
        tokens: dict[int, tuple[bytes, bytes]] = {}
        watched: list[list[Table]] = []
        for number, moment in enumerate(self.moments):
            person = self.people[moment.number]
            if moment.what == "issue":
                tokens[moment.number] = browser.token(person)
            else:
                person.voter = browser.cast(person, *tokens[moment.number])
            if number == len(self.moments) // 2:
                self._back_up("during")
            if self.cluster is None:
                watched.append([*self._store("issuer"), *self._store("ballotbox")])
        self.loot["watched"] = Loot(histories={"copies of the disk": watched} if watched else {})
        self.ctx = browser.ctx
        self.voters = [person.voter for person in self.people if person.voter is not None]

    def _as_a_server_does(self, cluster: Cluster) -> None:
        """Copy the server's log, and let it do what it does by itself in larger waves."""
        self.loot["server open"] = Loot(log_of(cluster, "server/pg_wal"))
        for database in self.databases:
            cluster.execute("ANALYZE", database)

    def _store(self, room: str) -> list[Table]:
        """Read a room's store from copies of its files."""
        path = self.home.path / room / f"{WAVE}.db"
        log = path.with_name(f"{path.name}-wal")
        return sqlite_tables(room, path.read_bytes(), log.read_bytes() if log.exists() else b"")

    def _disk(self, name: str) -> list[Artefact]:
        """Copy the whole home as it lies on the disk, but no key."""
        return [
            each for each in collect(self.home.path, name)
            if not each.name.startswith((f"{name}/keys/", f"{name}/outbox/"))
        ]  # fmt: skip

    def _carry_off(self, name: str, artefacts: Iterable[Artefact]) -> None:
        loot = Loot()
        loot.add(artefacts)
        if self.cluster is not None:
            loot.tables += tables_of(self.cluster, self.databases)
        self.loot[name] = loot

    def _back_up(self, name: str) -> None:
        file = self.folder / f"{name}.backup"
        accounts = accounts_engine(self.home, self.settings)
        backup(self.home, self.engine, accounts, self.clock, file)
        accounts.dispose()
        self.loot[f"backup {name}"] = Loot()
        self.loot[f"backup {name}"].add(unpacked(file, f"backup {name}"))

    def _at_the_holders(self, place: str) -> None:
        """Copy what either key holder has in hands, just before it is destroyed."""
        if place == "before destroy_a":
            inner, outer = self.places.inner_key, self.places.outer_key
            self.keys = (("inner", inner.read_bytes()), ("outer", outer.read_bytes()))
            box, peeled = self.places.box.read_bytes(), self.places.peeled.read_bytes()
            self.inners = _inner_boxes(peeled)
            self.loot["holder"] = Loot([Artefact("holder/BOX", box), Artefact("holder/P", peeled)])
            self.loot["operator"] = Loot([Artefact("operator/P", peeled)])


def _inner_boxes(peeled: bytes) -> list[bytes]:
    """Read the records of P: g (5 bytes) and an inner box (113)."""
    records = peeled[peeled.index(b"\n") + 1 :]
    return [records[at + 5 : at + 118] for at in range(0, len(records), 118)]


class _Browser:
    """Does over HTTP what the page does, on one connection for everybody."""

    def __init__(self, address: str) -> None:
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
        listed = self._ask("GET", self._ask("GET", "/w/current")["keys"])
        self._keys = msgspec.convert(listed, KeyList)
        self._sealer = Sealer(unb64u(self._keys.box), unb64u(self._keys.outer))
        self.ctx = b""

    def token(self, person: Person) -> tuple[bytes, bytes]:
        """Use up an invitation; return the token: message and signature."""
        me = self._ask("POST", "/me", {"v": 1, "secret": b64u(person.secret)})
        spki = unb64u(self._ask("GET", me["file"])["spki"])
        numbers = read_public(spki).public_numbers()
        self.ctx, self._g = token_context(WAVE, me["g"], spki), me["g"]
        msg = new_message(self.ctx)
        salt, r = secrets.token_bytes(SALT), rfc9474.random_blind(numbers.n)
        hidden = rfc9474.blind(msg, numbers.n, numbers.e, salt, r)
        asked = {"v": 1, "secret": b64u(person.secret), "wave": WAVE,
                 "blinded": b64u(hidden.blinded)}  # fmt: skip
        signed = unb64u(self._ask("POST", "/issue", asked)["blind_sig"])
        return msg, rfc9474.finalize(msg, signed, hidden.inv, numbers.n, numbers.e)

    def cast(self, person: Person, msg: bytes, sig: bytes) -> Voter:
        """Seal and cast; return the whole truth of this person."""
        plain = responses.encode(Response(self._keys.form, tuple(person.answers)), self._keys.n)
        box = self._sealer.seal(plain, self.ctx, msg)
        body = {"v": 1, "wave": WAVE, "g": self._g, "msg": b64u(msg), "sig": b64u(sig),
                "box": b64u(box)}  # fmt: skip
        self._ask("POST", "/ballot", body)
        return Voter(person.person_id, person.secret, msg, sig, box, plain)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        content = json.dumps(body).encode() if body is not None else None
        self._connection.request(method, path, content, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        read = answer.read()
        assert answer.status == 200, (path, answer.status, read)
        return msgspec.json.decode(read)
