"""A home with one open wave that takes the premade requests, made anew for every round."""

from pathlib import Path

import msgspec

from pulse.ballotbox.store import BoxStore
from pulse.issuer import keyfile
from pulse.issuer.store import IssuerStore
from pulse.settings import Home, load
from pulse.store.databases import shelves
from pulse.token.encoding import b64u
from pulse.token.invites import invite_hash
from pulse.token.keys import SigningKey
from tests.bench.intake.premade import WAVE, Premade


def open_home(folder: Path, made: Premade, settings: str = "") -> Home:
    """Make a home in an empty folder, with its wave open; `settings` are its `pulse.toml`."""
    home = Home(folder)
    home.make()
    home.settings_file.write_text(settings)
    rows = [
        {"g": g, "label": g, "spki": b64u(SigningKey.from_der(der).spki), "file": f"/w/{WAVE}/{g}"}
        for g, der in made.keys.items()
    ]
    (home.published / WAVE).mkdir()
    (home.published / WAVE / "groups.json").write_bytes(msgspec.json.encode(rows))
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
