"""What the attacker has, from nothing but what is left to nearly everything, and the scores."""

from itertools import chain
from typing import Final, Literal

import msgspec

from tests.attack.linkability.clues import Clue
from tests.attack.linkability.pairing import Score, Sights, attack, opened
from tests.attack.linkability.people import Kind
from tests.attack.linkability.server import files_of, log_of, marked, overwrite_log
from tests.attack.linkability.sight import Seen, SeenTable
from tests.attack.linkability.wave import WAVE, RealWave

LEFT: Final = ("mail", "backup before", "backup during", "backup after", "after", "logs")
COPIED: Final = (*LEFT, "open")
Pair = tuple[Kind, Kind]
Server = Literal["open", "fresh", "later"]

TOKEN: Final[Pair] = ("people", "tokens")
SEALED: Final[Pair] = ("tokens", "answers")
ANSWER: Final[Pair] = ("people", "answers")


class Condition(msgspec.Struct, frozen=True):
    """One attacker.

    `loot` names what was carried off, `keys` the layers whose opening keys are there too,
    `noted` says whether somebody noted outside in which order people came, `server` which of
    PostgreSQL's files there are: its log while open, all of them just after the close, or all of
    them once the log was written anew. `linked` and `on_files` say what we promise no more than:
    the pairs that this attacker is expected to find on PostgreSQL and on SQLite files.
    """

    name: str
    loot: tuple[str, ...]
    server: Server
    noted: bool = False
    keys: tuple[str, ...] = ()
    linked: frozenset[Pair] = frozenset()
    on_files: frozenset[Pair] | None = None

    def expected(self, *, postgres: bool) -> frozenset[Pair]:
        """Return the pairs that this attacker finds."""
        return self.linked if postgres or self.on_files is None else self.on_files


_TOKENS: Final = frozenset({TOKEN})
CONDITIONS: Final = (
    Condition("after the close", LEFT, "later"),
    Condition("after the close, order noted", LEFT, "later", noted=True),
    Condition(
        "after the close, order noted, holder kept all", (*LEFT, "holder"), "later",
        noted=True, keys=("outer",),
    ),
    Condition(
        "after the close, order noted, operator kept all", (*LEFT, "operator"), "later",
        noted=True, keys=("inner",),
    ),
    Condition(
        "after the close, order noted, both kept all", (*LEFT, "holder", "operator"), "later",
        noted=True, keys=("inner", "outer"), linked=frozenset({SEALED}),
    ),
    Condition(
        "after the close, server's log still there", LEFT, "fresh",
        linked=_TOKENS, on_files=frozenset(),
    ),
    Condition("disk copied while open", COPIED, "open", linked=_TOKENS, on_files=frozenset()),
    Condition("disk copied while open, order noted", COPIED, "open", noted=True, linked=_TOKENS),
    Condition("disk copied after every request", (*COPIED, "watched"), "open", linked=_TOKENS),
    Condition(
        "copied while open, order noted, holder's key", (*COPIED, "holder"), "open",
        noted=True, keys=("outer",), linked=_TOKENS,
    ),
    Condition(
        "copied while open, order noted, operator's key", (*COPIED, "operator"), "open",
        noted=True, keys=("inner",), linked=_TOKENS,
    ),
    Condition(
        "copied while open, order noted, both keys (control)", (*COPIED, "holder", "operator"),
        "open", noted=True, keys=("inner", "outer"), linked=frozenset({TOKEN, SEALED, ANSWER}),
    ),
)  # fmt: skip


class Trial:
    """The real wave before every attacker; whatever is scanned is scanned once.

    Args:
        wave: a wave that was lived through.
    """

    def __init__(self, wave: RealWave) -> None:
        self.wave = wave
        look, into = wave.scanner.look, wave.scanner.look_into
        self.files: dict[str, list[Seen]] = {}
        self.tables: dict[str, list[SeenTable]] = {}
        self.histories: dict[str, dict[str, list[list[SeenTable]]]] = {}
        self.server: dict[str, tuple[list[Seen], list[Clue]]] = {}
        for name, loot in wave.loot.items():
            self.files[name] = look(loot.artefacts)
            self.tables[name] = into(loot.tables)
            self.histories[name] = {
                log: [into(state) for state in states] for log, states in loot.histories.items()
            }
        self._look_at_the_server()

    def scores(self) -> dict[str, dict[Pair, Score]]:
        """Return, by condition, what each attacker comes to."""
        elsewhere = "watched" if self.wave.cluster is not None else "fresh"  # said of one backend
        wanted = [one for one in CONDITIONS if elsewhere not in {one.server, *one.loot}]
        return {one.name: self._score(one) for one in wanted}

    def _score(self, one: Condition) -> dict[Pair, Score]:
        wave = self.wave
        keys = tuple(key for key in wave.keys if key[0] in one.keys)
        inners = wave.inners if "inner" in one.keys else ()
        files, orders = self.server.get(one.server, ([], []))
        histories = {
            log: states for name in one.loot for log, states in self.histories[name].items()
        }
        sights = Sights(
            files=[*chain.from_iterable(self.files[name] for name in one.loot), *files],
            tables=list(chain.from_iterable(self.tables[name] for name in one.loot)),
            histories=histories,
            orders=orders,
        )
        lineup = opened(wave.lineup, keys, inners, wave.ctx)
        return attack(lineup, wave.truth, sights, WAVE, noted=one.noted)

    def _look_at_the_server(self) -> None:
        cluster, look = self.wave.cluster, self.wave.scanner.look
        if cluster is None:
            return
        log = self.wave.loot["server open"].artefacts
        self.server["open"] = (look(log), list(marked(self.wave.lineup, log, "server/pg_wal")))
        cluster.execute("CHECKPOINT")
        self.server["fresh"] = self._server_now()
        self.rewritten = overwrite_log(cluster)
        self.server["later"] = self._server_now()

    def _server_now(self) -> tuple[list[Seen], list[Clue]]:
        assert self.wave.cluster is not None
        log = log_of(self.wave.cluster, "server/pg_wal")
        orders = list(marked(self.wave.lineup, log, "server/pg_wal"))
        return self.wave.scanner.look(files_of(self.wave.cluster, "server"), keep=False), orders
