"""The lock files: hashed, universal, free of addresses, and in step with pyproject.toml."""

import re
import tomllib
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP: Final = Path(__file__).parents[3]
PROJECT: Final = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN: Final = TOP / "deploy" / "requirements.lock"
DEV: Final = TOP / "deploy" / "requirements-dev.lock"
OIDC: Final = TOP / "deploy" / "requirements-oidc.lock"
PIN: Final = re.compile(r"^([a-z0-9.-]+)==([^ ;]+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, str]:
    """Map each locked package to its version."""
    return dict(PIN.findall(lock.read_text(encoding="utf-8")))


@pytest.mark.parametrize("lock", [RUN, DEV, OIDC], ids=lambda lock: lock.name)
def test_every_pin_carries_hashes_and_no_address(lock: Path) -> None:
    """Each package is pinned with at least one SHA-256, and no line names an address or option."""
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^--", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(PIN.findall(text))  # some twice, for one Python or another
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        (RUN, PROJECT["dependencies"]),
        (DEV, PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
        (OIDC, PROJECT["dependencies"] + PROJECT["optional-dependencies"]["oidc"]),
    ],
    ids=["run", "dev", "oidc"],
)
def test_the_lock_satisfies_the_project(lock: Path, asked: list[str]) -> None:
    """Every requirement of pyproject.toml is locked at a version that it allows."""
    locked = pins(lock)
    for requirement in map(Requirement, asked):
        version = locked.get(canonicalize_name(requirement.name))
        assert version, requirement.name
        assert requirement.specifier.contains(version, prereleases=True), requirement.name


def test_both_locks_agree() -> None:
    """What runs in production is what was tested."""
    developed = pins(DEV)
    assert {name: developed.get(name) for name in pins(RUN)} == pins(RUN)
