"""What was acknowledged survives a killed process."""

import subprocess
import sys
from pathlib import Path

from pulse.ballotbox.store import BoxStore
from tests.shelves import casting

# Casts for ever, and prints each token's hash once its commit has been acknowledged.
_CASTER = """
import asyncio, os, sys
from pathlib import Path
from pulse.ballotbox.store import BoxStore
from pulse.store.groupcommit import GroupCommit
from pulse.store.shelf import FileShelf
from pulse.terms import SealedBallot

writer = GroupCommit(BoxStore(FileShelf(Path(sys.argv[1]), "wal"), "2026-W09").cast, 1000)


async def cast():
    while True:
        tokens = [os.urandom(32) for _ in range(20)]
        ballots = [SealedBallot("00001", t, b"s" * 256, b"b" * 194) for t in tokens]
        futures = [writer.submit((b.msg, b)) for b in ballots]
        for t, future in zip(tokens, futures):
            await future
            print(t.hex(), flush=True)


asyncio.run(cast())
"""


def test_a_kill_loses_no_acknowledged_ballot(tmp_path: Path) -> None:
    """After SIGKILL in the middle of casting, every printed ballot lies in the box, whole."""
    store = BoxStore.create(casting(tmp_path), "2026-W09")
    store.open_gate()
    command = [sys.executable, "-c", _CASTER, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout
    with process:
        acknowledged = {process.stdout.readline().strip().decode() for _ in range(150)}
        process.kill()
        acknowledged |= set(process.stdout.read().decode().split("\n")[:-1])
    stored = {ballot.msg.hex() for ballot in store.records()}
    assert len(acknowledged) >= 150
    assert acknowledged <= stored
    store.close()
