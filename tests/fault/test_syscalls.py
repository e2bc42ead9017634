"""Commands disturbed at single calls: the short form of `python -m tests.fault.syscalls`."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fault.needing import need_strace
from tests.fault.syscalls import Check, closing_week, opening_week, run
from tests.fault.telling import Given
from tests.fault.traced import Point

pytestmark = pytest.mark.slow
SEED = 1
SAMPLE = 2
Made = tuple[Path, list[Point], Check]


@pytest.mark.parametrize(
    ("make", "words"), [(closing_week, ("wave", "close")), (opening_week, ("wave", "open"))]
)
def test_a_disturbed_command_goes_on_when_it_is_run_again(
    tmp_path: Path, make: Callable[[Path], Made], words: tuple[str, ...]
) -> None:
    """Killed at a call, or refused by the disk there, it ends as if nothing had been."""
    need_strace()
    original, found, check = make(tmp_path)
    chosen = random.Random(SEED).sample(found, SAMPLE)
    verdict = run(original, words, chosen, Given(SAMPLE, SEED), check)
    assert verdict.rounds == SAMPLE
    assert verdict.wrong == []
