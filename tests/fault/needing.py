"""What a fault needs of the machine: programs, root, and a kernel that mounts images.

A missing program is a skip here and a failure with CI=true. Where nobody may mount an image,
or trace a process, the kind of machine cannot offer the fault: that is a skip everywhere.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache

import pytest

from tests.fault.disk import disk

DISKS = ("mkfs.ext4", "e2fsck", "mount", "umount", "losetup")


def need_disks() -> None:
    """Skip the test where no image can be mounted."""
    _need(DISKS)
    if reason := _why_no_disks():
        pytest.skip(reason)


def need_strace() -> None:
    """Skip the test where no process can be traced."""
    _need(("strace",))
    done = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no process may be traced here")


def need_root() -> None:
    """Skip the test for whoever may not mount a file system."""
    if os.geteuid():
        pytest.skip("only root may mount a file system")


def _need(programs: Sequence[str]) -> None:
    missing = [name for name in programs if shutil.which(name) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"missing: {', '.join(missing)}")
    if missing:
        pytest.skip(f"missing: {', '.join(missing)}")


@cache
def _why_no_disks() -> str:
    if os.geteuid():
        return "only root may mount an image"
    try:
        with disk():
            return ""
    except OSError as error:
        return f"no image can be mounted here ({error})"
