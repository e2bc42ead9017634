"""Makes what a wave needs before its gates open: keys, public files, invitations in both stores."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace
from sqlalchemy.engine import Engine

from pulse import council, invitation
from pulse import wave as waves
from pulse.ballotbox.seal import point_of, public_of
from pulse.ballotbox.store import BoxStore
from pulse.instrument import Instrument
from pulse.instrument.locales import asked_in
from pulse.instrument.texts import texts
from pulse.issuer import keyfile
from pulse.issuer.store import IssuerStore
from pulse.settings import Home, Settings
from pulse.store import wavestores
from pulse.store.databases import Shelves
from pulse.store.files import PUBLIC, make_folder, write_atomically
from pulse.terms import Progress, Secret, Tree
from pulse.token.encoding import b64u, sha256
from pulse.token.invites import invite_hash
from pulse.token.keylist import KeyList
from pulse.token.keys import SigningKey
from pulse.token.publishing import publish

MakeKeys = Callable[[int, Progress], Sequence[bytes]]  # how many; RSA keys as PKCS #8 DER
Keys = tuple[Mapping[str, SigningKey], Secret, Secret | bytes]  # signing, inner, outer


def local_time(moment: dt.datetime, settings: Settings) -> str:
    """Return an aware time as ISO 8601 in the organisation's zone."""
    return moment.astimezone(settings.zone).isoformat(timespec="seconds")


def write_keys(
    home: Home, holder: str, engine: Engine, wave: str, tree: Tree, ders: Sequence[bytes]
) -> Keys:
    """Write the groups' signing keys and make both opening keys; read back what was written."""
    numbers = [group.g for group in tree.groups_in_order()]
    key_file = home.issuer_keys / f"{wave}.keys"
    keyfile.write(key_file, wave, list(zip(numbers, ders, strict=True)))
    inner = council.new_half(home.operator_keys / f"{wave}.inner")
    signing = {g: SigningKey.from_der(der) for g, der in keyfile.read(key_file).items()}
    return signing, inner, council.outer_half(home, holder, engine, wave)


def publish_files(
    home: Home, settings: Settings, row: waves.Wave, tree: Tree, instrument: Instrument,
    asked: tuple[str, ...], keys: Keys, page: bytes,
) -> waves.Wave:  # fmt: skip
    """Write the wave's public files; return its row as it will be once open."""
    signing, inner, outer = keys
    terms = KeyList(
        wave=row.wave, closes=local_time(row.closes, settings), k=settings.k, form=row.form,
        n=len(asked), items=asked, lead=instrument.for_leaders(asked),
        box=b64u(public_of(inner)), outer=b64u(point_of(outer)), holder=settings.holder,
        page=sha256(page).hex(), texts={}, groups=0, invited=0, root="",
    )  # fmt: skip
    words = {
        each.code: texts(instrument, asked, row.wave, settings.support, each)
        for each in asked_in(instrument, settings.languages, settings.draft_languages)
    }
    published = publish(terms, tree, [key.spki for key in signing.values()], words)
    make_folder(folder := home.published / row.wave, home.mode(home.published))
    for name, data in published.files.items():
        write_atomically(folder / name, data, PUBLIC)
    return replace(
        row, keys=published.keys, fingerprint=published.fingerprint,
        groups=len(signing), invited=tree.root.invited,
    )  # fmt: skip


def prefill(home: Home, engine: Engine, rooms: Shelves, row: waves.Wave, tree: Tree) -> int:
    """Make both stores, every invitation in the issuer's; return how many have no address."""
    number = {group.unit_id: group.g for group in tree.groups_in_order()}
    kwave = invitation.make_kwave(home, row.wave)
    invited = list(invitation.invitations(engine, row.wave, kwave))
    hashes = [(invite_hash(i.secret.reveal()), number[i.person.unit_id]) for i in invited]
    origin = wavestores.origin_of(row.keys)
    IssuerStore.create(rooms.issuer, row.wave, hashes, origin).close()
    BoxStore.create(rooms.ballotbox, row.wave, origin).close()
    return sum(not each.person.email for each in invited)
