"""Two processes on one file: still one winner an invitation, one ballot a token."""

import subprocess
import sys
from pathlib import Path

from pulse.ballotbox.store import BoxStore
from pulse.issuer.store import IssuerStore
from pulse.settings import Home, load
from pulse.store.databases import ballotbox_shelf, issuer_shelf
from tests.shelves import casting, issuing

WAVE = "2026-W09"
PEOPLE = [bytes([i]) * 32 for i in range(12)]

# Waits for a line, then uses every invitation and casts under every token in its own name.
_RIVAL = """
import sys
from pathlib import Path
from pulse.ballotbox.store import BoxStore
from pulse.issuer.store import IssuerStore, Mark
from pulse.terms import SealedBallot
from tests.shelves import casting, issuing

folder, name = Path(sys.argv[1]), sys.argv[2].encode()
issuer = IssuerStore(issuing(folder / "issuer"), "2026-W09")
box = BoxStore(casting(folder / "box"), "2026-W09")
print("ready", flush=True)
input()
won = 0
for i in range(12):
    t = bytes([i]) * 32
    won += issuer.mark([Mark(t, name * 32, lambda g: None)]) == ["00001"]
    ballot = SealedBallot("00001", t, name * 256, name * 194)
    won += 1000 * (box.cast([(t, ballot)]) == [True])
print(won)
"""


def test_each_invitation_and_token_has_one_winner(tmp_path: Path) -> None:
    """Two processes that race for 12 invitations and tokens win 12 of each together."""
    for room in ("issuer", "box"):
        (tmp_path / room).mkdir()
    people = [(h, "00001") for h in PEOPLE]
    issuer = IssuerStore.create(issuing(tmp_path / "issuer"), WAVE, people)
    box = BoxStore.create(casting(tmp_path / "box"), WAVE)
    issuer.open_gate()
    box.open_gate()
    rivals = [
        subprocess.Popen(
            [sys.executable, "-c", _RIVAL, str(tmp_path), name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in "ab"
    ]  # fmt: skip
    for rival in rivals:
        assert rival.stdout
        assert rival.stdout.readline() == "ready\n"
    for rival in rivals:
        assert rival.stdin
        rival.stdin.write("go\n")
        rival.stdin.flush()
    won = [int(rival.communicate(timeout=60)[0]) for rival in rivals]
    assert sum(won) == 12_012
    assert issuer.issued() == {"00001": 12}
    assert sum(ballot.sig[:1] == b"a" for ballot in box.records()) == won[0] // 1000
    assert box.count() == 12
    issuer.close()
    box.close()


def test_a_command_waits_longer_for_a_store_than_a_server_does(tmp_path: Path) -> None:
    """SQLite wakes who waits in no order, so a close among busy writers needs more time."""
    home = Home(tmp_path / "home")
    home.make()
    for shelf in (issuer_shelf, ballotbox_shelf):
        waits = []
        for serving in (True, False):
            (home.issuer / f"{WAVE}.db").touch()
            (home.ballotbox / f"{WAVE}.db").touch()
            engine = shelf(home, load(home), serving=serving).engine(WAVE)
            with engine.connect() as connection:
                waits.append(connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one())
            engine.dispose()
        assert waits == [10_000, 60_000]
