"""A close beside others: two closes at once, and a close under load."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulse.ballotbox.cast import BallotBox
from pulse.closing import Closed
from pulse.errors import RequestError, WaveShut, WrongState
from pulse.release import ledger
from pulse.terms import SealedBallot
from tests.shelves import rooms
from tests.week import ANSWERS, Secrets, Week, ballots, mark, open_week


def test_of_two_closes_at_once_exactly_one_works(week: Week, untouched: dict[str, bytes]) -> None:
    """The second is told that another runs, or comes late and gets the same report."""
    together = threading.Barrier(2)

    def close(_: int) -> Closed | None:
        together.wait()
        try:
            return Week(week.home.path).close()
        except WrongState:
            return None

    with ThreadPoolExecutor(2) as pool:
        reports = [report for report in pool.map(close, range(2)) if report is not None]
    assert len({report.release for report in reports}) == 1
    assert len(ledger.read(week.home.releases)) == 1
    assert week.released() == untouched


def test_while_a_close_runs_another_is_refused(week: Week) -> None:
    """From inside a close, a second one finds the wave taken at every step."""
    refused = []

    def second(place: str) -> None:
        if place.startswith(("before", "after")):
            with pytest.raises(WrongState, match=r"[Aa]nother"):
                Week(week.home.path).close()
            refused.append(place)

    week.close(checkpoint=second)
    assert len(refused) == 14


async def cast_all(box: BallotBox, wave: str, given: Sequence[SealedBallot]) -> list[bool]:
    """Cast every ballot at once; tell for each whether it was acknowledged."""

    async def cast(ballot: SealedBallot) -> bool:
        for _ in range(50):
            try:
                await box.cast(wave, ballot)
            except WaveShut:
                return False
            except RequestError:
                await asyncio.sleep(0.005)  # busy: the same bytes again
            else:
                return True
        return False

    return list(await asyncio.gather(*map(cast, given)))


def test_every_acknowledged_ballot_is_counted(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Ballots stream in while the wave is closed: those acknowledged are counted, no others."""
    week, known = open_week(tmp_path_factory.mktemp("load") / "home")
    given = ballots(week, ANSWERS, known)
    mark(week, given, known)
    early, late = given[:12], given[12:]
    box = BallotBox(rooms(week.home).ballotbox, week.home.published)
    acknowledged = asyncio.run(cast_all(box, week.wave, early))
    streaming = threading.Event()
    outcome: list[bool] = []

    def stream() -> None:
        for at, ballot in enumerate(late):
            outcome.extend(asyncio.run(cast_all(box, week.wave, [ballot])))
            if at == 4:
                streaming.set()

    caster = threading.Thread(target=stream)
    caster.start()
    streaming.wait()
    report = week.close()
    caster.join()
    box.close()
    counted = sum(acknowledged) + sum(outcome)
    assert len(outcome) == len(late)
    assert sum(acknowledged) == len(early)
    assert (report.ballots, report.counted) == (counted, counted)


def test_a_late_ballot_finds_the_wave_shut(week: Week, known: Secrets) -> None:
    """After the close the very box that accepted ballots answers that the wave has closed."""
    given = ballots(week, {"lab": [(1, 2, 3, 4, 5, 6)]}, known)
    box = BallotBox(rooms(week.home).ballotbox, week.home.published)
    week.close()
    box.refresh()
    assert asyncio.run(cast_all(box, week.wave, given)) == [False]
    box.close()
