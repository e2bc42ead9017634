"""A setting that is unknown, malformed or unsafe stops the start with its name."""

from pathlib import Path

import pytest

from pulse.errors import BadSetting
from pulse.settings import Home, load

TEST_MODE = {"PULSE_ENV": "test"}
ELSEWHERE = {
    "PULSE_BASE_URL": "https://pulse.example.org",
    "PULSE_DASHBOARDS_URL": "https://leaders.example.org",
}
REFUSED = {
    "an unknown one": ("PULSE_FOO", {"PULSE_FOO": "1"}),
    "an unknown one of a table": ("PULSE_SUPPORT_LINK", {"PULSE_SUPPORT_LINK": "x"}),
    "k too small": ("k", {"PULSE_K": "4"}),
    "k between steps": ("k", {"PULSE_K": "7"}),
    "k in words": ("PULSE_K", {"PULSE_K": "five"}),
    "no order": ("prefer", {"PULSE_PREFER": "teams"}),
    "a small group": ("group_min_invited", {"PULSE_GROUP_MIN_INVITED": "6"}),
    "kept answers": ("keep_answers_weeks", {"PULSE_KEEP_ANSWERS_WEEKS": "1"}),
    "no day": ("closes", {"PULSE_CLOSES": "Someday 17:00"}),
    "no time": ("closes", {"PULSE_CLOSES": "Friday 25:00"}),
    "no zone": ("timezone", {"PULSE_TIMEZONE": "Mars/Olympus"}),
    "a zone that is a folder": ("timezone", {"PULSE_TIMEZONE": "Europe"}),
    "no holder": ("holder", {"PULSE_HOLDER": "nobody"}),
    "a sender with a name": ("sender", {"PULSE_SENDER": "Pulse <pulse@example.org>"}),
    "a sender without a place": ("sender", {"PULSE_SENDER": "pulse"}),
    "a sender of two lines": ("sender", {"PULSE_SENDER": "pulse@example.org\nBcc: e@x.org"}),
    "another database": ("database_url", {"PULSE_DATABASE_URL": "postgresql://db"}),
    "another way of mail": ("mail", {"PULSE_MAIL": "imap://mail.example.org"}),
    "open http": ("base_url", {"PULSE_BASE_URL": "http://pulse.example.org"}),
    "no scheme": ("base_url", {"PULSE_BASE_URL": "pulse.example.org"}),
    "a path": ("base_url", {"PULSE_BASE_URL": "https://example.org/pulse"}),
    "a port that is none": ("base_url", {"PULSE_BASE_URL": "https://example.org:99999"}),
    "open http for leaders": (
        "dashboards_url", ELSEWHERE | {"PULSE_DASHBOARDS_URL": "http://leaders.example.org"},
    ),
    "one host for both": (
        "dashboards_url", ELSEWHERE | {"PULSE_DASHBOARDS_URL": "https://PULSE.example.org:8443"},
    ),
    "trials elsewhere": ("env", ELSEWHERE | TEST_MODE),
    "a clock without trials": ("test_clock", {"PULSE_TEST_CLOCK": "clock"}),
    "a seed without trials": ("seed", {"PULSE_SEED": "1"}),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_stops_the_start(tmp_path: Path, case: str) -> None:
    """Each is refused by a BadSetting whose place is the setting's name."""
    where, environ = REFUSED[case]
    with pytest.raises(BadSetting) as refused:
        load(Home(tmp_path), environ)
    assert refused.value.where == where


@pytest.mark.parametrize(
    "environ",
    [
        {},
        ELSEWHERE,
        TEST_MODE | {"PULSE_TEST_CLOCK": "clock", "PULSE_SEED": "1"},
        {"PULSE_K": "10", "PULSE_GROUP_MIN_INVITED": "7", "PULSE_SENDER": "hr+pulse@example.org"},
        {"PULSE_PREFER": "cells"},
        {"PULSE_HOME": "here", "PULSE_CHROMIUM": "there", "PULSE_PEERS": "none", "PATH": "/bin"},
    ],
)
def test_what_is_safe_is_taken(tmp_path: Path, environ: dict[str, str]) -> None:
    """Defaults, real addresses, trials on loopback; other PULSE_ variables are no settings."""
    settings = load(Home(tmp_path), environ)
    assert settings.smallest_group >= settings.k + 2


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """PULSE_* wins over pulse.toml, setting by setting, in tables too."""
    text = 'organisation = "File"\nk = 10\n[support]\ntext = "Ask"\ncontacts = ["a"]\n'
    (tmp_path / "pulse.toml").write_text(text, "utf-8")
    environ = {"PULSE_ORGANISATION": "Variable", "PULSE_SUPPORT_CONTACTS": "b\nc"}
    settings = load(Home(tmp_path), environ)
    assert (settings.organisation, settings.k) == ("Variable", 10)
    assert (settings.support.text, settings.support.contacts) == ("Ask", ("b", "c"))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("k = [", "pulse.toml"),
        ("\xff", "pulse.toml"),
        ("k = true", "k"),
        ("unknown = 1", "unknown"),
        ("[support]\nlink = 1", "support"),
        ("support = 1", "support"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start(tmp_path: Path, text: str, where: str) -> None:
    """Broken TOML, a wrong type and an unknown key are named."""
    (tmp_path / "pulse.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(BadSetting) as refused:
        load(Home(tmp_path), {})
    assert refused.value.where == where
