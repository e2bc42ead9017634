"""The suite: every attack on the home's releases, on a twin released by us, and on it naively.

The naive publication is the control: an attack that finds nothing there proves nothing here.
Where an organisation's form gives an attack nothing to find, the control is made of an invented
organisation instead, of which every attack is known to find something.
"""

import tempfile
import time
from collections.abc import Sequence
from functools import cache
from inspect import cleandoc
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Final

import msgspec

from pulse.attack import naive, organisation, ours, release, twin
from pulse.attack.attacks import ATTACKS
from pulse.attack.publication import Publication, Recovered
from pulse.attack.twin import Week
from pulse.errors import Refused
from pulse.instrument import Instrument, load
from pulse.settings import Home, Settings
from pulse.terms import Progress, RosterUnit, silent

LABEL: Final = "Attacking"
WAVES: Final = 12
SEED: Final = "council"
CONTROL: Final = "an organisation of which every attack finds something"


class Outcome(msgspec.Struct, frozen=True):
    """One attack: what it found of ours (the home's releases and the twin) and of the naive twin.

    `control` says whose naive publication proves that the attack works: "twin", "invented" where
    the twin's form has nothing for it, or "none". `home` is the part of `ours` that was found in
    the home's own releases.
    """

    name: str
    explanation: str
    ours: Recovered
    naive: Recovered
    control: str
    home: Recovered = Recovered()

    @property
    def ok(self) -> bool:
        """Whether nothing of ours was found by an attack that works."""
        return not self.ours.groups and self.control != "none"


class Report(msgspec.Struct, frozen=True):
    """What all attacks found.

    `releases` were attacked by their structure; the twin had `people` at its first wave and
    `waves` waves under `k` (a stricter one for two of them). `findings` are sentences, empty if
    `ok`.
    """

    ok: bool
    findings: tuple[str, ...]
    attacks: tuple[Outcome, ...]
    k: int
    waves: int
    people: int
    seed: str
    releases: int
    seconds: float


def run(
    home: Home,
    settings: Settings,
    *,
    waves: int = WAVES,
    seed: str = SEED,
    units: Sequence[RosterUnit] = (),
    progress: Progress = silent,
) -> Report:
    """Attack a home, its twin and the naive twin; the home is only read.

    Args:
        home: the installation; it may have no release yet.
        settings: its running configuration.
        waves: how many waves the twin lives through, four or more.
        seed: the same seed makes the same twin.
        units: the organisation of the twin; default: the home's, else an invented one.
        progress: told of each release, week and attack.

    Raises:
        BadRelease: the home's releases do not match their ledger.
        Refused: a week of the twin could not be released.
    """
    begun = time.monotonic()
    structure = ours.read(home.releases, progress=progress)
    instrument = load()
    lived = tuple(units) or _units(home, seed)
    weeks = twin.live(lived, instrument, waves, settings.k, seed)
    released = _released(weeks, instrument, settings, progress)
    control = naive.publish(weeks, instrument)
    outcomes = []
    for number, module in enumerate(ATTACKS, 1):
        outcomes.append(_outcome(module, structure, released, control))
        progress(LABEL, number, len(ATTACKS))
    found = tuple(sentence for outcome in outcomes for sentence in findings(outcome))
    return Report(
        ok=not found,
        findings=found,
        attacks=tuple(outcomes),
        k=settings.k,
        waves=waves,
        people=len(weeks[0].seats),
        seed=seed,
        releases=len(structure.k),
        seconds=round(time.monotonic() - begun, 1),
    )


def _released(
    weeks: Sequence[Week], instrument: Instrument, settings: Settings, progress: Progress
) -> Publication:
    """Release the twin in a folder that is gone afterwards, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="pulse-attack-") as folder:
        home = Path(folder, "home")
        try:
            return release.release(weeks, instrument, _neutral(settings), home, progress)
        except Refused as error:  # held, too small, or anything else that stops a week
            raise Refused(
                "A week of the invented twin was refused, so this run shows nothing; your own "
                f"weeks are not concerned. Report it with the seed. The reason: {error.message}",
                where=error.where,
            ) from error


def explanation(module: ModuleType) -> str:
    """Return an attack's own words: a heading and one paragraph."""
    return cleandoc(module.__doc__ or "")


def _units(home: Home, seed: str) -> tuple[RosterUnit, ...]:
    tree = organisation.last_tree(home)
    dice = Random(f"{seed}/organisation")  # noqa: S311 - a rehearsal, no secret
    if tree is None:
        return organisation.invented(organisation.INVENTED, dice)
    return organisation.units_of(tree, dice)


def _neutral(settings: Settings) -> Settings:
    """Keep what disclosure control depends on, and nothing that a twin cannot have."""
    return Settings(
        organisation="Twin",
        k=settings.k,
        group_min_invited=settings.group_min_invited,
        prefer=settings.prefer,
    )


def _outcome(
    module: ModuleType,
    structure: Publication,
    released: Publication,
    control: Publication,
) -> Outcome:
    of_home = module.attack(structure)
    found = _together(of_home, module.attack(released))
    of_naive, whose = module.attack(control), "twin"
    if not works(of_naive):
        whose = "invented" if works(module.attack(_invented())) else "none"
    return Outcome(module.NAME, explanation(module), found, of_naive, whose, of_home)


def works(found: Recovered) -> bool:
    """Tell whether an attack found something, or guessed better than blindly."""
    guessed = found.guess is not None and found.blind is not None and found.guess > found.blind
    return found.groups > 0 or guessed


def _together(home: Recovered, lived: Recovered) -> Recovered:
    return msgspec.structs.replace(
        lived, groups=home.groups + lived.groups, people=home.people + lived.people
    )


@cache
def _invented() -> Publication:
    """Publish an invented organisation naively, once for all attacks that need it."""
    instrument = load()
    dice = Random(f"{CONTROL}/organisation")  # noqa: S311 - a rehearsal, no secret
    units = organisation.invented(organisation.INVENTED, dice)
    return naive.publish(twin.live(units, instrument, WAVES, 5, CONTROL), instrument)


def findings(outcome: Outcome) -> list[str]:
    """Say in whole sentences what is wrong and what to do; nothing if the outcome is ok."""
    found = []
    if outcome.ours.groups:
        of_home, elsewhere = outcome.home.groups, outcome.ours.groups - outcome.home.groups
        places = [
            f"{count} small {'groups' if count > 1 else 'group'} {where}"
            for count, where in (
                (of_home, "in this home's own releases (`pulse audit` names the weeks)"),
                (elsewhere, "in the twin's weeks, so a later week of this home may tell as much"),
            )
            if count
        ]
        found.append(
            f"{outcome.name}: it worked out {' and '.join(places)}. Open no other week; report "
            "this with the output of `pulse attack --json`."
        )
    if outcome.control == "none":
        found.append(
            f"{outcome.name}: it found nothing where there is something, so it proves nothing. "
            "Report this with the output of `pulse attack --json`."
        )
    return found
