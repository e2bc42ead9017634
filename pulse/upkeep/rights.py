"""Which rights the files and folders of a home have: what is public may be read, nothing else."""

from pathlib import Path

from pulse.settings import Home
from pulse.store.files import PUBLIC

_PRIVATE = 0o600


def rights(home: Home, path: Path) -> int:
    """Return the rights that a file or folder of a home should have at most."""
    if path.is_dir():
        public = path.parent in {home.releases, home.published}
        return 0o755 if public else home.mode(path)
    if path in {home.settings_file, home.summary} or any(
        path.is_relative_to(folder) for folder in (home.releases, home.published, home.practices)
    ):
        return PUBLIC
    return _PRIVATE


def set_rights(home: Home) -> None:
    """Give every file and folder of a home that nobody uses yet the rights it should have."""
    for path in (home.path, *home.path.rglob("*")):
        path.chmod(rights(home, path))
