"""Releases a twin as any organisation is released: a throw-away home, lived through for real.

Every wave is really opened and really closed, so that its figures went through the same disclosure
control, audit and press as everybody's. One more wave stays open at the end and gets a ballot: if
anything that Pulse prints changed by it, that is a figure of one person.
"""

import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from sqlalchemy import Engine

from pulse.attack import ours
from pulse.attack.publication import PARTICIPATION, Figure, Publication, Span
from pulse.attack.truth import Truth
from pulse.attack.twin import Week
from pulse.ballotbox.responses import encode
from pulse.ballotbox.seal import Sealer
from pulse.ballotbox.store import BoxStore
from pulse.closing.plan import Places
from pulse.instrument import Instrument
from pulse.rehearsal import Rehearsal, Script
from pulse.release import ledger
from pulse.roster import import_roster
from pulse.roster.files import Person, Roster, UnitRow
from pulse.settings import Home, Settings
from pulse.store import treefile
from pulse.store.databases import ballotbox_shelf, on_files, state_engine
from pulse.store.home import make_home
from pulse.terms import Progress, Response, SealedBallot, silent
from pulse.token.encoding import unb64u
from pulse.token.keylist import fingerprint16, read_keylist
from pulse.token.message import new_message, token_context, token_hash
from pulse.wave import Wave

LABEL: Final = "Living through the twin's weeks"
OPEN_FOR: Final = dt.timedelta(days=4)
Cast = Callable[[Home, Wave], None]


def release(
    weeks: Sequence[Week],
    instrument: Instrument,
    settings: Settings,
    folder: Path,
    progress: Progress = silent,
) -> Publication:
    """Release the weeks of a twin in a new home and return what its releases say.

    Args:
        weeks: what was lived.
        instrument: what was asked.
        settings: how the organisation runs Pulse; k is each week's own.
        folder: where the home is made; it must be empty or missing.
        progress: told of each week.

    Raises:
        Held: disclosure control or the audit refuses a week.
    """
    home, settings = Home(folder), on_files(settings)
    make_home(home, "")
    engine = state_engine(home, settings)
    try:
        rehearsal = Rehearsal(home, engine, b"no browser opens this page\n")
        for number, week in enumerate(weeks, 1):
            _seat(engine, week)
            closes = week.opens + OPEN_FOR
            rehearsal.live(replace(settings, k=week.k), week.opens, closes, _script(week))
            progress(LABEL, number, len(weeks))
        live = while_open(home, settings, rehearsal, weeks[-1])
    finally:
        engine.dispose()
    publication = ours.read(home.releases, Truth(weeks, instrument))
    return replace(publication, figures=(*publication.figures, *live))


def _seat(engine: Engine, week: Week) -> None:
    """Import the roster of a week."""
    units = tuple(UnitRow(unit.unit_id, unit.parent_id, unit.name) for unit in week.units)
    # Everybody has an address: no attack looks at how a link comes, and cards take their time.
    people = tuple(
        Person(person, f"{person}@example.org", unit_id) for person, unit_id in week.seats.items()
    )
    import_roster(engine, Roster(units, people))


def _script(week: Week) -> Script:
    """Return what everybody answers in a week."""

    def script(person: str, wave: Wave) -> Response | None:
        answers = week.given.get(person)
        return None if answers is None else Response(wave.form, answers)

    return script


def while_open(
    home: Home, settings: Settings, rehearsal: Rehearsal, last: Week, cast: Cast | None = None
) -> tuple[Figure, ...]:
    """Open one more wave, cast a ballot, and return figures around it if anything shown changed.

    Args:
        home: the twin's home, no wave being open.
        settings: how the organisation runs Pulse.
        rehearsal: opens the wave.
        last: the last week; one who answered then is said to have cast the ballot.
        cast: puts a ballot into the box; default: one sealed to the wave's keys.
    """
    opens = last.opens + dt.timedelta(weeks=1)
    wave = rehearsal.open(replace(settings, k=last.k), opens, opens + OPEN_FOR)
    before = _outside(home)
    person = min(last.given)
    (cast or _cast)(home, wave)
    after = _outside(home)
    if before == after:
        return ()
    return tuple(
        Figure(
            last.wave,
            PARTICIPATION,
            "",
            people,
            Span(len(people), len(people)),
            source="live",
            edition=str(len(people)),
        )
        for people in (frozenset[str](), frozenset({person}))
    )


def _outside(home: Home) -> dict[str, str]:
    """Return the hash of every file that an app shows or that is published, by its path."""
    shown = (home.releases, home.published)
    return {
        str(path): ledger.digest(path.read_bytes())
        for folder in shown
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _cast(home: Home, wave: Wave) -> None:
    """Seal a ballot to the wave's keys and put it into its box."""
    places = Places(home, wave.wave)
    listed = (home.published / wave.wave / wave.keys.rpartition("/")[2]).read_bytes()
    keys = read_keylist(listed, fingerprint16(listed))
    g = next(treefile.read(places.tree).groups_in_order()).g
    context = token_context(wave.wave, g, b"nobody signs in a twin")
    msg = new_message(context)
    plain = encode(Response(keys.form, (1,) * keys.n), keys.n)
    box = Sealer(unb64u(keys.box), unb64u(keys.outer)).seal(plain, context, msg)
    store = BoxStore(ballotbox_shelf(home, Settings()), wave.wave)
    try:
        store.cast([(token_hash(msg), SealedBallot(g, msg, os.urandom(256), box))])
    finally:
        store.close()
