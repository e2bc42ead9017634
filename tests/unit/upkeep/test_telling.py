"""What staff read of the scales follows the releases, and can be made again from them alone."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from litestar.testing import create_test_client

from pulse.release import ledger
from pulse.settings import Home, Settings
from pulse.statistics import summary
from pulse.upkeep.rights import rights
from pulse.upkeep.telling import OTHER, finding, look, stale, tell, tell_apart, wanting
from pulse.web.results import results_route
from tests.unit.dashboards import house


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Make a home with four released weeks."""
    return house.a_home(tmp_path_factory.mktemp("told"), weeks=4)


def told(home: Home) -> summary.Summary:
    """Return what staff read."""
    found = summary.read(home.summary, ledger.head(home.releases))
    assert found is not None
    return found


def test_before_the_first_release_there_is_nothing_to_tell(tmp_path: Path) -> None:
    """An empty home has no such file, and wants none."""
    empty = Home(tmp_path / "home")
    empty.make()
    tell(empty)
    assert tell_apart(empty) == wanting(empty) == ""
    assert look(empty).status == "ok"
    assert not empty.summary.exists()
    assert finding(empty) == ""


def test_it_is_made_once_a_release_and_anew_for_the_next(home: Home) -> None:
    """Each release makes what stands there stale; what is told names the newest."""
    assert stale(home)
    tell(home)
    before = home.summary.read_bytes()
    assert told(home).wave == house.WAVES[3]
    tell(home)
    assert not stale(home)
    assert home.summary.stat().st_mode & 0o777 == rights(home, home.summary) == 0o644
    house.release(home, 4)
    assert stale(home)
    assert tell_apart(home) == ""
    assert told(home).wave == house.WAVES[4]
    assert home.summary.read_bytes() != before


def test_another_version_of_pulse_makes_it_again(home: Home) -> None:
    """What another version worked out is not left standing."""
    tell(home)
    now = home.summary.read_bytes()
    old = msgspec.structs.replace(told(home), code="0.0")
    home.summary.write_bytes(summary.encode(old))
    assert stale(home)
    assert summary.read(home.summary, ledger.head(home.releases)) is None
    assert finding(home) == ""
    tell(home)
    assert home.summary.read_bytes() == now


def forged(home: Home) -> summary.Summary:
    """Return what the releases say, but for one figure."""
    home.summary.unlink(missing_ok=True)
    tell(home)
    right = told(home)
    wrong = msgspec.structs.replace(right.whole.scales[0], value=99.0, low=98.0, high=100.0)
    whole = msgspec.structs.replace(right.whole, scales=(wrong, *right.whole.scales[1:]))
    return msgspec.structs.replace(right, whole=whole)


def shown(home: Home) -> bool:
    """Tell whether staff read the forged figure."""
    with create_test_client(results_route(home, Settings)) as client:
        return "<b>99</b>" in client.get("/results").text


@pytest.mark.parametrize(
    "header",
    [{}, {"code": "x"}, {"code": ""}, {"v": 2}, {"head": "1" * 64}, {"wave": "2026-W01"}],
)
def test_what_staff_are_shown_is_what_the_audit_judges(
    home: Home, header: dict[str, str | int]
) -> None:
    """No header makes a page show what the audit passes by; as it should be, both see it."""
    wrong = msgspec.structs.replace(forged(home), **header)
    home.summary.write_bytes(summary.encode(wrong))
    assert shown(home) <= (finding(home) == OTHER)
    assert shown(home) or header


@pytest.mark.parametrize("by", [1.0, -0.01])
def test_an_audit_works_it_out_again(home: Home, by: float) -> None:
    """Whoever changes a figure there is found; what the releases say is found to be so."""
    home.summary.unlink(missing_ok=True)
    tell(home)
    right = told(home)
    assert finding(home) == ""
    first, *others = right.whole.scales
    assert first.value is not None
    wrong = msgspec.structs.replace(first, value=first.value + by)
    whole = msgspec.structs.replace(right.whole, scales=(wrong, *others))
    home.summary.write_bytes(summary.encode(msgspec.structs.replace(right, whole=whole)))
    assert finding(home) == OTHER


def test_where_it_cannot_be_made_that_is_told(home: Home) -> None:
    """A release that is not what the ledger names gives no summary, and no crash."""
    home.summary.unlink(missing_ok=True)
    file = home.releases / house.WAVES[0] / "tree.json"
    whole = file.read_bytes()
    file.write_bytes(whole + b" ")
    assert house.WAVES[0] in tell_apart(home)
    file.write_bytes(whole)
    assert tell_apart(home) == ""


def other(home: Home, **header: str | int) -> None:
    """Give the file another header."""
    home.summary.write_bytes(summary.encode(msgspec.structs.replace(told(home), **header)))


LEFT: dict[str, Callable[[Home], object]] = {
    summary.ABSENT: lambda home: home.summary.unlink(),
    summary.DAMAGED: lambda home: home.summary.write_bytes(b"{"),
    summary.OTHER_VERSION: lambda home: other(home, code="0.0"),
    summary.OTHER_RELEASES: lambda home: other(home, head="1" * 64),
}


@pytest.mark.parametrize("why", LEFT)
def test_why_staff_see_no_figures_is_told_with_what_to_run(home: Home, why: str) -> None:
    """The doctor warns of each cause and names the command and its user; made again, it is well."""
    tell(home)
    assert look(home).status == "ok"
    LEFT[why](home)
    assert wanting(home) == why
    check = look(home)
    assert check.status == "warn"
    for words in (why, "`pulse upgrade`", home.state.owner()):
        assert words in check.message
    tell(home)
    assert look(home).status == "ok"


def test_the_reason_it_cannot_be_written_is_passed_on(home: Home) -> None:
    """What the system says of the file reaches whoever runs the command."""
    home.summary.unlink(missing_ok=True)
    home.summary.mkdir()
    assert wanting(home) == summary.UNREAD
    assert "Is a directory" in tell_apart(home)
    home.summary.rmdir()
    assert tell_apart(home) == ""
