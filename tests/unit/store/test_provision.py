"""What making databases on a server leaves behind there."""

import pytest
from sqlalchemy import select

from pulse.settings import Settings
from pulse.store.postgres import postgres_engine
from pulse.store.provision import provision
from tests.postgres import Cluster

pytestmark = pytest.mark.slow  # a real server


def test_a_server_that_logs_statements_learns_no_password() -> None:
    """The rooms' passwords work, and none stands in the server's log."""
    cluster = Cluster.throw_away(log_statement="all")
    try:
        main = cluster.new_database().render_as_string(hide_password=False)
        made = provision(Settings(database_url=main))
        log = (cluster.folder / "log").read_text()
        for room in ("accounts", "issuer", "ballotbox"):
            assert f"{made[room].username}" in log
            assert str(made[room].password) not in log
            with postgres_engine(made[room], serving=False, one_writer=False).connect() as there:
                assert there.scalar(select(1)) == 1
    finally:
        cluster.remove()
