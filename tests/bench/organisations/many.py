"""Many organisations side by side, each in one of a few processes."""

import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Final

from tests.bench.organisations.living import live

MUST_BE_ZERO: Final = (
    "derivable groups under k",
    "derivable groups under k, set by set",
    "exact check findings",
    "audit findings",
    "units shown without the step they owe",
)


def run(organisations: int, waves: int, press_every: int) -> Counter[str]:
    """Live `organisations` side by side; every `press_every`-th is also pressed and audited."""
    found = Counter[str]()
    one = partial(_one, waves=waves, press_every=press_every)
    fresh = get_context("spawn")  # a fork would copy polars' threads in the middle of their work
    with ProcessPoolExecutor(os.cpu_count(), fresh) as pool:
        for done, counts in enumerate(pool.map(one, range(organisations), chunksize=4), start=1):
            found.update(counts)
            if sys.stderr.isatty():
                ending = "\n" if done == organisations else ""
                sys.stderr.write(f"\r{done} of {organisations} organisations{ending}")
    return found


def _one(seed: int, waves: int, press_every: int) -> Counter[str]:
    return live(seed, waves, press_all=press_every > 0 and seed % press_every == 0)
