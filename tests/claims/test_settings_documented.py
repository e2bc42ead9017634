"""Every setting is documented, in the same words everywhere."""

import re
from pathlib import Path
from typing import Any

from msgspec import structs

from pulse.settings import Settings, Support, described

README = Path(__file__).parents[2] / "README.md"


def documented() -> list[tuple[str, str]]:
    """Read the rows of the README's table of settings."""
    text = README.read_text(encoding="utf-8")
    section = text.partition("\n## Settings\n")[2].partition("\n## ")[0]
    row = re.compile(r"^\| `([\w.]+)` \| (.+) \|$", re.MULTILINE)
    return [(found[1], found[2]) for found in row.finditer(section)]


def test_the_readme_lists_every_setting_as_pulse_config_does() -> None:
    """The README's table and `pulse config` have the same settings, in order, in one wording."""
    assert documented() == described()


def test_no_setting_goes_without_help() -> None:
    """Each field of the settings has its sentence."""
    fields: Any = structs.fields(Settings)
    named = {field.name for field in fields if field.name != "support"}
    named |= {f"support.{field.name}" for field in structs.fields(Support)}
    assert {name for name, _ in described()} == named
    assert all(meaning.endswith((".", "…", "smtp://…")) for _, meaning in described())
