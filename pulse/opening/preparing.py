"""Refuses what must not open, before anything is written."""

import datetime as dt

from sqlalchemy.engine import Engine

from pulse import council, roster
from pulse import wave as waves
from pulse.disclosure.groups import form_groups
from pulse.errors import Refused
from pulse.instrument import Instrument, load
from pulse.instrument.locales import asked_in
from pulse.practices import packs
from pulse.settings import Home, Settings
from pulse.store import treefile
from pulse.store.databases import check_servers
from pulse.terms import Tree


def prepare(
    home: Home, settings: Settings, engine: Engine, now: dt.datetime,
    wave: str | None, closes: dt.datetime | None,
) -> tuple[waves.Wave, Tree, Instrument, tuple[str, ...]]:  # fmt: skip
    """Refuse what must not open, before anything is written."""
    check_servers(home, settings)
    if not settings.support.text.strip() and not any(settings.support.contacts):
        raise Refused("Say where people find help before a wave opens.", where="support.text")
    council.require(engine, settings.holder)
    instrument = load()
    asked_in(instrument, settings.languages, settings.draft_languages)
    named = f"{instrument.id} {instrument.version}"
    row = waves.propose(settings, engine, now, wave=wave, closes=closes, survey=named)
    last = waves.last_asked(engine)
    file = home.trees / f"{last.wave}.json" if last else None
    sticky = treefile.read_kept(file).groups if file and file.exists() else None
    tree = form_groups(roster.headcounts(engine), settings.smallest_group, sticky, settings.k)
    return row, tree, instrument, packs.asks(engine, instrument, row.form, tree)
