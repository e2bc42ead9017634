"""The administrators' pages answer on this machine, or on one private address that was named."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Call


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - refused
def test_they_never_answer_everywhere(call: Call, home: Path, host: str) -> None:
    """All addresses of a machine at once is refused before anything starts."""
    del home
    done = call("serve", "--only", "admin", "--admin-host", host, "--admin-port", "0")
    assert done.exit_code == 1
    assert "one private address" in done.output


def test_a_backup_is_a_step_done(call: Call, home: Path, tmp_path: Path) -> None:
    """Taking one leaves its mark for the list of set-up steps."""
    assert not (home / "state" / "marks.json").exists()
    assert call("backup", str(tmp_path / "b.tar.gz")).exit_code == 0
    assert b'"backup"' in (home / "state" / "marks.json").read_bytes()
