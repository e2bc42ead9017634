"""One opened week with ballots in the box, made once and copied: what a close starts from."""

import datetime as dt
import secrets
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from pulse import closing, council, roster, wave
from pulse.ballotbox import responses
from pulse.ballotbox.seal import Sealer
from pulse.ballotbox.store import BoxStore
from pulse.clock import FixedClock
from pulse.closing.plan import Places
from pulse.disclosure.auditor import Auditor, apart
from pulse.errors import AlreadyUsed
from pulse.invitation import send
from pulse.invitation.links import invitations, read_kwave
from pulse.issuer.store import IssuerStore, Mark
from pulse.opening import open_wave
from pulse.settings import Home, Settings, load
from pulse.store import treefile
from pulse.store.databases import state_engine
from pulse.store.home import STEPS, make_home
from pulse.terms import Progress, Response, SealedBallot, Tree
from pulse.token import rfc9474
from pulse.token.encoding import sha256, unb64u
from pulse.token.invites import invite_hash
from pulse.token.keylist import KeyList, fingerprint16, read_keylist
from pulse.token.message import new_message, token_context, token_hash
from tests.booth import SALT, signing_key
from tests.shelves import rooms

OPENS = dt.datetime(2026, 2, 23, 9, tzinfo=dt.UTC)
CLOSES = dt.datetime(2026, 2, 27, 17, tzinfo=dt.UTC)
PEOPLE = 10
Answers = Mapping[str, Sequence[Sequence[int]]]

# What people of four teams of ten answer; two ballots of team "lab" are too few to show.
ANSWERS: Answers = {
    "north": [(1 + i % 5, 4, 5, 2, 3, 1 + i % 3) for i in range(8)],
    "south": [(3, 1 + i % 5, 4, 4, 5, 3) for i in range(7)] + [(2, 2, 2, 3, 0, 6)],
    "tools": [(5, 5, 4, 4, 1 + i % 5, 2) for i in range(9)],
    "lab": [(1, 1, 2, 2, 3, 3), (2, 3, 4, 5, 1, 2)],
}


class Week:
    """An installation in `folder` with one wave, and what a test needs to know of it.

    Args:
        folder: the home.
        wave: the wave's id.
    """

    def __init__(self, folder: Path, wave: str = "2026-W09") -> None:
        self.home, self.wave = Home(folder), wave
        self.settings = msgspec.structs.replace(load(self.home, {}), organisation="Example Ltd")
        self.clock = FixedClock(CLOSES)
        self.engine = engine_of(self.home)
        self.places = Places(self.home, wave)

    def copy(self, folder: Path) -> "Week":
        """Return the same week in another folder."""
        shutil.copytree(self.home.path, folder, dirs_exist_ok=True)
        return Week(folder, self.wave)

    def later(self, days: int) -> None:
        """Let time pass."""
        self.clock = FixedClock(self.clock.now() + dt.timedelta(days=days))

    @property
    def row(self) -> wave.Wave:
        """The wave's row."""
        row = wave.get(self.engine, self.wave)
        assert row is not None
        return row

    @property
    def state(self) -> str:
        """The wave's state."""
        return self.row.state

    @property
    def keys(self) -> KeyList:
        """The published key list."""
        path = self.home.published / self.wave / Path(self.row.keys).name
        return read_keylist(path.read_bytes(), fingerprint16(path.read_bytes()))

    @property
    def tree(self) -> Tree:
        """The frozen tree."""
        return treefile.read(self.places.tree)

    def close(
        self,
        *,
        checkpoint: Callable[[str], None] = closing.nowhere,
        abandon: bool = False,
        accept_spoiled: bool = False,
        without_store: bool = False,
        peeled: Path | None = None,
        auditor: Auditor = apart,
    ) -> closing.Closed:
        """Close the wave."""
        return closing.close_wave(
            self.home, self.settings, self.clock, self.engine, self.wave, peeled=peeled,
            abandon=abandon, accept_spoiled=accept_spoiled, without_store=without_store,
            checkpoint=checkpoint, auditor=auditor,
        )  # fmt: skip

    def release(self, *, accept_spoiled: bool = False) -> closing.Closed:
        """Go on with a held wave."""
        return closing.release_wave(
            self.home, self.settings, self.clock, self.engine, self.wave,
            accept_spoiled=accept_spoiled,
        )  # fmt: skip

    def released(self) -> dict[str, bytes]:
        """Return every file under `releases`, by its path there."""
        folder = self.home.releases
        found = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in found}

    def files(self) -> dict[str, bytes]:
        """Return every file of the home, by its path there."""
        found = (path for path in self.home.path.rglob("*") if path.is_file())
        return {str(path.relative_to(self.home.path)): path.read_bytes() for path in found}


