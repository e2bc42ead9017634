"""Opens a wave: everything that people will need is made, tried and published, gates last.

Until its last step a wave is `planned` and no link of it exists outside, so a half-opened one
is wiped and begun again. The questions of how it ends are closing's.
"""

import datetime as dt
import shutil
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.engine import Engine

from pulse import council, invitation, roster
from pulse import wave as waves
from pulse.ballotbox.canary import try_keys
from pulse.ballotbox.seal import point_of, public_of
from pulse.ballotbox.store import BoxStore
from pulse.clock import Clock
from pulse.disclosure.groups import form_groups
from pulse.errors import Refused, WrongState
from pulse.instrument import Instrument, load
from pulse.instrument.texts import texts
from pulse.issuer import keyfile
from pulse.issuer.store import IssuerStore
from pulse.practices import packs
from pulse.release import treefile
from pulse.release.shown import last_shown
from pulse.settings import Home, Settings
from pulse.store import wavestores
from pulse.store.databases import Shelves, check_servers, shelves
from pulse.store.files import PUBLIC, destroy_file, make_folder, write_atomically
from pulse.store.lock import only_one
from pulse.terms import Progress, Secret, Tree, silent
from pulse.token.encoding import b64u, sha256
from pulse.token.invites import invite_hash
from pulse.token.keylist import KeyList
from pulse.token.keypool import pool_keys
from pulse.token.keys import SigningKey
from pulse.token.publishing import publish

LABEL: Final = "Opening"
STEPS: Final = ("people", "keys", "publish", "try", "invitations", "gates", "open")
MakeKeys = Callable[[int, Progress], Sequence[bytes]]  # how many; RSA keys as PKCS #8 DER
_Keys = tuple[Mapping[str, SigningKey], Secret, Secret | bytes]  # signing, inner, outer


class Opened(msgspec.Struct, frozen=True):
    """An open wave: times are ISO 8601 in the organisation's zone, `keys` a URL path."""

    wave: str
    state: str
    opens: str
    closes: str
    groups: int
    invited: int
    keys: str
    fingerprint: str
    without_email: int
    covered: int | None = None  # further waves that a council has keys for


def open_wave(  # noqa: PLR0913 - five of them are choices with a default
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    *,
    page: bytes,
    wave: str | None = None,
    closes: dt.datetime | None = None,
    make_keys: MakeKeys = pool_keys,
    progress: Progress = silent,
) -> Opened:
    """Open a wave; after an interruption, run it again.

    Args:
        home: the folders.
        settings: the running configuration.
        clock: the present.
        engine: the state database.
        page: the staff page's bytes, whose hash the key list carries.
        wave: its ISO week; None means the present one in the organisation's zone.
        closes: its closing time, aware; None means by the settings.
        make_keys: makes the groups' signing keys.
        progress: told at each step, and of the keys as they come.

    Raises:
        WrongState: another wave is under way, or the week was used.
        TooSmall: too few people.
        Refused: a closing time in the past, no help text, an unknown week, no council key left.
    """
    with only_one(home.state / "wave.lock", engine):
        row, tree, instrument, asked = _prepare(home, settings, engine, clock.now(), wave, closes)
        rooms = shelves(home, settings)
        wavestores.refuse_another(rooms, row.wave, wavestores.own_origins(home, row.wave))
        waves.plan(engine, row)
        _wipe(home, engine, rooms, row.wave)
        _tell(progress, "people")
        roster.freeze(engine, row.wave, tree)
        shown = last_shown(home.releases)
        tree = roster.follow_series(engine, row.wave, tree, shown, settings.k)
        treefile.keep(home.trees / f"{row.wave}.json", tree)
        _tell(progress, "keys")
        ders = make_keys(sum(unit.group for unit in tree.units), progress)
        keys = _write_keys(home, settings.holder, engine, row.wave, tree, ders)
        _tell(progress, "publish")
        row = _publish(home, settings, row, tree, instrument, asked, keys, page)
        _tell(progress, "try")
        try_keys(row.wave, *keys, row.form, len(asked))
        _tell(progress, "invitations")
        without_email = _prefill(home, engine, rooms, row, tree)
        _tell(progress, "gates")
        wavestores.open_gates(rooms, row.wave)
        _announce(home, {"wave": row.wave, "keys": row.keys})
        _tell(progress, "open")
        row = waves.move(
            engine, row.wave, ("planned",), "open",
            keys=row.keys, fingerprint=row.fingerprint, groups=row.groups, invited=row.invited,
        )  # fmt: skip
    progress(LABEL, len(STEPS), len(STEPS))
    return Opened(
        row.wave, row.state, _local(row.opens, settings), _local(row.closes, settings),
        row.groups, row.invited, row.keys, row.fingerprint, without_email,
        council.covered(engine) if settings.holder == "council" else None,
    )  # fmt: skip


