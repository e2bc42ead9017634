"""Keys of the open week that are damaged are found while a sound copy can still be brought back."""

import pytest

from pulse.issuer import keyfile
from pulse.upkeep.finding import Check
from pulse.upkeep.keys_look import look
from tests.copies import original, week
from tests.week import Week

__all__ = ["original", "week"]  # fixtures
pytestmark = pytest.mark.slow  # a whole week is opened


def found(week: Week) -> list[Check]:
    """Look at the keys of the week."""
    return list(look(week.home, [week.row]))


def test_sound_keys_are_said_to_be_so(week: Week) -> None:
    """Every key fits what was published; of a week that is not open nothing is said."""
    assert [check.status for check in found(week)] == ["ok"]
    assert list(look(week.home, [])) == []


@pytest.mark.parametrize("name", ["signing_keys", "inner_key", "outer_key"])
@pytest.mark.parametrize("harm", ["gone", "damaged", "another"])
def test_each_key_file_is_looked_at(week: Week, name: str, harm: str) -> None:
    """Missing, damaged, or a sound one that is not its own: the file is named with the remedy."""
    path = getattr(week.places, name)
    if harm == "gone":
        path.unlink()
    elif harm == "damaged":
        path.write_bytes(b"damaged")
    elif name == "signing_keys":
        keys = keyfile.read(path)
        numbers = sorted(keys)
        turned = zip(numbers, [*numbers[1:], numbers[0]], strict=True)
        keyfile.write(path, week.wave, [(g, keys[other].reveal()) for g, other in turned])
    else:
        path.write_bytes(bytes(31) + b"\1")
    (check,) = found(week)
    assert (check.check, check.status, check.where) == ("keys", "fail", str(path))
    assert check.message.endswith(
        "Bring back a sound copy of this very file (of the disk, not an older one)."
    )


def test_what_was_published_may_be_damaged_too(week: Week) -> None:
    """A group that is not as it was listed is as bad as a list that cannot be read."""
    sound = week.places.groups.read_bytes()
    week.places.groups.write_bytes(sound.replace(b'"invited":', b'"invited":1', 1))
    (check,) = found(week)
    assert (check.status, check.where) == ("fail", str(week.places.groups.parent))
