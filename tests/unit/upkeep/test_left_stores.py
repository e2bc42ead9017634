"""Tables of a week that is over are found, on a server too."""

import datetime as dt
from pathlib import Path

import pytest

from pulse.ballotbox.store import BoxStore
from pulse.store.databases import Shelves
from pulse.upkeep.waves_look import left_stores
from pulse.wave import State, Wave
from tests.backends import Backend
from tests.postgres import Cluster

pytestmark = pytest.mark.slow  # a real server


def test_tables_of_a_week_that_is_over_are_found(cluster: Cluster, tmp_path: Path) -> None:
    """A close under another address leaves them: they are named until they are dropped."""
    backend = Backend(tmp_path, cluster)
    shelf = backend.shelf()
    BoxStore.create(shelf, "2026-W09").close()

    def found(state: State) -> list[str]:
        now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
        rows = [Wave("2026-W09", state, now, now, 0)]
        return [check.where for check in left_stores(Shelves(shelf, shelf), rows)]

    assert found("open") == found("held") == []
    assert found("released") == found("lost") == found("cancelled") == ["2026-W09"] * 2
    shelf.destroy("2026-W09")
    assert found("released") == []
    backend.close()
