"""Commands run as another user, who can reach the code but no file that is not for everybody."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
ALL: Final = 0o001  # others may enter a folder


def require_root() -> None:
    """Skip the test where nobody may become another user."""
    if os.geteuid() != 0:
        pytest.skip("Only root can run a command as another user.")


def as_user(number: int, command: Sequence[str]) -> list[str]:
    """Return `command` as user and group `number`, in a mount namespace of its own.

    Interpreter and code may lie below a folder that only root enters; in the namespace an empty
    folder with nothing but these in it stands in such a folder's place.
    """
    needed = sorted({Path(sys.base_prefix), Path(sys.prefix), ROOT})
    script = ["set -e", "cover=$(mktemp -d)"]
    for blocked in sorted({found for path in needed if (found := _blocked(path))}):
        script.append("mount -t tmpfs -o mode=0755 tmpfs $cover")
        for path in needed:
            if path.is_relative_to(blocked):
                place = f"$cover/{path.relative_to(blocked)}"
                script.append(f"mkdir -p {place} && mount --rbind {shlex.quote(str(path))} {place}")
        script.append(f"mount --rbind $cover {shlex.quote(str(blocked))}")
    words = ["setpriv", "--reuid", str(number), "--regid", str(number), "--clear-groups"]
    script.append(f"exec {shlex.join([*words, '--pdeathsig', 'TERM', '--', *command])}")
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", "; ".join(script)]


def readable(number: int, paths: Sequence[Path]) -> set[Path]:
    """Return the files that a user can read, and the folders whose names it can list."""
    look = 'for p; do if [ -d "$p" ]; then ls "$p"; else head -c1 "$p"; fi >/dev/null && echo "$p"'
    words = ["sh", "-c", f"{look}; done", "look", *map(str, paths)]
    done = subprocess.run(as_user(number, words), capture_output=True, text=True, check=False)
    assert done.stderr.count("Permission denied") + len(done.stdout.splitlines()) == len(paths)
    return {Path(line) for line in done.stdout.splitlines()}


def environment(home: Path, **more: str) -> Mapping[str, str]:
    """Return what a process of a room sees."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {"PULSE_HOME": str(home), "PYTHONPATH": str(ROOT)} | more


def _blocked(path: Path) -> Path | None:
    """Return the topmost folder above `path` that others may not enter."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & ALL:
            return folder
    return None
