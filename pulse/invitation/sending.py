"""Sends the links of the open wave, each mail at most once however often it is run."""

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.engine import Engine

from pulse import wave as waves
from pulse.clock import Clock
from pulse.errors import Refused, WrongState
from pulse.invitation.cards import count
from pulse.invitation.links import (
    Invitation,
    invitations,
    kwave_path,
    mail_lock,
    read_kwave,
    take_back,
)
from pulse.invitation.mails import Kind, Letter, compose
from pulse.invitation.tables import sent
from pulse.mail.outbox import Outbox
from pulse.mail.spool import spool
from pulse.settings import Home, Settings
from pulse.store.engine import reading
from pulse.store.lock import only_one
from pulse.terms import Progress, Secret, silent
from pulse.token.encoding import hmac_sha256
from pulse.token.invites import link
from pulse.token.keylist import KeyList

LABEL: Final = "Writing mails"
STAGES: Final = {"mail": ".eml.new", "slack": ".slack.new"}  # by the person's channel
_AT_ONCE: Final = 200


class Sent(msgspec.Struct, frozen=True):
    """What a run wrote; `without_email` people have no address and get a card."""

    wave: str
    written: int
    without_email: int


def send(  # noqa: PLR0913 - the command's options, each by name
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    *,
    wave: str | None = None,
    kind: Kind = "invitation",
    resend: str | None = None,
    only: Collection[str] | None = None,
    progress: Progress = silent,
) -> Sent:
    """Write a mail to everybody of the open wave who was not sent this kind yet.

    A batch lies staged on disk, under names that follow from person and kind, before it is
    marked, and waits for the courier or a mail server only then. After a crash before the mark
    the same files are written again; after one behind it they are let go as they are. So no mail
    that may have left is ever written a second time.

    Args:
        home: the folders.
        settings: the running configuration.
        clock: the present.
        engine: the state database.
        wave: the wave; None means the open one.
        kind: a reminder goes to everybody too, once.
        resend: an address to write to again, marked or not.
        only: the person_ids whose turn it is; None means everybody.
        progress: told after each batch.

    Raises:
        WrongState: no such wave is open.
        Refused: nobody of this wave has the address `resend`.
    """
    with only_one(mail_lock(home), engine):
        row = _open_wave(engine, clock, wave)
        letter, list_bytes = _letter(home, settings, row, kind)
        kwave = read_kwave(home, row.wave)
        everybody = list(invitations(engine, row.wave, kwave))
        box = Outbox(home.outbox / row.wave)
        _finish(engine, row.wave, kwave, everybody, box)
        chosen = _choose(engine, row.wave, everybody, kind, resend, only)
        written = 0
        progress(LABEL, 0, len(chosen))
        for batch in _batches(chosen):
            mails = {
                _name(kwave, kind, each): compose(
                    letter,
                    each.person.email,
                    link(settings.base_url, each.secret.reveal(), list_bytes),
                    each.person.timezone,
                    clock.now(),
                    each.person.locale,
                )
                for each in batch
            }
            for channel, staged in STAGES.items():
                names = {_name(kwave, kind, e) for e in batch if e.person.channel == channel}
                if names:
                    some = {name: mail for name, mail in mails.items() if name in names}
                    spool(box.folder, some, staged)
            _mark(engine, row.wave, batch, kind)
            box.publish(mails, over=resend is not None)
            if not kwave_path(home, row.wave).exists():
                take_back(home, engine, row.wave)
                raise WrongState(
                    "The wave closed meanwhile; its mails were removed.", where=row.wave
                )
            written += len(batch)
            progress(LABEL, written, len(chosen))
    return Sent(row.wave, written, count(engine, row.wave))


