"""Settings of a PostgreSQL server that would keep what Pulse does not, or lose what it must not.

Read in a session of the room's own role: a setting may be given to a role or a database alone.
"Linking" settings write down when which statement ran, "losing" ones let an acknowledged row go:
no wave is opened under either. "Reported" ones make further copies of the server's log of
changes, which keeps the order of rows until it is recycled, or log a little of it. What each
does: https://www.postgresql.org/docs/current/runtime-config.html.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, text

from pulse.store.engine import reading

Weight = Literal["linking", "losing", "reported"]


class Finding(NamedTuple):
    """A setting that is not as it should be: its name, how much it weighs, and a sentence."""

    setting: str
    weight: Weight
    sentence: str


class _Rule(NamedTuple):
    fits: Callable[[str], bool]
    weight: Weight
    sentence: str


def _is(*values: str) -> Callable[[str], bool]:
    return lambda value: value in values


_TIMED: Final = "it writes down when which statement ran, so people and ballots could be paired"
_LOSES: Final = "a power cut would lose ballots that people were told are counted"
_COPIES: Final = "copies of the log of changes keep the order of rows for as long as they are kept"
_OFF: Final = _is("off")
_NEVER: Final = _is("-1")

_RULES: Final[Mapping[str, _Rule]] = {
    "track_commit_timestamp": _Rule(
        _OFF, "linking", "it keeps the time of every commit, so people and ballots could be paired"
    ),
    "log_statement": _Rule(_is("none"), "linking", _TIMED),
    "log_min_duration_statement": _Rule(_NEVER, "linking", _TIMED),
    "log_min_duration_sample": _Rule(_NEVER, "linking", _TIMED),
    "log_transaction_sample_rate": _Rule(_is("0"), "linking", _TIMED),
    "log_duration": _Rule(_OFF, "linking", _TIMED),
    "log_statement_stats": _Rule(_OFF, "linking", _TIMED),
    "log_parser_stats": _Rule(_OFF, "linking", _TIMED),
    "log_planner_stats": _Rule(_OFF, "linking", _TIMED),
    "log_executor_stats": _Rule(_OFF, "linking", _TIMED),
    "debug_print_parse": _Rule(_OFF, "linking", _TIMED),
    "debug_print_rewritten": _Rule(_OFF, "linking", _TIMED),
    "debug_print_plan": _Rule(_OFF, "linking", _TIMED),
    "auto_explain.log_min_duration": _Rule(_NEVER, "linking", _TIMED),
    "pgaudit.log": _Rule(_is("none", ""), "linking", _TIMED),
    "log_parameter_max_length_on_error": _Rule(
        _is("0"), "linking", "it writes values into the log whenever a statement fails"
    ),
    "fsync": _Rule(_is("on"), "losing", _LOSES),
    "full_page_writes": _Rule(_is("on"), "losing", _LOSES),
    "synchronous_commit": _Rule(
        _is("on", "local", "remote_write", "remote_apply"), "losing", _LOSES
    ),
    "log_min_error_statement": _Rule(
        _is("log", "fatal", "panic"),
        "reported",
        "the words of failed statements, without values, are logged with their time; "
        "`panic` leaves them out",
    ),
    "log_error_verbosity": _Rule(
        _is("terse"),
        "reported",
        "an error's details may quote a hash; `terse` leaves them out",
    ),
    "log_lock_waits": _Rule(
        _OFF, "reported", "statements that wait for long are logged with their time"
    ),
    "archive_mode": _Rule(_OFF, "reported", _COPIES),
    "wal_recycle": _Rule(
        _OFF,
        "reported",
        "the server keeps old files of its log under new names, and with them, after a close, who "
        "held which token; set it to off",
    ),
    "wal_level": _Rule(_is("minimal", "replica"), "reported", _COPIES),
}  # fmt: skip
_SETTINGS: Final = text("SELECT name, setting FROM pg_settings WHERE name IN :names").bindparams(
    bindparam("names", expanding=True)
)
# Whether this session is local or encrypted.
_PRIVATE: Final = text(
    "SELECT inet_server_addr() IS NULL OR host(inet_server_addr()) IN ('127.0.0.1', '::1') "
    "OR coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)"
)


def findings(engine: Engine) -> list[Finding]:
    """Return what is wrong with the settings of a room's server; nothing on SQLite."""
    if engine.dialect.name == "sqlite":
        return []
    with reading(engine) as connection:
        rows = connection.execute(_SETTINGS, {"names": list(_RULES)})
        running = {str(name): str(setting) for name, setting in rows}
        return [*judged(running), *_surroundings(connection)]


def refusals(engine: Engine) -> tuple[str, ...]:
    """Return, a sentence each, the settings under which no wave may be opened."""
    return tuple(
        f"{found.setting}: {found.sentence}."
        for found in findings(engine)
        if found.weight != "reported"
    )


def judged(running: Mapping[str, str]) -> Iterator[Finding]:
    """Compare settings, by name, with what they should be; absent ones are of no extension."""
    for name, rule in _RULES.items():
        value = running.get(name)
        if value is not None and not rule.fits(value):
            yield Finding(f"{name} = {value}", rule.weight, rule.sentence)


def _surroundings(connection: Connection) -> Iterator[Finding]:
    replicas = connection.scalar(text("SELECT count(*) FROM pg_stat_replication")) or 0
    slots = connection.scalar(text("SELECT count(*) FROM pg_replication_slots")) or 0
    if replicas or slots:
        yield Finding(f"replicas: {replicas}, slots: {slots}", "reported", _COPIES)
    if not connection.scalar(_PRIVATE):
        yield Finding(
            "ssl = off", "reported", "what is stored goes over the network for others to read"
        )
