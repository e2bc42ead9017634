"""What is looked at after every event, and what must be true of a wave that has ended."""

import hashlib
import tarfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pulse import wave
from pulse.ballotbox import responses
from pulse.ballotbox.export import GROUP, chunks, split
from pulse.ballotbox.peeled import RECORD, read_groups, read_peeled
from pulse.ballotbox.seal import Opener
from pulse.closing.plan import Places
from pulse.errors import Spoiled
from pulse.invitation.links import kwave_path
from pulse.release import cells, ledger, reading
from pulse.release.cell import Cell
from pulse.terms import Secret, Tree
from pulse.token.encoding import b64u, unb64u
from pulse.token.message import token_context
from tests.fault.simulation.house import House
from tests.fault.simulation.model import LATER, TOP, Answers, Life, demand
from tests.fault.simulation.voter import Voter
from tests.week import Secrets

HALF: Final = 0.5 + 1e-9
SAMPLE: Final = 4
ENOUGH: Final = 2  # times k people who answer an item: disclosure control has no reason to hide all


class Watch:
    """What was seen so far, to compare the present with."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.states: dict[str, str] = {}
        self.released: dict[str, bytes] = {}
        self.entries: list[ledger.Entry] = []

    def look(self, *, again: bool) -> None:
        """Compare states, releases and answers to late ballots with what they were.

        `again` says that a cancelled wave may have been opened again since the last look.
        """
        for row in wave.every(self.house.engine):
            before = self.states.get(row.wave, "")
            later = reachable(before) if again else LATER[before]
            demand(row.state in later, f"{row.wave} went from {before} to {row.state}")
            self.states[row.wave] = row.state

    def restored(self, states: Mapping[str, str]) -> None:
        """Go on from the states and releases of a backup, which must be older ones unchanged."""
        self.states = dict(states)
        now = self.entries_now()
        demand(now == self.entries[: len(now)], "a restored ledger is not an older one")
        self.entries = now
        waves = {entry.wave for entry in now}
        self.released = {n: f for n, f in self.released.items() if n.partition("/")[0] in waves}

    def entries_now(self) -> list[ledger.Entry]:
        """Return the ledger's lines as they are."""
        return ledger.read(self.house.home.releases)

    def releases(self) -> None:
        """Check that the ledger is whole and that what was once published never changed."""
        folder = self.house.home.releases
        entries = reading.verify_chain(folder)
        demand(entries[: len(self.entries)] == self.entries, "the ledger lost or changed a line")
        self.entries = entries
        for entry in entries:
            for path in sorted((folder / entry.wave).iterdir()):
                name, now = f"{entry.wave}/{path.name}", path.read_bytes()
                demand(self.released.setdefault(name, now) == now, f"{name} changed")
        demand(len({e.wave for e in entries}) == len(entries), "a wave was released twice")

    def answers(self, named: str, end: str) -> None:
        """Check that an ended wave answers 410, and a cancelled one 404."""
        may = {404, 410} if end == "cancelled" else {410}
        zeros = {"secret": b64u(bytes(32)), "blinded": b64u(bytes(256))}
        ballot = {"g": "00001", "msg": b64u(bytes(97)), "sig": b64u(bytes(256))}
        for path, body in (("/issue", zeros), ("/ballot", {**ballot, "box": b64u(bytes(194))})):
            status, _ = self.house.post(path, {"v": 1, "wave": named, **body})
            demand(status in may, f"{named} is {end} and {path} answered {status}")


def reachable(state: str) -> set[str]:
    """Return every state that a wave may be in some steps after `state`."""
    found, waiting = set[str](), [state]
    while waiting:
        for each in LATER[waiting.pop()] - found:
            found.add(each)
            waiting.append(each)
    return found


def opened(places: Places, inner: bytes) -> Counter[tuple[str, Answers]]:
    """Open P with a copy of the inner key and count its answers by group."""
    header, offset = read_peeled(places.peeled)
    contexts = {
        g: token_context(header.wave, g, unb64u(each.spki))
        for g, each in read_groups(places.groups).items()
    }
    found, opener = Counter[tuple[str, Answers]](), Opener(Secret(inner))
    for chunk in chunks(places.peeled, offset, RECORD):
        for record in split(chunk, RECORD):
            g = record[:GROUP].decode()
            try:
                plain = opener.open(contexts[g], record[GROUP:])
                found[g, responses.decode(plain, plain[1], plain[2]).answers] += 1
            except Spoiled:
                continue
    return found


def counted(life: Life, places: Places, inner: bytes) -> None:
    """Check that P holds what was acknowledged, each ballot exactly once.

    Of ballots that share one inner box all but one are spoiled, so the one may be any of them.
    """
    found = opened(places, inner)
    twice = [answers for answers, times in found.items() if times > 1]
    demand(not twice, f"ballots counted twice: {twice}")
    lost, extra = life.good - found, found - life.good
    demand(not lost, f"acknowledged ballots lost: {sorted(lost)}")
    demand(not extra, f"ballots nobody cast: {sorted(extra)}")