def preview(
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    *,
    kind: Kind = "invitation",
    wave: str | None = None,
    language: str = "",
) -> str:
    """Return the mail's text as people of the open wave read it, with a link that opens nothing.

    `language` shows it as people with that locale read it; empty means the organisation's.

    Raises:
        WrongState: no such wave is open.
    """
    row = _open_wave(engine, clock, wave)
    letter, _ = _letter(home, settings, row, kind)
    example = f"{settings.base_url.rstrip('/')}/s#your-own-link"
    mail = compose(letter, "you@example.org", example, "", clock.now(), language)
    text = mail.get_body(("plain",))
    return f"Subject: {mail['Subject']}\n\n{text.get_content() if text else ''}"


def _open_wave(engine: Engine, clock: Clock, wave: str | None) -> waves.Wave:
    row = waves.current(engine) if wave is None else waves.get(engine, wave)
    if row is None or row.state != "open":
        state = f" (it is {row.state})" if row else ""
        raise WrongState(f"No wave is open{state}; nothing was sent.", where=wave or "")
    if row.closes <= clock.now():
        raise WrongState("The closing time has passed; nothing was sent.", where=row.wave)
    return row


def _letter(home: Home, settings: Settings, row: waves.Wave, kind: Kind) -> tuple[Letter, bytes]:
    list_bytes = (home.published / row.wave / Path(row.keys).name).read_bytes()
    published = msgspec.json.decode(list_bytes, type=KeyList)
    letter = Letter(
        kind=kind,
        organisation=settings.organisation,
        sender=settings.sender,
        base_url=settings.base_url,
        wave=row.wave,
        items=published.n - len(published.lead),
        k=published.k,
        closes=row.closes,
        timezone=settings.timezone,
        fingerprint=row.fingerprint,
        languages=tuple(published.texts),
    )
    return letter, list_bytes


def _choose(
    engine: Engine,
    wave: str,
    everybody: list[Invitation],
    kind: Kind,
    resend: str | None,
    only: Collection[str] | None,
) -> list[Invitation]:
    if resend is not None:
        wanted = resend.strip().casefold()
        chosen = [each for each in everybody if wanted and each.person.email.casefold() == wanted]
        if not chosen:
            raise Refused("Nobody invited in this wave has this address.", where=wave)
        return chosen
    query = select(sent.c.person_id).where(sent.c.wave == wave, sent.c.kind == kind)
    with reading(engine) as connection:
        marked = set(connection.scalars(query))
    turn = everybody if only is None else [e for e in everybody if e.person.person_id in only]
    return [each for each in turn if each.person.person_id not in marked]


def _finish(
    engine: Engine, wave: str, kwave: Secret, everybody: list[Invitation], box: Outbox
) -> None:
    """Let go of what lies staged for people who were marked before a crash."""
    staged = {item.base for item in box.items() if item.state == "new"}
    if not staged:
        return
    people = {each.person.person_id: each for each in everybody}
    query = select(sent.c.person_id, sent.c.kind).where(sent.c.wave == wave)
    with reading(engine) as connection:
        marks = connection.execute(query).all()
    marked = {_name(kwave, kind, people[person]) for person, kind in marks if person in people}
    box.publish(staged & marked)


def _batches(chosen: list[Invitation]) -> Iterator[list[Invitation]]:
    waiting = iter(chosen)
    while batch := list(islice(waiting, _AT_ONCE)):
        yield batch


def _name(kwave: Secret, kind: str, each: Invitation) -> str:
    message = f"pulse-mail/v1\0{kind}\0{each.person.person_id}".encode()
    return f"{kind}-{hmac_sha256(kwave.reveal(), message)[:12].hex()}"


def _mark(engine: Engine, wave: str, batch: list[Invitation], kind: Kind) -> None:
    with engine.begin() as connection:
        query = select(sent.c.person_id).where(sent.c.wave == wave, sent.c.kind == kind)
        marked = set(connection.scalars(query))
        rows = [
            {"wave": wave, "person_id": each.person.person_id, "kind": kind}
            for each in batch
            if each.person.person_id not in marked
        ]
        if rows:
            connection.execute(insert(sent), rows)
