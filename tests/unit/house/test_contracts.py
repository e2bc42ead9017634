"""The import contracts: kept as the tree stands, and each refuses an import planted against it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

TOP: Final = Path(__file__).parents[3]
LINT: Final = "import sys; from importlinter.cli import lint_imports as lint; sys.exit(lint())"
CONTRACTS: Final = {
    contract["id"]: contract
    for contract in tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}

# contract → (module that is planted, what it imports)
PLANTS: Final = [
    ("packages", "pulse/statistics/planted.py", "import dashboards.app"),
    ("packages", "surveys/planted.py", "import pulse.errors"),
    ("rooms", "pulse/store/planted.py", "import pulse.wave"),
    ("rooms", "pulse/roster/planted.py", "import pulse.token.keys"),
    ("rooms", "pulse/tabulation_again.py", ""),
    ("people-never-meet-answers", "pulse/invitation/planted.py", "import pulse.ballotbox"),
    ("people-never-meet-answers", "pulse/roster/planted.py", "import pulse.ballotbox.seal"),
    ("answers-never-meet-people", "pulse/ballotbox/planted.py", "import pulse.roster"),
    ("answers-never-meet-people", "pulse/ballotbox/planted.py", "import pulse.issuer"),
    ("issuer-knows-no-ballots", "pulse/issuer/planted.py", "from pulse import ballotbox"),
    ("admin-sees-no-results", "pulse/admin/planted.py", "import pulse.release.ledger"),
    ("admin-sees-no-results", "pulse/admin/planted.py", "import pulse.statistics"),
    ("one-press", "pulse/export/planted.py", "from pulse.release import press"),
    ("figures-come-from-releases", "dashboards/planted.py", "import pulse.roster"),
    ("figures-come-from-releases", "pulse/export/planted.py", "import pulse.closing"),
    ("figures-come-from-releases", "pulse/charts/planted.py", "import pulse.tabulation"),
    ("intake-keeps-no-time", "pulse/issuer/planted.py", "import datetime"),
    ("intake-keeps-no-time", "pulse/ballotbox/planted.py", "import logging"),
    ("intake-keeps-no-time", "pulse/terms.py", "import time"),
    ("web-frameworks-at-the-edge", "pulse/closing_planted.py", "import litestar"),
    ("web-frameworks-at-the-edge", "pulse/export/planted.py", "import jinja2"),
    ("plotly-draws-in-one-room", "dashboards/planted.py", "import plotly.graph_objects"),
    ("migrations-stay-out-of-serving", "dashboards/planted.py", "import alembic"),
]


def lint(tree: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run import-linter over `tree`, for all contracts or one."""
    only = () if contract is None else ("--contract", contract)
    command = (sys.executable, "-c", LINT, "--no-logo", *only)
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the three packages, Python files only."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copy(TOP / "pyproject.toml", tree)
    for package in ("dashboards", "pulse", "surveys"):
        for file in (TOP / package).rglob("*.py"):
            target = tree / file.relative_to(TOP)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    return tree


def test_the_tree_keeps_every_contract() -> None:
    """The imports of the tree as it stands keep every contract."""
    result = lint(TOP)
    assert result.returncode == 0, result.stdout


def test_every_contract_has_a_plant() -> None:
    """No contract goes untested."""
    assert {contract for contract, _, _ in PLANTS} == set(CONTRACTS)


@pytest.mark.parametrize(("contract", "file", "line"), PLANTS)
def test_a_planted_import_is_refused(copy: Path, contract: str, file: str, line: str) -> None:
    """One forbidden import (or one unlisted room) breaks the contract that forbids it."""
    target = copy / file
    before = target.read_text(encoding="utf-8") if target.exists() else None
    target.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        result = lint(copy, contract)
    finally:
        if before is None:
            target.unlink()
        else:
            target.write_text(before, encoding="utf-8")
    assert result.returncode == 1
    assert f"{CONTRACTS[contract]['name']} BROKEN" in " ".join(result.stdout.split())