def figures(life: Life, releases: Path) -> int:
    """Hold a release against the ballots that the world outside knows of; count its figures."""
    release = reading.load(releases, life.wave)
    tallies = release.manifest.tallies
    cast, good = len(life.casts), sum(life.good.values())
    demand(tallies.ballots == cast, f"{tallies.ballots} ballots are told, {cast} were cast")
    shown = [c for c in cells.rows(cells.read(release.folder / cells.NAME)) if _shown(c)]
    if life.unopened:
        demand(not shown, "a wave with fewer than k ballots shows a figure")
        return 0
    demand((tallies.counted, tallies.spoiled) == (good, cast - good), f"counted: {tallies}")
    asked = (tallies.invited, tallies.issued)
    demand(asked == (len(life.links), len(life.tokens)), f"invited and issued: {tallies}")
    _in_their_teams(life, release.tree)
    answers = _by_unit(life, release.tree)
    top = [cell for cell in shown if cell.unit_id == release.tree.root.unit_id]
    fewest = min(map(sum, zip(*_answered(life), strict=True)), default=0)
    demand(
        top or fewest < ENOUGH * life.shown_k,
        f"nothing is shown, though {fewest} answered each item, k = {life.shown_k}",
    )
    for cell in shown:
        item = release.manifest.items.index(cell.measure.removeprefix("item:"))
        given = [a[item] for a in answers[cell.unit_id] if 0 < a[item] <= TOP]
        _figure(cell, given, life.shown_k)
    return len(shown)


def _shown(cell: Cell) -> bool:
    return cell.status == "published" and cell.kind == "unit" and cell.measure.startswith("item:")


def _answered(life: Life) -> list[list[bool]]:
    """Tell for each good ballot which items it answers."""
    return [[0 < answer <= TOP for answer in answers] for _, answers in life.good.elements()]


def _in_their_teams(life: Life, tree: Tree) -> None:
    """Check that each ballot lies in a group that its person's team is, or is a part of."""
    parts = {unit.g: {part.partition("/")[0] for part in unit.unit_id.split("+")}
             for unit in tree.units if unit.g}  # fmt: skip
    for cast in life.casts:
        demand(parts[cast.g] & life.above[cast.person], f"{cast.person} answers in {cast.g}")


def _by_unit(life: Life, tree: Tree) -> dict[str, list[Answers]]:
    parent = {unit.unit_id: unit.parent_id for unit in tree.units}
    unit_of = {unit.g: unit.unit_id for unit in tree.units if unit.g}
    found: dict[str, list[Answers]] = {unit.unit_id: [] for unit in tree.units}
    for (g, answers), times in life.good.items():
        above: str | None = unit_of[g]
        while above is not None:
            found[above] += [answers] * times
            above = parent[above]
    return found


def _figure(cell: Cell, given: list[int], k: int) -> None:
    where = f"{cell.wave} {cell.unit_id} {cell.measure}"
    demand(len(given) >= k, f"{where} shows {len(given)} people")
    demand(k <= (cell.at_least or 0) <= len(given), f"{where} says at least {cell.at_least}")
    mean, step = sum(given) / len(given), cell.step or 0.0
    low, high = (cell.mean or 0.0) - step * HALF, (cell.mean or 0.0) + step * HALF
    bound = cell.mean_bound
    fits = (bound == "at_most" or mean >= low) and (bound == "at_least" or mean <= high)
    demand(fits, f"{where} says {bound} {cell.mean} of a mean of {mean:.3f}")


def secrets_of(house: House, life: Life) -> Secrets:
    """Take down a sample of what must not outlive a wave, as it is when the wave opens."""
    known = Secrets()
    for link in list(life.links.values())[:3]:
        known.add("link", link, _hash(link), _hash(b"pulse-invite/v1\0" + link))
    places = Places(house.home, life.wave)
    for path in (places.inner_key, places.outer_key, kwave_path(house.home, life.wave)):
        if path.exists():
            known.add(path.suffix, path.read_bytes())
    return known


def take_down(known: Secrets, voters: Mapping[str, Voter]) -> None:
    """Take down tokens and boxes of the first few who have some."""
    for voter in [v for v in voters.values() if v.sig][:SAMPLE]:
        known.add("token", voter.msg, voter.sig, _hash(voter.msg))
    for voter in [v for v in voters.values() if v.body][:SAMPLE]:
        known.add("box", unb64u(str(voter.body["box"])), voter.inner)


def _hash(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


def nothing_in(backup: Path, known: Secrets) -> None:
    """Check that no file of a backup holds a link, a token, a box or a key of the present wave."""
    with tarfile.open(backup) as tar:
        held = {member.name: tar.extractfile(member) for member in tar}
        files = {name: file.read() for name, file in held.items() if file is not None}
    found = sorted(known.found_in(files))
    demand(files and not found, f"{backup.name} has {found} in it")


def nothing_left(home: Path, life: Life, known: Secrets) -> None:
    """Check that no file under a home holds a secret of an ended wave."""
    files = {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}
    left = sorted(known.found_in(files))
    demand(not left, f"{life.wave} is {life.end}, and left {left}")
    named = [n for n in files if life.wave in n and n.split("/")[0] in {"keys", "outbox"}]
    demand(not named, f"{life.wave} is {life.end}, and left {named}")
