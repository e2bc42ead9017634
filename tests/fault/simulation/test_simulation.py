"""Whole weeks from a seed: sound, the same each time, and no broken twin gets through."""

import os
import re
import subprocess
import sys
from collections import Counter

import pytest

from tests.fault.simulation.living import Failure, live, shrunk
from tests.fault.simulation.model import LATER, Life
from tests.fault.simulation.schedule import PLACES, schedule, setting
from tests.fault.simulation.twins import TWINS, Twin
from tests.installation import ROOT
from tests.postgres import Cluster

WITHIN = 5  # seeds
SEEDS = range(1, 13)


def test_a_schedule_is_all_in_its_seed() -> None:
    """The same seed has the same events at the same times; another seed has others."""
    assert schedule(3) == schedule(3)
    assert [event.at for event in schedule(3)] != [event.at for event in schedule(4)]
    times = [event.at for event in schedule(5)]
    assert times == sorted(times)
    assert {setting(seed).zone.key for seed in range(100)} == {place[0] for place in PLACES}


def test_nobody_gives_the_answers_of_another() -> None:
    """A thousand people of one wave give a thousand different answers, so that each counts."""
    life = Life("2026-W09", 5, 6, {}, {})
    answers = {life.next_answers() for _ in range(1000)}
    assert len(answers) == 1000
    assert {answer for one in answers for answer in one} == {0, 1, 2, 3, 4, 5, 6}


def test_what_has_ended_never_goes_on() -> None:
    """The model lets no released or lost wave become anything else."""
    assert LATER["released"] == {"released"}
    assert LATER["lost"] == {"lost"}
    assert "open" not in LATER["cancelled"] | LATER["awaiting_peel"] | LATER["held"]


@pytest.mark.slow
def test_weeks_are_lived_soundly() -> None:
    """With crashes, jumps of the clock, losses and restores, all that must hold does."""
    tally = sum((live(seed) for seed in SEEDS), Counter[str]())
    # All of it happened: waves ended well, with figures, and things did go wrong on the way.
    assert tally["waves released"] > tally["waves opened"] / 2
    assert tally["figures shown"] > tally["waves released"]
    for what in (
        "held", "restores", "backups", "crashes while opening", "crashes while closing",
        "waves cancelled", "waves lost", "second runs refused",
    ):  # fmt: skip
        assert tally[what], what


@pytest.mark.slow
def test_a_week_on_a_server_is_lived_soundly(cluster: Cluster) -> None:
    """The same week is sound with PostgreSQL below it."""
    assert live(1, weeks=1, cluster=cluster)["waves released"] == 1


@pytest.mark.slow
def test_a_seed_replays_exactly() -> None:
    """The command says the same of every event, however the process orders its sets."""
    words = ["-m", "tests.fault.simulation", "--first", "16", "--weeks", "1", "--verbose"]
    told = [
        subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": order},
            capture_output=True, text=True, check=True,
        ).stdout.splitlines()[:-1]
        for order in ("1", "2")
    ]  # fmt: skip
    assert told[0] == told[1]
    assert len(told[0]) > len(schedule(16, 1))


@pytest.mark.slow
@pytest.mark.parametrize("twin", TWINS.values(), ids=list(TWINS))
def test_every_broken_twin_is_found(twin: Twin) -> None:
    """Within a few seeds something that must hold does not, and it is the right thing."""
    assert re.search(twin.said, first_failure(twin).said)


def first_failure(twin: Twin) -> Failure:
    """Live one-week seeds from the twin's own on until one fails, and return how."""
    for seed in range(twin.seed, twin.seed + WITHIN):
        try:
            live(seed, twin.make(), weeks=1)
        except Failure as failure:
            return failure
    return pytest.fail(f"not found within {WITHIN} seeds")


@pytest.mark.slow
def test_a_failure_is_made_small() -> None:
    """Events that a failure does not need are left out, and what is left fails the same way."""
    twin = TWINS["signs twice"]
    failure = first_failure(twin)
    without = shrunk(failure, twin.make(), weeks=1)
    assert failure.event.number - len(without) <= 3
    with pytest.raises(Failure, match=twin.said):
        live(failure.seed, twin.make(), weeks=1, without=without)
