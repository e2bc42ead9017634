"""The import contracts: kept as the tree stands, and each refuses an import planted against it."""

import json
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
    ("one-solver", "pulse/export/planted.py", "import highspy"),
    ("one-solver", "pulse/statistics/planted.py", "import numpy"),
    ("migrations-stay-out-of-serving", "dashboards/planted.py", "import alembic"),
]


# Lints a tree again and again, each time with one more file changed; started once, as that is slow.
PLANTER: Final = """
import contextlib, io, json, pathlib, sys
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

configure()
told = []
for contract, file, line in json.load(sys.stdin):
    target = pathlib.Path(file)
    before = target.read_text("utf-8") if target.exists() else None
    target.write_text(f"{before or ''}\\n{line}\\n", "utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as said:
        kept = lint_imports(limit_to_contracts=(contract,), cache_dir="cache", no_logo=True)
    told.append([kept, said.getvalue()])
    if before is None:
        target.unlink()
    else:
        target.write_text(before, "utf-8")
json.dump(told, sys.stdout)
"""


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


@pytest.fixture(scope="module")
def verdicts(copy: Path) -> dict[tuple[str, str, str], tuple[bool, str]]:
    """Plant each import in turn; map it to whether its contract was kept, and what was said."""
    done = subprocess.run(
        [sys.executable, "-c", PLANTER],
        cwd=copy,
        input=json.dumps(PLANTS),
        capture_output=True,
        text=True,
        check=True,
    )
    told = [(kept, said) for kept, said in json.loads(done.stdout)]
    return dict(zip(PLANTS, told, strict=True))


def test_the_tree_keeps_every_contract() -> None:
    """The imports of the tree as it stands keep every contract."""
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-logo"],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_contract_has_a_plant() -> None:
    """No contract goes untested."""
    assert {contract for contract, _, _ in PLANTS} == set(CONTRACTS)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant[1]}: {plant[2]}")
def test_a_planted_import_is_refused(
    verdicts: dict[tuple[str, str, str], tuple[bool, str]], plant: tuple[str, str, str]
) -> None:
    """One forbidden import (or one unlisted room) breaks the contract that forbids it."""
    kept, said = verdicts[plant]
    assert not kept
    assert f"{CONTRACTS[plant[0]]['name']} BROKEN" in " ".join(said.split())
