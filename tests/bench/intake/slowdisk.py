"""Syncs that take longer, as on other disks than this one: a shim before the C library's own."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SOURCE: Final = Path(__file__).with_suffix(".c")


def slower(milliseconds: float, scratch: Path) -> Mapping[str, str]:
    """Return what a process's environment must hold so that each of its syncs waits that long.

    Args:
        milliseconds: added to every fsync and fdatasync; 0 changes nothing.
        scratch: where the shim is built, by `gcc`.
    """
    if not milliseconds:
        return {}
    shim = scratch / "slowdisk.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", shim, _SOURCE, "-ldl"], check=True)
    return {"LD_PRELOAD": str(shim), "SYNC_US": str(round(milliseconds * 1000))}
