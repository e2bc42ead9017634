"""Makes many signing keys at once, in a pool of processes: one key takes 50-90 ms of one core."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Final

from pulse.store.lifeline import end_with_parent, undisturbed
from pulse.terms import Progress, silent
from pulse.token.keys import generate_der

LABEL: Final = "Making keys"
# A fresh process starts in about the time of eight keys.
ALONE: Final = 8


def pool_keys(count: int, progress: Progress = silent, *, alone: int = ALONE) -> list[bytes]:
    """Make `count` RSA keys as PKCS #8 DER.

    Args:
        count: how many.
        progress: told after each key.
        alone: up to this many are made in this process, without a pool.
    """
    progress(LABEL, 0, count)
    if count <= alone:
        return _here(count, progress)
    keys: list[bytes] = []
    # spawn: a forked child would inherit our databases' locks and threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(count, os.cpu_count() or 1), context, initializer=end_with_parent
    ) as pool:
        with undisturbed():
            futures = [pool.submit(generate_der) for _ in range(count)]
        try:
            for future in as_completed(futures):
                keys.append(future.result())
                progress(LABEL, len(keys), count)
        finally:
            pool.shutdown(cancel_futures=True)
    return keys


def _here(count: int, progress: Progress) -> list[bytes]:
    keys: list[bytes] = []
    while len(keys) < count:
        keys.append(generate_der())
        progress(LABEL, len(keys), count)
    return keys