class Interrupted(Exception):
    """What a test throws where a process would die."""


def stop_at(place: str, error: Exception | None = None) -> Callable[[str], None]:
    """Return a checkpoint that dies the first time it passes `place`."""
    waiting = [place]

    def checkpoint(passed: str) -> None:
        if passed in waiting:
            waiting.clear()
            raise error or Interrupted(passed)

    return checkpoint


def cut_off(step: str) -> Progress:
    """Return a listener of `make_home` that dies when `step` begins."""
    checkpoint = stop_at(step)
    return lambda _label, done, _total: checkpoint(STEPS[done])


class Secrets:
    """Everything that must not outlive the close, gathered while it exists."""

    def __init__(self) -> None:
        self.values: dict[str, list[bytes]] = {}

    def add(self, what: str, *values: bytes) -> None:
        """Remember byte strings of one kind."""
        self.values.setdefault(what, []).extend(values)

    def found_in(self, files: Mapping[str, bytes]) -> set[tuple[str, str]]:
        """Return where any of them is, as bytes, hex or base64url, with its kind."""
        return {
            (name, what)
            for what, values in self.values.items()
            for form in {form for value in values for form in forms(value)}
            for name, content in files.items()
            if form in content
        }


def forms(value: bytes) -> tuple[bytes, ...]:
    """Return the ways in which a value may stand in a file."""
    text = urlsafe_b64encode(value).rstrip(b"=")
    return value, value.hex().encode(), value.hex().upper().encode(), text


def spoil(week: Week, count: int, known: Secrets) -> None:
    """Cast ballots of team "lab" whose contents are of no form."""
    keys = week.keys
    sealer = Sealer(unb64u(keys.box), unb64u(keys.outer))
    g = week.tree.unit("lab").g
    wrong = [cast_sealed(week, sealer, g, b"\x07" * 32, known) for _ in range(count)]
    cast(week, wrong, known)


def engine_of(home: Home) -> Engine:
    """Open the state database of a home."""
    return state_engine(home, load(home, {}))


def open_week(
    folder: Path,
    teams: Sequence[str] = tuple(ANSWERS),
    settings: Settings | None = None,
    halves: Path | None = None,
) -> tuple[Week, Secrets]:
    """Open a wave for teams of ten, two of them in one department, and send its mails.

    With `halves`, a file of a council's public halves, the council holds the second key.
    """
    home = Home(folder)
    make_home(home, "", settings)
    engine = engine_of(home)
    units, people = folder / "units.csv", folder / "people.csv"
    parents = {"north": "field", "south": "field"}
    units.write_text(
        "unit_id,parent_id,name\nall,,Everybody\nfield,all,Field\n"
        + "".join(f"{team},{parents.get(team, 'all')},{team.title()}\n" for team in teams)
    )
    people.write_text(
        "person_id,email,unit_id\n"
        + "".join(f"{t}-{i},{t}-{i}@example.org,{t}\n" for t in teams for i in range(PEOPLE))
    )
    roster.import_roster(engine, roster.read_files(units, people))
    week = Week(folder)
    if settings is not None:  # the databases as the home has them by now
        names = (name for name in settings.__struct_fields__ if not name.endswith("database_url"))
        given = {name: getattr(settings, name) for name in names}
        week.settings = msgspec.structs.replace(week.settings, **given)
    if halves is not None:
        week.settings = msgspec.structs.replace(week.settings, holder="council")
        council.import_halves(home, engine, halves)
    open_wave(
        home, week.settings, FixedClock(OPENS), engine, page=b"page", closes=CLOSES,
        make_keys=same_keys,
    )  # fmt: skip
    send(home, week.settings, FixedClock(OPENS), engine)
    return week, gather(week)


