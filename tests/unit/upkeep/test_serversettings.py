"""Which settings of a PostgreSQL server are refused, and which are told."""

import pytest

from pulse.store.engine import sqlite_engine
from pulse.store.serversettings import findings, judged, refusals

# PostgreSQL's own defaults (its documentation, chapter "Server Configuration").
DEFAULTS = {
    "track_commit_timestamp": "off", "log_statement": "none", "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1", "log_transaction_sample_rate": "0", "log_duration": "off",
    "log_statement_stats": "off", "log_parser_stats": "off", "log_planner_stats": "off",
    "log_executor_stats": "off", "debug_print_parse": "off", "debug_print_rewritten": "off",
    "debug_print_plan": "off", "log_parameter_max_length_on_error": "0", "fsync": "on",
    "full_page_writes": "on", "synchronous_commit": "on", "log_min_error_statement": "error",
    "log_error_verbosity": "default", "log_lock_waits": "off", "archive_mode": "off",
    "wal_level": "replica",
    "wal_recycle": "off",
}  # fmt: skip
LINKING = {
    "track_commit_timestamp": "on", "log_statement": "mod", "log_min_duration_statement": "0",
    "log_min_duration_sample": "100", "log_transaction_sample_rate": "0.1", "log_duration": "on",
    "log_statement_stats": "on", "log_executor_stats": "on", "debug_print_plan": "on",
    "auto_explain.log_min_duration": "0", "pgaudit.log": "all",
    "log_parameter_max_length_on_error": "-1",
}  # fmt: skip


def weighed(**changes: str) -> dict[str, str]:
    """Return name and weight of what is found in the defaults with some of them changed."""
    running = DEFAULTS | changes
    return {each.setting.split()[0]: each.weight for each in judged(running)}


def test_the_defaults_of_a_server_are_no_reason_to_refuse() -> None:
    """Nothing of a fresh server links people or loses ballots; two settings are told."""
    assert weighed() == {"log_min_error_statement": "reported", "log_error_verbosity": "reported"}


@pytest.mark.parametrize("name", LINKING)
def test_what_would_link_people_is_refused(name: str) -> None:
    """Every setting that keeps the time of statements or commits is found."""
    assert weighed(**{name: LINKING[name]})[name] == "linking"


@pytest.mark.parametrize(
    ("name", "value"),
    [("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "off")],
)
def test_what_would_lose_ballots_is_found(name: str, value: str) -> None:
    """Every setting under which an acknowledged row may go is found."""
    assert weighed(**{name: value})[name] == "losing"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("archive_mode", "on"),
        ("wal_level", "logical"),
        ("log_lock_waits", "on"),
        ("wal_recycle", "on"),
    ],
)
def test_copies_of_the_log_are_told(name: str, value: str) -> None:
    """They are not refused: whoever needs them must be able to have them, and to know."""
    assert weighed(**{name: value})[name] == "reported"


def test_sqlite_has_no_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    """There is nothing to find out about a file."""
    engine = sqlite_engine(tmp_path_factory.mktemp("x") / "x.db", journal="wal", create=True)
    assert findings(engine) == []
    assert refusals(engine) == ()
    engine.dispose()
