"""A real wave before attackers who hold every link: after the close they pair by luck alone."""

from collections.abc import Iterator

import pytest

from tests.attack.linkability.conditions import CONDITIONS, LEFT, Condition, Pair, Trial
from tests.attack.linkability.pairing import Score
from tests.attack.linkability.people import ITEMS, PEOPLE, spellings
from tests.attack.linkability.sight import forms
from tests.attack.linkability.wave import RealWave
from tests.postgres import Cluster

pytestmark = pytest.mark.slow  # a wave with real servers, copied and scanned

Scores = dict[str, dict[Pair, Score]]


@pytest.fixture(scope="module", params=["files", "postgresql"])
def trial(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trial]:
    """Live through a wave once on each backend; the server is nobody else's."""
    cluster = Cluster.throw_away() if request.param == "postgresql" else None
    try:
        wave = RealWave(tmp_path_factory.mktemp("wave"), 1, cluster)
        wave.live()
        yield Trial(wave)
    finally:
        if cluster is not None:
            cluster.remove()


@pytest.fixture(scope="module")
def scores(trial: Trial) -> Scores:
    """Let every attacker try."""
    return trial.scores()


def test_each_attacker_pairs_what_we_say_and_no_more(trial: Trial, scores: Scores) -> None:
    """After the close nobody; while open tokens at most; answers only with both keys."""
    postgres = trial.wave.cluster is not None
    expected = {
        one.name: one.expected(postgres=postgres) for one in CONDITIONS if one.name in scores
    }
    found = {
        name: frozenset(pair for pair, score in pairs.items() if score.linked)
        for name, pairs in scores.items()
    }
    assert found == expected
    for name, pairs in expected.items():
        for pair in pairs:
            assert scores[name][pair].best >= PEOPLE * 3 // 4, (name, pair)


def test_no_attacker_lacked_for_tries(scores: Scores) -> None:
    """Nowhere is luck the only thing that was tried, and its bound stays far from everybody."""
    for name, pairs in scores.items():
        for pair, score in pairs.items():
            assert score.tries > 40, (name, pair)
            assert score.limit < PEOPLE // 2


def test_after_the_close_no_file_knows_anybody_but_the_roster(trial: Trial) -> None:
    """Files, logs, backups: no secret, no token, no box, no answer, and no hash of any."""
    ids = {form for one in trial.wave.voters for form in forms(one.person_id.encode())}
    left = [seen for name in LEFT if name != "mail" for seen in trial.files[name]]
    known = {(seen.file.name, needle) for seen in left for _, needle in seen.found}
    assert {needle for _, needle in known} <= ids
    assert {name for name, _ in known}  # the scan finds what is there
    rows = [
        needle for name in LEFT for table in trial.tables[name] for needle in _flat(table.found)
    ]
    assert set(rows) <= ids


def test_after_the_close_no_file_holds_answers_in_any_spelling(trial: Trial) -> None:
    """A quarter of the forty rows of answers in one file would be no accident."""
    rows = [spellings(one.plain[3 : 3 + ITEMS]) for one in trial.wave.voters]

    def holds(content: bytes) -> bool:
        return any(
            sum(content.count(row[form]) > 0 for row in rows) > PEOPLE // 4
            for form in range(len(rows[0]))
        )

    assert holds(b"".join(one.plain[3 : 3 + ITEMS] for one in trial.wave.voters))
    left = [seen.file for name in LEFT for seen in trial.files[name]]
    assert [file.name for file in left if holds(file.content)] == []


def test_the_servers_hold_their_tongue(trial: Trial) -> None:
    """After eighty requests standard output and error hold no line about any."""
    (out, error) = (each.content for each in trial.wave.loot["logs"].artefacts)
    assert out == b""
    assert len(error.splitlines()) <= 2


def test_the_servers_files_keep_hashes_in_their_log_alone(trial: Trial) -> None:
    """After the close only PostgreSQL's log knows tokens, until other work has overwritten it."""
    if trial.wave.cluster is None:
        assert trial.server == {}
        return
    ids = {form for one in trial.wave.voters for form in forms(one.person_id.encode())}
    holding = {
        moment: {seen.file.name for seen in files if {needle for _, needle in seen.found} - ids}
        for moment, (files, _) in trial.server.items()
    }
    assert holding["fresh"] == {"server/pg_wal"}
    assert holding["later"] == set()


def test_every_condition_has_a_name_of_its_own() -> None:
    """Scores are kept by name."""
    assert len({one.name for one in CONDITIONS}) == len(CONDITIONS)
    assert all(isinstance(one, Condition) for one in CONDITIONS)


def _flat(found: tuple[frozenset[bytes], ...]) -> list[bytes]:
    return [needle for row in found for needle in row]
