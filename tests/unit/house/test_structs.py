"""What one function hands to another, no third can change."""

import ast
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
CODE = sorted(path for room in ("pulse", "dashboards") for path in (TOP / room).rglob("*.py"))


def thawed(source: str) -> list[str]:
    """Return the structs in a module's source that are not frozen."""
    found = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef))
    structs = [each for each in found if "Struct" in map(_last_name, each.bases)]
    return [each.name for each in structs if "frozen=True" not in map(ast.unparse, each.keywords)]


def _last_name(base: ast.expr) -> str:
    return ast.unparse(base).rpartition(".")[2]


def test_every_struct_is_frozen() -> None:
    """No struct of ours can be changed once it is made."""
    sources = ((path, path.read_text(encoding="utf-8")) for path in CODE)
    loose = {str(path): thawed(source) for path, source in sources if "Struct" in source}
    assert {name: names for name, names in loose.items() if names} == {}


@pytest.mark.parametrize("said", ["", ", frozen=False", ", kw_only=True"])
def test_a_struct_that_thaws_is_found(said: str) -> None:
    """A struct that says nothing, or no, is found."""
    assert thawed(f"class Ballot(msgspec.Struct{said}):\n    t: bytes\n") == ["Ballot"]
