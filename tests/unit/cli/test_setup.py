"""`pulse init`, `pulse config`, `pulse roster import`, `pulse leaders`: setting a home up."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse.settings import Home, described
from pulse.store.home import STEPS, make_home
from tests.unit.cli.conftest import Call
from tests.week import Interrupted, cut_off

Document = Callable[..., Any]


def test_init_makes_a_home_that_only_its_owner_reads(document: Document, tmp_path: Path) -> None:
    """Init tells the home and a one-time password; only what is for everybody is open to others."""
    made = document("init", "--email", "ada@example.org")
    assert made["home"] == str(tmp_path / "home")
    assert made["admin"]["email"] == "ada@example.org"
    assert len(made["admin"]["one_time_password"]) >= 20
    rights = {
        "releases": 0o755, "practices": 0o755, "w": 0o755, "state": 0o711, "pulse.toml": 0o644,
    }  # fmt: skip
    for path in (tmp_path / "home").rglob("*"):
        wanted = rights.get(path.name, 0o700 if path.is_dir() else 0o600)
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_init_never_touches_what_is_there(call: Call, home: Path) -> None:
    """A second init is refused and changes nothing; so is one in a folder with other things."""
    before = (home / "pulse.toml").read_bytes()
    result = call("init")
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert (home / "pulse.toml").read_bytes() == before
    (home / "pulse.toml").unlink()
    assert "not empty" in call("init").stderr


@pytest.mark.parametrize("step", STEPS[1::2] + STEPS[-1:])
def test_an_init_that_was_cut_off_goes_on(document: Document, tmp_path: Path, step: str) -> None:
    """Wherever it was, the next one makes the home; nothing of the first is left over."""
    place = Home(tmp_path / "home")
    with pytest.raises(Interrupted):
        make_home(place, "", progress=cut_off(step))
    made = document("init", "--email", "ada@example.org")
    assert made["admin"]["email"] == "ada@example.org"
    assert [row["email"] for row in document("leaders", "list")["accounts"]] == ["ada@example.org"]
    make_home(fresh := Home(tmp_path / "fresh"), "")
    assert {path.name for path in place.path.iterdir()} == {
        path.name for path in fresh.path.iterdir()
    }


def test_an_init_without_its_administrator_goes_on(document: Document, tmp_path: Path) -> None:
    """A home that was cut off just before its first account gets it."""
    make_home(Home(tmp_path / "home"), "")
    assert document("init")["admin"]["email"] == "admin@localhost"


def test_init_makes_nothing_for_an_address_that_is_none(call: Call, tmp_path: Path) -> None:
    """A mistyped address is refused before the home is made, so that init can be run again."""
    result = call("init", "--email", "not-an-address")
    assert result.exit_code == 1
    assert "not-an-address" in result.stderr
    assert not (tmp_path / "home").exists()


def test_config_lists_every_setting_with_its_meaning(document: Document, home: Path) -> None:
    """Config prints all settings, with the values in force and their help."""
    rows = document("config")["settings"]
    assert [(row["name"], row["help"]) for row in rows] == described()
    assert {row["name"]: row["value"] for row in rows}["k"] == 5
    assert home.is_dir()


def test_config_names_the_policy(document: Document, call: Call, home: Path) -> None:
    """A preset is called by its name, anything else by its k."""
    assert document("config")["policy"]["label"] == "standard"
    for k, label in ((10, "high protection"), (15, "own: k = 15")):
        with (home / "pulse.toml").open("r+", encoding="utf-8") as file:
            text = file.read()
            file.seek(0)
            file.write(f"k = {k}\n" + text.partition("\n\n")[2])
            file.truncate()
        assert call("config").stdout.endswith(f"Policy: {label}.\n")


def test_a_setting_that_does_not_exist_stops_every_command(call: Call, home: Path) -> None:
    """An unknown setting in pulse.toml is refused by its name."""
    with (home / "pulse.toml").open("a", encoding="utf-8") as file:
        file.write('[unknown]\nx = "y"\n')
    result = call("wave", "status")
    assert result.exit_code == 1
    assert result.stderr.startswith("pulse: unknown: ")


@pytest.mark.usefixtures("home")
def test_a_dry_run_tells_everything_and_changes_nothing(
    document: Document, roster: tuple[str, str]
) -> None:
    """A dry run says what the import will say, and a second one says it again."""
    told = document("roster", "import", *roster, "--dry-run")
    assert told == document("roster", "import", *roster, "--dry-run")
    assert told == document("roster", "import", *roster)
    assert told["people"] == 24
    assert told["groups"] == 2
    assert told["merged"] == [
        {"unit_id": "all", "into": "all:own+a"},
        {"unit_id": "a", "into": "all:own+a"},
    ]
    assert document("roster", "import", *roster)["joined"] == 0


@pytest.mark.usefixtures("home")
def test_what_became_of_marks_is_told_before_and_after(
    document: Document, call: Call, tmp_path: Path, roster: tuple[str, str]
) -> None:
    """A preview names each marked unit, its group and why it is none; the pack waits for one."""
    assert document("roster", "import", *roster)["leaders"] == []
    assert "Mark their units" in call("survey", "pack", "on", "leaders", "--agreed").stderr
    units = tmp_path / "marked.csv"
    units.write_text(
        "unit_id,parent_id,name,leaders\nall,,All,yes\na,all,Team A,\nb,all,Team B,yes\n", "utf-8"
    )
    told = document("roster", "import", str(units), roster[1], "--dry-run")
    assert told["leaders"] == [
        {"unit_id": "all", "group": "all:own+a", "why": "others are in the same group"},
        {"unit_id": "b", "group": "b", "why": ""},
    ]
    notes = call("roster", "import", str(units), roster[1]).stderr
    assert "all is marked as made of leaders, but others are in the same group" in notes
    assert document("survey", "pack", "on", "leaders", "--agreed")["pack"] == "leaders"


@pytest.mark.usefixtures("home")
def test_a_roster_too_small_is_imported_with_a_note(
    call: Call, tmp_path: Path, roster: tuple[str, str]
) -> None:
    """Too few people for any wave are imported; a note says that no wave can open."""
    people = tmp_path / "few.csv"
    people.write_text("person_id,email,unit_id\np1,,all\n", "utf-8")
    result = call("roster", "import", roster[0], str(people))
    assert result.exit_code == 0
    assert "No wave can be opened" in result.stderr


@pytest.mark.usefixtures("home")
def test_accounts_are_made_listed_reset_and_removed(
    document: Document, call: Call, roster: tuple[str, str], tmp_path: Path
) -> None:
    """Leaders come from a file; passwords are told once; tokens carry their scope."""
    document("roster", "import", *roster)
    file = tmp_path / "leaders.csv"
    file.write_text("email,role,unit_id\nlea@example.org,leader,a\nhr@example.org,hr,\n", "utf-8")
    made = document("leaders", "import", str(file))["accounts"]
    assert [account["role"] for account in made] == ["leader", "hr"]
    assert all(len(account["one_time_password"]) >= 20 for account in made)
    listed = document("leaders", "list")["accounts"]
    assert {row["email"] for row in listed} == {
        "lea@example.org", "hr@example.org", "admin@localhost",
    }  # fmt: skip
    assert "one_time_password" not in listed[0]
    again = document("leaders", "reset", "lea@example.org")
    assert again["one_time_password"] != made[0]["one_time_password"]
    assert document("leaders", "token", "lea@example.org")["scope"] == "leader:a"
    document("leaders", "remove", "lea@example.org")
    assert call("leaders", "remove", "lea@example.org").exit_code == 1


def test_the_survey_is_checked_and_shown(document: Document, call: Call, tmp_path: Path) -> None:
    """The weekly survey passes its check, its preview shows 20 weeks; a broken file is refused."""
    weeks = document("survey", "preview")["weeks"]
    assert [len(week["items"]) for week in weeks] == [6] * 20
    source = Path(__file__).parents[3] / "surveys" / "weekly.toml"
    assert document("survey", "check", str(source))["items"] == 18
    broken = tmp_path / "weekly.toml"
    broken.write_text("surprise = 1\n", "utf-8")
    result = call("survey", "check", str(broken))
    assert result.exit_code == 1
    assert "weekly.toml: not ok" in result.stdout
    assert "line 1, surprise: there is no field 'surprise' here" in result.stdout


def test_practices_and_packs_are_checked_too(
    document: Document, call: Call, tmp_path: Path
) -> None:
    """The same command knows all three kinds of file, and names file and field of a fault."""
    shelf = Path(__file__).parents[3] / "surveys"
    assert document("survey", "check", str(shelf / "packs.toml"))["items"] == 26
    card = shelf / "practices" / "kindness.toml"
    assert document("survey", "check", str(card))["practices"] == ["kindness"]
    broken = tmp_path / "own.toml"
    broken.write_text(card.read_text("utf-8").replace('"C3"', '"C9"'), "utf-8")
    result = call("survey", "check", str(broken))
    assert result.exit_code == 1
    assert "own.toml: not ok, 1 place to put right" in result.stdout
    assert "practices[0].outcome kindness: There is no item 'C9'." in result.stdout


def test_a_pack_is_switched_on_and_off(document: Document, call: Call, home: Path) -> None:
    """The list says which one is on; a refusal says why."""
    assert document("survey", "pack", "list")["running"] is None
    on = document("survey", "pack", "on", "spin-down", "--waves", "4")
    assert on == {"pack": "spin-down", "waves": 4, "asked": 0}
    listed = document("survey", "pack", "list")
    assert listed["running"] == on
    assert [row["pack"] for row in listed["packs"] if row["on"]] == ["spin-down"]
    assert "asked in 0 of 4 weeks" in call("survey", "pack", "list").stdout
    refused = call("survey", "pack", "on", "toil")
    assert refused.exit_code == 1
    assert "One at a time" in refused.stderr
    assert document("survey", "pack", "off")["pack"] == "spin-down"
    assert "--agreed" in call("survey", "pack", "on", "modelling").stderr
    assert home.is_dir()
