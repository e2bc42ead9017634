"""Every broken system gives nearly everybody away to the very attack that ours withstands."""

from pathlib import Path

import pytest

from tests.attack.linkability.chance import ALPHA
from tests.attack.linkability.crowd import Crowd
from tests.attack.linkability.people import PEOPLE
from tests.attack.linkability.server_twins import ON_SERVERS, HiddenNumbers
from tests.attack.linkability.twins import (
    ON_FILES,
    Batches,
    Derived,
    Honest,
    Leaving,
    Unpadded,
    derived_nonce,
)
from tests.postgres import Cluster

pytestmark = pytest.mark.slow  # a crowd of forty each
NEARLY = PEOPLE * 3 // 4  # people who overlap stand in another order before and after


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return two empty folders: the booth's and the twin's."""
    made = tmp_path / "booth", tmp_path / "twin"
    for folder in made:
        folder.mkdir()
    return made


def lost(crowd: Crowd, twin: Leaving) -> int:
    """Live through a wave beside a twin; return how many of its pairs are found."""
    crowd.live(twin)
    scores = crowd.attacked(twin, noted=twin.noted)
    linked = scores[twin.gives]
    assert linked.linked
    return linked.best


@pytest.mark.parametrize("broken", ON_FILES)
def test_a_broken_system_gives_people_away(
    folders: tuple[Path, Path], broken: type[Leaving]
) -> None:
    """Order, times, batches, logs, files, names cut short, BOX or P in order: each is caught."""
    crowd = Crowd(folders[0], 1)
    found = lost(crowd, broken(folders[1], crowd))
    assert (found >= NEARLY) == broken.names


def test_few_are_named_by_what_only_narrows_down(folders: tuple[Path, Path]) -> None:
    """Batches of ten: counting hits alone would call luck what the likeness of orders shows."""
    crowd = Crowd(folders[0], 1)
    twin = Batches(folders[1], crowd)
    crowd.live(twin)
    score = crowd.attacked(twin)[twin.gives]
    assert score.best < score.limit
    assert score.likeness < ALPHA


def test_tokens_made_out_of_links_are_found(folders: tuple[Path, Path]) -> None:
    """Who holds the mails computes everybody's token."""
    crowd = Crowd(folders[0], 1, nonce=derived_nonce)
    assert lost(crowd, Derived(folders[1], crowd)) == PEOPLE


def test_boxes_as_long_as_their_answers_are_told_apart(folders: tuple[Path, Path]) -> None:
    """Length alone pairs sealed boxes with what was in them."""
    crowd = Crowd(folders[0], 1, padded=False)
    assert lost(crowd, Unpadded(folders[1], crowd)) >= NEARLY


@pytest.mark.parametrize("broken", ON_SERVERS)
def test_a_server_gives_people_away(
    folders: tuple[Path, Path], cluster: Cluster, broken: type[HiddenNumbers]
) -> None:
    """Tables that are kept tell by hidden numbers; of dropped ones a server's log may tell."""
    crowd = Crowd(folders[0], 1)
    assert lost(crowd, broken(folders[1], crowd, cluster)) >= NEARLY


@pytest.mark.parametrize("seed", [1, 2])
def test_the_honest_twin_gives_nobody_away(folders: tuple[Path, Path], seed: int) -> None:
    """BOX by token, P by inner box, the order noted and the operator's key: no pair is found."""
    crowd = Crowd(folders[0], seed)
    twin = Honest(folders[1], crowd)
    crowd.live(twin)
    assert not [score for score in crowd.attacked(twin, noted=True).values() if score.linked]