def same_keys(count: int, progress: Progress) -> list[bytes]:
    """Return signing keys that one test run makes only once."""
    del progress
    return [signing_key(number).private_der().reveal() for number in range(1, count + 1)]


def gather(week: Week) -> Secrets:
    """Take down the secrets of an open week."""
    known = Secrets()
    kwave = read_kwave(week.home, week.wave)
    known.add("K_wave", kwave.reveal())
    for each in invitations(week.engine, week.wave, kwave):
        known.add("link", each.secret.reveal(), invite_hash(each.secret.reveal()))
    for number in range(1, len(week.tree.groups) + 1):
        key = signing_key(number)
        known.add("signing key", int(key.p).to_bytes(128, "big"), int(key.q).to_bytes(128, "big"))
    keys = (week.places.inner_key, week.places.outer_key)
    known.add("opening key", *(key.read_bytes() for key in keys if key.exists()))
    return known


def ballots(week: Week, answers: Answers, known: Secrets) -> list[SealedBallot]:
    """Use invitations and seal what people answer, as their browsers would."""
    keys, tree = week.keys, week.tree
    sealer = Sealer(unb64u(keys.box), unb64u(keys.outer))
    made = []
    for team, given in answers.items():
        g = tree.unit(team).g
        for row in given:
            plain = responses.encode(Response(keys.form, tuple(row)), keys.n)
            made.append(cast_sealed(week, sealer, g, plain, known))
    return made


def cast_sealed(
    week: Week, sealer: Sealer, g: str, plaintext: bytes, known: Secrets
) -> SealedBallot:
    """Return a ballot with a real token around any 32 bytes."""
    key = signing_key(int(g))
    ctx = token_context(week.wave, g, key.spki)
    msg, n, e = new_message(ctx), int(key.n), int(key.e)
    blinded = rfc9474.blind(msg, n, e, secrets.token_bytes(SALT), rfc9474.random_blind(n))
    sig = rfc9474.finalize(msg, rfc9474.blind_sign(key, blinded.blinded), blinded.inv, n, e)
    box = sealer.seal(plaintext, ctx, msg)
    known.add("token", msg, sig, token_hash(msg), msg[-32:])
    known.add("box", box, box[:65], sha256(box))
    known.add("plaintext", plaintext)
    return SealedBallot(g, msg, sig, box)


def cast(week: Week, given: Sequence[SealedBallot], known: Secrets) -> None:
    """Mark as many invitations as there are ballots, and put the ballots into the box."""
    mark(week, given, known)
    box = BoxStore(rooms(week.home).ballotbox, week.wave)
    assert all(each is True for each in box.cast([(token_hash(b.msg), b) for b in given]))
    box.close()


def mark(week: Week, given: Sequence[SealedBallot], known: Secrets) -> None:
    """Use up one invitation of its group for each ballot."""
    issuer = IssuerStore(rooms(week.home).issuer, week.wave)
    kwave = read_kwave(week.home, week.wave)
    free: dict[str, list[bytes]] = {}
    for each in invitations(week.engine, week.wave, kwave):
        h = invite_hash(each.secret.reveal())
        free.setdefault(issuer.group_of(h) or "", []).append(h)
    for ballot in given:
        marked: str | Exception = AlreadyUsed("not tried yet")
        while isinstance(marked, AlreadyUsed):
            c = secrets.token_bytes(32)
            (marked,) = issuer.mark([Mark(free[ballot.g].pop(), c, lambda _: None)])
        known.add("mark", c)
    issuer.close()


def answered(folder: Path, answers: Answers = ANSWERS) -> tuple[Week, Secrets]:
    """Open a week and cast `answers` in it."""
    week, known = open_week(folder)
    cast(week, ballots(week, answers, known), known)
    return week, known


def manifest_of(week: Week) -> dict[str, object]:
    """Return the released manifest."""
    path = week.home.releases / week.wave / "manifest.json"
    found: dict[str, object] = msgspec.json.decode(path.read_bytes())
    return found
