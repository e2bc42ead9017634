"""`pulse restore` says what a backup never holds."""

from pathlib import Path

from tests.unit.cli.conftest import Call, calling


def test_a_restored_home_says_that_its_mails_reach_nobody_yet(
    call: Call, home: Path, tmp_path: Path
) -> None:
    """The mail server is not in the backup, so whoever restores is told to set it again."""
    file = home / "pulse.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f'mail = "smtp://mail.invalid"\n{text}', encoding="utf-8")
    kept, restored = tmp_path / "kept.pulse", tmp_path / "again"
    assert call("backup", str(kept)).exit_code == 0
    found = calling(restored)("restore", str(kept))
    assert found.exit_code == 0
    assert "mail.invalid" not in (restored / "pulse.toml").read_text(encoding="utf-8")
    assert "reach nobody" in found.stdout
    assert "pulse mail test" in found.stdout
