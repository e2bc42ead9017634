"""What an account sees of a book does not grow when a survey drops a statement."""

from msgspec import structs

from dashboards.desk import Book
from pulse.accounts.directory import Account
from pulse.statistics.history import History
from tests.unit.statistics.histories import history, team


def test_a_statement_about_leaders_stays_one() -> None:
    """Once asked about a leader, it is that leader's alone, also when no survey names it now."""
    plain = history(lambda *_: 3.0, 2, (team("t0"),))
    first, last = (plain.release(wave) for wave in plain.waves)
    manifest = structs.replace(first.manifest, lead=("X9",))
    asked = History(
        (structs.replace(first, manifest=manifest), last), plain.cells, plain.instrument
    )
    hr = Account(1, "hr@x.org", "hr", None, must_change=False, stamp="")
    assert Book("", plain).scope(hr).sees_measure("t0", "item:X9")
    assert not Book("", asked).scope(hr).sees_measure("t0", "item:X9")
    assert Book("", asked).scope(hr).sees_measure("t0", "item:A1")
