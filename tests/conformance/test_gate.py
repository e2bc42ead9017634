"""A gate that is to be shut is shut next, however many processes keep on writing."""

import time
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from pulse.ballotbox.store import GATE, BoxStore
from pulse.store.gate import is_open
from tests.backends import Backend
from tests.postgres import Cluster

WAVE = "2026-W09"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"

pytestmark = pytest.mark.slow  # a real server


def test_whoever_writes_after_a_close_has_begun_waits_for_it(
    cluster: Cluster, tmp_path: Path
) -> None:
    """Later writers stand behind the close: it waits for those before it alone."""
    backend = Backend(tmp_path, cluster)
    shelf = backend.shelf()
    box = BoxStore.create(shelf, WAVE)
    box.open_gate()
    closing = Thread(target=box.shut_gate)
    engine = shelf.engine(WAVE)
    with engine.begin() as before:
        assert is_open(before, GATE)
        closing.start()
        until = time.monotonic() + 10
        while not cluster.execute(WAITING)[0][0] and time.monotonic() < until:
            time.sleep(0.01)
        with engine.begin() as after:
            after.execute(text("SET LOCAL lock_timeout = '300ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                is_open(after, GATE)
            after.rollback()
        assert closing.is_alive()
    closing.join(10)
    assert not box.is_open()
    engine.dispose()
    box.close()
    backend.close()
