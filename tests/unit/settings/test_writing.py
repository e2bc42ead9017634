"""Settings are changed in place: comments stay, what is unsafe is refused, no edit is lost."""

import os
import tomllib
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.errors import BadSetting, PulseError, WrongState
from pulse.settings import CurrentSettings, Home, load
from pulse.settings.writing import change, fixed, look, written

TEXT = """\
# Settings of Northwind
closes = "Thursday 12:00"  # before the long weekend

[support]
text = "Talk to us"
# contacts follow
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a home with a commented file."""
    (tmp_path / "pulse.toml").write_text(TEXT, "utf-8")
    return Home(tmp_path)


def test_comments_and_order_stay(home: Home) -> None:
    """Only what is changed changes; a table gets its new value where it stands."""
    seen = look(home, {})
    after = change(
        home, {"organisation": "Northwind", "support.contacts": ("Doctor: 1",)}, seen.digest, {}
    )
    text = home.settings_file.read_text("utf-8")
    assert after == load(home, {})
    assert (after.organisation, after.support.contacts) == ("Northwind", ("Doctor: 1",))
    assert after.support.text == "Talk to us"
    for comment in ("# Settings of Northwind", "# before the long weekend", "# contacts follow"):
        assert comment in text


# What cannot be printed is no name: tests/unit/settings/test_sayings.py.
PRINTED = st.characters(codec="utf-8", exclude_categories=("C", "Z"))


@given(name=st.text(PRINTED, min_size=1, max_size=60))
def test_any_text_comes_back_as_it_was(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Quotes, signs and lines are written so that they are read back the same."""
    home = Home(tmp_path_factory.mktemp("home"))
    text = f'{name}\n\r\n"""{name}\\ '
    new = {"organisation": name, "support.text": text}
    after = change(home, new, look(home, {}).digest, {})
    assert after.support.text == text == load(home, {}).support.text
    assert after.organisation == name == load(home, {}).organisation


@pytest.mark.parametrize(
    ("name", "value"), [("closes", "never"), ("k", 3), ("nonsense", "x"), ("support.link", "x")]
)
def test_what_is_refused_leaves_the_file(home: Home, name: str, value: str | int) -> None:
    """A value that no start would accept is not written."""
    with pytest.raises(PulseError):
        change(home, {"organisation": "New", name: value}, look(home, {}).digest, {})
    assert home.settings_file.read_text("utf-8") == TEXT
    assert [path.name for path in home.path.iterdir()] == ["pulse.toml"]


def test_an_edit_in_the_meantime_is_not_lost(home: Home) -> None:
    """Whoever saw an older file is told, and what stands there stays."""
    seen = look(home, {})
    home.settings_file.write_text(TEXT + 'locales.de.text = "x"\n', "utf-8")
    with pytest.raises(WrongState, match="changed in the meantime"):
        change(home, {"organisation": "New"}, seen.digest, {})
    assert load(home, {}).organisation != "New"


def test_of_two_at_once_one_succeeds(home: Home) -> None:
    """Two who saw the same file never overwrite each other."""
    digest, gate, told = look(home, {}).digest, Barrier(2), []

    def save(name: str) -> None:
        gate.wait()
        try:
            change(home, {"organisation": name}, digest, {})
        except WrongState:
            told.append("refused")
        else:
            told.append(name)

    threads = [Thread(target=save, args=(name,)) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("refused") == 1
    assert load(home, {}).organisation in told


def test_what_the_environment_fixes_is_not_written(home: Home) -> None:
    """A change that could not hold is refused with the variable's name."""
    environ = {"PULSE_ORGANISATION": "Fixed"}
    assert fixed("organisation", environ) == "PULSE_ORGANISATION"
    assert fixed("support.text", environ) == ""
    with pytest.raises(BadSetting, match="PULSE_ORGANISATION fixes"):
        change(home, {"organisation": "New"}, look(home, environ).digest, environ)


def test_rights_of_the_file_stay(home: Home) -> None:
    """A file that only its owner may read is so afterwards."""
    home.settings_file.chmod(0o600)
    change(home, {"organisation": "New"}, look(home, {}).digest, {})
    assert home.settings_file.stat().st_mode & 0o777 == 0o600


def test_what_has_been_set_is_known(home: Home) -> None:
    """Names in the file and the environment, those of tables with their table."""
    assert written(home, {"PULSE_TIMEZONE": "UTC"}) == {"closes", "support.text", "timezone"}


def test_a_process_that_stays_sees_a_change(home: Home) -> None:
    """The next look gives the new settings; a file that cannot be used leaves those before."""
    current = CurrentSettings(home)
    before = current.now()
    assert current.now() is before
    change(home, {"organisation": "Northwind"}, look(home).digest)
    assert current.now().organisation == "Northwind"
    home.settings_file.write_text("k = 2\n", "utf-8")
    assert current.now().organisation == "Northwind"
    os.utime(home.settings_file, ns=(1, 1))
    assert current.now().k == 5
    assert tomllib.loads(home.settings_file.read_text("utf-8")) == {"k": 2}
