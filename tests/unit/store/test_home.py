"""A home's folders have their rights from the first moment, whoever made which of them."""

from pathlib import Path

import pytest

from pulse.settings import Home
from pulse.store.home import make_home


@pytest.mark.parametrize("there", [False, True])
def test_folders_lead_to_what_is_public_and_no_further(tmp_path: Path, *, there: bool) -> None:
    """Users of rooms of their own pass through a new home; a folder given keeps its rights."""
    home = Home(tmp_path / "home")
    if there:
        home.path.mkdir(mode=0o750)
    make_home(home, "")
    rights = {path.name: path.stat().st_mode & 0o777 for path in (home.path, *home.folders())}
    assert rights.pop("home") == (0o750 if there else 0o711)
    assert {name for name, mode in rights.items() if mode & 0o077} == {
        "practices",
        "releases",
        "state",
        "w",
    }
