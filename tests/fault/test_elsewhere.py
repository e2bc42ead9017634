"""A store that is not where the settings look for a while loses no ballot and is destroyed."""

import pytest

from pulse.ballotbox.store import BoxStore
from pulse.errors import Held
from pulse.issuer.store import IssuerStore
from tests.shelves import rooms
from tests.week import Interrupted, Week, stop_at

pytestmark = pytest.mark.slow  # whole closes


@pytest.mark.parametrize("room", ["issuer", "ballotbox"])
def test_a_store_that_was_out_of_reach_is_shut_before_it_is_read(week: Week, room: str) -> None:
    """A close that first met another database goes on with both gates shut."""
    folder = getattr(week.home, room)
    aside = folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()
    with pytest.raises(Held, match="A store of the wave is missing"):
        week.close()
    folder.rmdir()
    aside.rename(folder)
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after export"))
    issuing, casting = rooms(week.home)
    for store in (IssuerStore(issuing, week.wave), BoxStore(casting, week.wave)):
        assert not store.is_open()
        store.close()


@pytest.mark.parametrize("room", ["issuer", "ballotbox"])
def test_a_store_out_of_reach_is_not_taken_for_destroyed(week: Week, room: str) -> None:
    """Until the store can be destroyed nothing is published, and then it is."""
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after open"))
    folder = getattr(week.home, room)
    aside = folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()
    with pytest.raises(Held, match="is not where the settings look for it"):
        week.close()
    assert week.released() == {}
    folder.rmdir()
    aside.rename(folder)
    assert week.close().state == "released"
    assert not (folder / f"{week.wave}.db").exists()
