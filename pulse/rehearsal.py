"""A week rehearsed: opened for real, answered by a script, and closed for real from the open step.

What is left out is the way of a ballot between two people: nobody's browser blinded a token, so
no box is cast and nothing is peeled. The answers are sealed to the week's own inner key as a
peel would leave them, and from there on everything is the real closing: opening, tabulation,
disclosure control, audit, press, ledger, destruction.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy import Engine

import pulse
from pulse import wave as waves
from pulse.ballotbox.export import TokenList
from pulse.ballotbox.peeled import PeelHeader, read_groups, write_peeled
from pulse.ballotbox.responses import encode
from pulse.ballotbox.seal import Sealer
from pulse.clock import FixedClock
from pulse.closing import Closed, close_wave
from pulse.closing.plan import Places, Plan, write_plan
from pulse.opening import open_wave
from pulse.roster import members
from pulse.settings import Home, Settings
from pulse.store import treefile
from pulse.terms import Progress, Response
from pulse.token.encoding import unb64u
from pulse.token.keylist import FINGERPRINT_LENGTH, KeyList, hex_hash, read_keylist
from pulse.token.keys import generate_der
from pulse.token.message import token_context

# What a person (by person_id) answers in a wave, or None who takes no part.
Script = Callable[[str, waves.Wave], Response | None]


class Rehearsal:
    """Lives through weeks, one after the other.

    Args:
        home: the installation, a throw-away one.
        engine: its state database.
        page: what stands for the staff page's bytes in the key lists.
    """

    def __init__(self, home: Home, engine: Engine, page: bytes) -> None:
        self._home, self._engine, self._page = home, engine, page
        # Nobody signs anything in a rehearsal: one key stands for all groups of all weeks.
        self._key = generate_der()

    def live(
        self, settings: Settings, opens: dt.datetime, closes: dt.datetime, script: Script
    ) -> Closed:
        """Open, answer and close the week of `opens`.

        Args:
            settings: the configuration that week.
            opens: when it opens, aware.
            closes: when it closes, aware.
            script: asked once for each invited person, by person_id.

        Raises:
            Held: disclosure control or the audit refuses the release.
        """
        wave = self.open(settings, opens, closes)
        self._answer(wave, script)
        return close_wave(self._home, settings, FixedClock(closes), self._engine, wave.wave)

    def open(self, settings: Settings, opens: dt.datetime, closes: dt.datetime) -> waves.Wave:
        """Open the week of `opens` and return its row."""
        opened = open_wave(
            self._home,
            settings,
            FixedClock(opens),
            self._engine,
            page=self._page,
            closes=closes,
            make_keys=self._one_key,
        )
        row = waves.get(self._engine, opened.wave)
        if row is None:  # pragma: no cover - it was written a moment ago
            raise KeyError(opened.wave)
        return row

    def _one_key(self, count: int, progress: Progress) -> list[bytes]:
        del progress
        return [self._key] * count

    def _answer(self, row: waves.Wave, script: Script) -> None:
        places = Places(self._home, row.wave)
        published = (self._home.published / row.wave / row.keys.rpartition("/")[2]).read_bytes()
        fingerprint = bytes.fromhex(hex_hash(published))[:FINGERPRINT_LENGTH]
        keys = read_keylist(published, fingerprint)
        records = sorted(set(self._sealed(row, keys, places, script)))
        ballots = Counter(record[:5].decode() for record in records)
        waves.move(self._engine, row.wave, ("open",), "awaiting_peel")
        plan = Plan(
            wave=row.wave,
            step="open",
            keys=row.keys,
            fingerprint=fingerprint.hex(),
            k=keys.k,
            form=keys.form,
            items=keys.items,
            holder=keys.holder,
            code_version=pulse.__version__,
            invited=keys.invited,
            issued=len(records),
        )
        write_plan(self._home, plan)
        header = PeelHeader(
            v=1,
            wave=row.wave,
            keys=row.keys,
            ballots=dict(sorted(ballots.items())),
            spoiled_outer=0,
            repeated=0,
            tokens=TokenList(row.wave).hex(),  # the hash over no token
        )
        write_peeled(places.peeled, header, records)

    def _sealed(
        self, row: waves.Wave, keys: KeyList, places: Places, script: Script
    ) -> Iterator[bytes]:
        sealer = Sealer(unb64u(keys.box), unb64u(keys.outer))
        contexts = {
            g: token_context(row.wave, g, unb64u(listed.spki))
            for g, listed in read_groups(places.groups).items()
        }
        numbers = {unit.unit_id: unit.g for unit in treefile.read(places.tree).groups_in_order()}
        for person in members(self._engine, row.wave):
            response = script(person.person_id, row)
            if response is not None:
                g = numbers[person.unit_id]
                yield g.encode() + sealer.inner(encode(response, keys.n), contexts[g])
