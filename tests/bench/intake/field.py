"""A home with one open wave that takes the premade requests, made anew for every round."""

from pathlib import Path

from pulse.ballotbox.store import BoxStore
from pulse.issuer import keyfile
from pulse.issuer.store import IssuerStore
from pulse.settings import Home, load
from pulse.store.databases import shelves
from pulse.token.invites import invite_hash
from pulse.token.keys import SigningKey
from pulse.token.publishing import group_files
from tests.bench.intake.premade import WAVE, Premade
from tests.station import flat_tree


def open_home(folder: Path, made: Premade, settings: str = "") -> Home:
    """Make a home in an empty folder, with its wave open; `settings` are its `pulse.toml`."""
    home = Home(folder)
    home.make()
    home.settings_file.write_text(settings)
    spkis = [SigningKey.from_der(der).spki for der in made.keys.values()]
    (home.published / WAVE).mkdir()
    for name, content in group_files(WAVE, flat_tree(made.keys), spkis).files.items():
        (home.published / WAVE / name).write_bytes(content)
    keyfile.write(home.issuer_keys / f"{WAVE}.keys", WAVE, list(made.keys.items()))
    numbers = list(made.keys)
    invitations = [
        (invite_hash(link), numbers[i % len(numbers)]) for i, link in enumerate(made.secrets)
    ]
    rooms = shelves(home, load(home))
    issued = IssuerStore.create(rooms.issuer, WAVE, invitations)
    box = BoxStore.create(rooms.ballotbox, WAVE)
    for store in (issued, box):
        store.open_gate()
        store.close()
    return home