def cancel(
    home: Home, settings: Settings, engine: Engine, wave: str, *, without_store: bool = False
) -> waves.Wave:
    """End a wave that was opened by mistake: stores, keys, mails are destroyed unread.

    Its id may be opened again, under fresh keys. After an interruption, run it again. With
    `without_store` one of its stores may be lost for good.

    Raises:
        WrongState: it is neither planned nor open, or its close has begun.
        Held: a store of it is not where the settings look; nothing was changed.
    """
    with only_one(home.state / "wave.lock", engine):
        row = waves.get(engine, wave)
        plan = home.state / "close" / f"{wave}.json"
        if row and row.state in waves.UNFINISHED and plan.exists():
            raise WrongState("Its close has begun; `pulse wave close` goes on.", where=wave)
        if row is None or row.state not in {"planned", "open"}:
            state = f"it is {row.state}" if row else "there is none of this name"
            raise WrongState(f"Only an open wave can be cancelled; {state}.", where=wave)
        rooms = shelves(home, settings)
        if row.state == "open":
            if not without_store:
                wavestores.refuse_astray(rooms, wave, wavestores.own_origins(home, wave, row.keys))
            # As if half opened: should this be cut off, no store is missed in the next run.
            waves.move(engine, wave, ("open",), "planned")
        _wipe(home, engine, rooms, wave, row.keys)
        return waves.move(engine, wave, ("planned",), "cancelled", keys="")


def _announce(home: Home, current: Mapping[str, str | None]) -> None:
    write_atomically(home.published / "current.json", msgspec.json.encode(current), PUBLIC)


def _local(moment: dt.datetime, settings: Settings) -> str:
    return moment.astimezone(settings.zone).isoformat(timespec="seconds")


def _tell(progress: Progress, step: str) -> None:
    progress(LABEL, STEPS.index(step), len(STEPS))


def _prepare(
    home: Home, settings: Settings, engine: Engine, now: dt.datetime,
    wave: str | None, closes: dt.datetime | None,
) -> tuple[waves.Wave, Tree, Instrument, tuple[str, ...]]:  # fmt: skip
    """Refuse what must not open, before anything is written."""
    check_servers(home, settings)
    if not settings.support.text.strip() and not any(settings.support.contacts):
        raise Refused("Say where people find help before a wave opens.", where="support.text")
    council.require(engine, settings.holder)
    instrument = load()
    named = f"{instrument.id} {instrument.version}"
    row = waves.propose(settings, engine, now, wave=wave, closes=closes, survey=named)
    last = waves.last_asked(engine)
    file = home.trees / f"{last.wave}.json" if last else None
    sticky = treefile.read_kept(file).groups if file and file.exists() else None
    tree = form_groups(roster.headcounts(engine), settings.smallest_group, sticky, settings.k)
    return row, tree, instrument, packs.asks(engine, instrument, row.form, tree)


def _write_keys(
    home: Home, holder: str, engine: Engine, wave: str, tree: Tree, ders: Sequence[bytes]
) -> _Keys:
    numbers = [group.g for group in tree.groups_in_order()]
    key_file = home.issuer_keys / f"{wave}.keys"
    keyfile.write(key_file, wave, list(zip(numbers, ders, strict=True)))
    inner = council.new_half(home.operator_keys / f"{wave}.inner")
    signing = {g: SigningKey.from_der(der) for g, der in keyfile.read(key_file).items()}
    return signing, inner, council.outer_half(home, holder, engine, wave)


def _publish(
    home: Home, settings: Settings, row: waves.Wave, tree: Tree, instrument: Instrument,
    asked: tuple[str, ...], keys: _Keys, page: bytes,
) -> waves.Wave:  # fmt: skip
    """Write the wave's public files; return its row as it will be once open."""
    signing, inner, outer = keys
    terms = KeyList(
        wave=row.wave, closes=_local(row.closes, settings), k=settings.k, form=row.form,
        n=len(asked), items=asked, lead=instrument.for_leaders(asked),
        box=b64u(public_of(inner)), outer=b64u(point_of(outer)), holder=settings.holder,
        page=sha256(page).hex(), texts={}, groups=0, invited=0, root="",
    )  # fmt: skip
    words = {instrument.locale: texts(instrument, asked, row.wave, settings.support)}
    published = publish(terms, tree, [key.spki for key in signing.values()], words)
    make_folder(folder := home.published / row.wave, home.mode(home.published))
    for name, data in published.files.items():
        write_atomically(folder / name, data, PUBLIC)
    return replace(
        row, keys=published.keys, fingerprint=published.fingerprint,
        groups=len(signing), invited=tree.root.invited,
    )  # fmt: skip


def _prefill(home: Home, engine: Engine, rooms: Shelves, row: waves.Wave, tree: Tree) -> int:
    """Make both stores, every invitation in the issuer's; return how many have no address."""
    number = {group.unit_id: group.g for group in tree.groups_in_order()}
    kwave = invitation.make_kwave(home, row.wave)
    invited = list(invitation.invitations(engine, row.wave, kwave))
    hashes = [(invite_hash(i.secret.reveal()), number[i.person.unit_id]) for i in invited]
    origin = wavestores.origin_of(row.keys)
    IssuerStore.create(rooms.issuer, row.wave, hashes, origin).close()
    BoxStore.create(rooms.ballotbox, row.wave, origin).close()
    return sum(not each.person.email for each in invited)


def _wipe(home: Home, engine: Engine, rooms: Shelves, wave: str, keys: str = "") -> None:
    """Shut and destroy whatever there is of a wave; again is fine."""
    if not (now := home.published / "current.json").exists() or wave.encode() in now.read_bytes():
        _announce(home, {"wave": None})
    wavestores.end_own(rooms, wave, wavestores.own_origins(home, wave, keys))
    invitation.destroy(home, engine, wave)
    destroy_file(home.issuer_keys / f"{wave}.keys")
    destroy_file(home.operator_keys / f"{wave}.inner")
    destroy_file(home.holder_keys / f"{wave}.outer")
    destroy_file(home.trees / f"{wave}.json")
    shutil.rmtree(home.published / wave, ignore_errors=True)
    roster.forget(engine, wave)
