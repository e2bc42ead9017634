"""`pulse tick` says what it did, and never that nothing is due where something failed."""

from pathlib import Path

import pytest

from pulse.mail.secretfiles import SMTP_PASSWORD
from pulse.settings import Home
from tests.unit.cli.conftest import Call


@pytest.mark.parametrize("trouble", [False, True])
def test_a_tick_that_fails_is_not_told_as_one_without_work(
    call: Call, home: Path, *, trouble: bool
) -> None:
    """With a password that others may read it says that, exits 1, and says nothing else."""
    file = home / "pulse.toml"
    text = file.read_text(encoding="utf-8")
    head = 'cadence = "off"\n'
    if trouble:
        head += 'mail = "smtp://pulse@mail.invalid"\n'
        Home(home).accounts.joinpath("outbox").mkdir(mode=0o700)
        Home(home).accounts.joinpath("outbox", "results-1.eml").write_text("To: a@b.example\n\n")
        password = home / "channels" / SMTP_PASSWORD
        password.write_text("word\n", encoding="utf-8")
        password.chmod(0o644)
    file.write_text(head + text, encoding="utf-8")
    found = call("tick")
    assert found.exit_code == int(trouble)
    if trouble:
        assert found.stdout == ""
        assert "Others may read it" in found.stderr
    else:
        assert found.stdout == "Nothing is due.\n"
