"""Importing people: a preview that changes nothing, then exactly what was previewed."""

import datetime as dt

import pytest
from litestar import Litestar
from sqlalchemy import Engine

from pulse.accounts import accesslog
from pulse.admin.uploads import LIFETIME, Uploads
from pulse.clock import FixedClock
from pulse.roster import Person, Roster, UnitRow, headcounts, import_roster, present
from tests.unit.admin import house
from tests.unit.admin.house import Browser, key_of, people_csv, problem

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

HOSTILE = {
    "no CSV": (b"\x00\x01\x02", "UNITS.csv"),
    "no UTF-8": (b"unit_id,parent_id,name\norg,,Gr\xfc\xdfe\n", "UNITS.csv"),
    "a circle": (b"unit_id,parent_id,name\na,b,A\nb,a,B\n", "UNITS.csv"),
    "two roots": (b"unit_id,parent_id,name\na,,A\nb,,B\n", "UNITS.csv"),
    "a path for an id": (b"unit_id,parent_id,name\n../../etc,,A\n", "UNITS.csv"),
    "nothing": (b"", "UNITS.csv"),
    "a wild line": (b'unit_id,parent_id,name\norg,,"x\n', "UNITS.csv"),
}


def people(engine: Engine) -> int:
    """Count the people of a roster."""
    return sum(unit.people for unit in headcounts(engine))


def test_a_preview_changes_nothing_and_a_yes_does(
    admin: Browser, state: Engine, accounts: Engine
) -> None:
    """What is shown is what comes: 28 people in four units, and a row of numbers in the log."""
    shown = admin.upload()
    assert shown.status_code == 200
    assert "28 would join" in shown.text
    assert people(state) == 0
    assert admin.confirm(shown.text).headers["location"] == "/roster?done=imported"
    assert people(state) == 28
    row = accesslog.newest(accounts)[0]
    assert (row.email, row.action) == (house.ADMIN, "roster")
    assert row.subject == "28 people, 4 units; 28 joined, 0 left, 0 moved"


def test_the_preview_names_who_moves_joins_and_leaves(admin: Browser) -> None:
    """Of a second roster each person is told with where they come from and go to."""
    admin.confirm(admin.upload().text)
    after = people_csv().replace("ops3,ops3@x.org,ops", "ops3,ops3@x.org,web")
    after = after.replace("ops4,ops4@x.org,ops,,\n", "") + "new1,new1@x.org,data,,\n"
    text = admin.upload(people=after).text
    assert "1 would join, 1 leave, 1 move" in text
    assert "<td>Ops</td><td>Web</td>" in text
    assert "new1@x.org" in text
    assert "ops4@x.org" in text


def test_groups_say_which_teams_are_together_and_why(still: Browser) -> None:
    """A team of four is together with another, and the page says that it is too small alone."""
    text = still.upload().text
    assert "Data has fewer than 8 people: too few for figures of their own." in text
    assert "people without" not in text
    assert "by a printed card: Web (1), Data (1), Ops (1)" in text


def test_languages_that_are_not_on_offer_are_told(still: Browser) -> None:
    """Before anything changes it is said who would be asked in another language."""
    after = people_csv().replace("web1,web1@x.org,web,,", "web1,web1@x.org,web,pl,")
    assert "1 person has the language pl" in still.upload(people=after).text


def test_a_roster_too_small_for_a_week_says_so(still: Browser) -> None:
    """The preview warns that no week could be opened."""
    shown = still.upload(people=people_csv({"web": 3}))
    assert "No week can be opened with this roster." in shown.text


def test_losing_most_people_is_asked_about(admin: Browser) -> None:
    """Files of another month, or of one site only, are noticed before they replace everybody."""
    admin.confirm(admin.upload().text)
    shown = admin.upload(people=people_csv({"web": 10}))
    assert "More than half of the people would leave." in shown.text


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_change_nothing_and_are_named(still: Browser, kind: str) -> None:
    """Each is refused with its file, in a sentence, and nobody is in the roster afterwards."""
    units, file = HOSTILE[kind]
    answer = still.upload(units=units or b" ")
    assert answer.status_code == 422
    assert f"<dd>{file}</dd>" in answer.text
    assert "Traceback" not in answer.text
    assert "Nobody is here yet." in still.see("/roster")


def test_a_fault_has_file_line_and_column(still: Browser) -> None:
    """A wrong address in the third line is found there."""
    wrong = people_csv().replace("web1@x.org", "web1 at x.org")
    answer = still.upload(people=wrong)
    assert problem(answer) == "This is no plain e-mail address. Nothing was changed."
    assert "<dd>PEOPLE.csv</dd>" in answer.text
    assert "<dd>3</dd>" in answer.text
    assert "<dd>email</dd>" in answer.text


def test_script_in_a_name_is_text(still: Browser) -> None:
    """A unit may be called anything; the page shows it and does not run it."""
    units = house.UNITS.replace("Web", "<script>alert(1)</script>")
    text = still.upload(units=units).text
    assert "&lt;script&gt;" in text
    assert "<script" not in text


def test_files_that_are_too_large_are_refused(still: Browser) -> None:
    """More than the limit is a 413 before anything is read."""
    assert still.upload(people=b"x" * (25 * 2**20)).status_code == 413
    assert "Nobody is here yet." in still.see("/roster")


def test_a_missing_file_is_asked_for(still: Browser) -> None:
    """A form without files says what is missing."""
    assert problem(still.send("/roster")) == "Please choose both files."


def test_a_roster_that_changed_meanwhile_is_previewed_again(admin: Browser, state: Engine) -> None:
    """What the command line imported since the preview is not overwritten."""
    shown = admin.upload()
    meanwhile = Roster((UnitRow("org", None, "Org"),), (Person("a", "a@x.org", "org"),))
    import_roster(state, meanwhile)
    assert "changed by somebody else" in problem(admin.confirm(shown.text))
    assert people(state) == 1


def test_a_preview_is_used_once_and_by_whoever_made_it(
    admin: Browser, app: Litestar, state: Engine
) -> None:
    """Its key is worth nothing a second time."""
    shown = admin.upload()
    key = key_of(shown.text)
    assert app.state.desk.uploads.take(-1, key) is None  # another account's
    assert admin.confirm(shown.text).status_code == 303
    assert "has ended" in problem(admin.confirm(shown.text))
    assert people(state) == 28


def test_previews_end_after_an_hour_and_only_four_wait() -> None:
    """Names do not stay in memory: an old preview is gone, and so is the fifth last."""
    roster = Roster((UnitRow("org", None, "Org"),), ())
    begun = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    uploads = Uploads(FixedClock(begun))
    kept = [uploads.keep(account, roster, "") for account in range(5)]
    assert uploads.take(0, kept[0].key) is None
    assert uploads.take(4, kept[4].key) == kept[4]
    uploads._clock = FixedClock(begun + LIFETIME)
    assert uploads.take(3, kept[3].key) is None


def test_a_fingerprint_is_of_the_whole_roster(state: Engine) -> None:
    """Any change of a person or unit changes it; the same roster again does not."""
    units = (UnitRow("org", None, "Org"),)
    marks = set()
    for name in ("a@x.org", "b@x.org"):
        import_roster(state, Roster(units, (Person("a", name, "org"),)))
        marks.add(present(state)[1])
        import_roster(state, Roster(units, (Person("a", name, "org"),)))
        marks.add(present(state)[1])
    assert len(marks) == 2
