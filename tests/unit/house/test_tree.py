"""What stands in the tree: no traces of a machine, no long files, no names that say nothing."""

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

TOP: Final = Path(__file__).parents[3]
# Written with brackets, so that this file does not find itself.
MACHINE: Final = re.compile(r"/(w[o]rk|r[o]ot|f[a]rm)/[a-z.]|/t[m]p/[a-z]+/")
REGISTRY: Final = re.compile(
    r"p[y]pi\.org|p[y]thonhosted\.org|registry\.[n]pmjs|proxy\.g[o]lang"
    r"|[i]ndex-url *[= ] *.?https?:"
)
SAYS_NOTHING: Final = re.compile(r"(^|/)(utils?|helpers?|common|misc)(\.\w+|/|$)")
WITHOUT_REASON: Final = re.compile(r"# noqa(?!: [A-Z]+\d+(, ?[A-Z]+\d+)*\W+\w+\W+\w+)")
LONGEST: Final = 350


def files() -> list[Path]:
    """List what is, or is about to be, part of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=True,
    )
    return [TOP / name for name in listed.stdout.splitlines() if (TOP / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    """Read every text file of the tree that is ours (vendored bundles are not)."""
    found = []
    for path in files():
        if "vendor" in path.parts or "plotly" in path.name:
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((path.relative_to(TOP), content.decode()))
    return found


@pytest.mark.parametrize("trace", [MACHINE, REGISTRY], ids=["machine path", "registry"])
def test_no_file_names_a_machine_or_registry(trace: re.Pattern[str]) -> None:
    """No file holds a path of one machine or the address of a package registry."""
    assert [(str(path), hit[0]) for path, text in texts() if (hit := trace.search(text))] == []


def test_the_trace_patterns_find_what_they_look_for() -> None:
    """The patterns above do match a planted path and a planted address."""
    assert MACHINE.search("/" + "root/.venv")
    assert REGISTRY.search("https://" + "pypi" + ".org/simple")
    assert SAYS_NOTHING.search("pulse/utils.py")
    assert WITHOUT_REASON.search("x = 1  # noqa" + ": S101")
    assert not WITHOUT_REASON.search("x = 1  # noqa" + ": S101 - a test's own assertion")


def test_no_file_is_longer_than_350_lines() -> None:
    """No source file is longer than a person reads at one sitting."""
    source = {".py", ".js", ".css", ".html"}
    assert [
        (str(path), count)
        for path, text in texts()
        if path.suffix in source and (count := text.count("\n")) > LONGEST
    ] == []


def test_every_name_says_something() -> None:
    """No file or folder is called utils, helpers, common or misc."""
    names = [path.relative_to(TOP).as_posix() for path in files()]
    assert [name for name in names if SAYS_NOTHING.search(name)] == []


def test_every_exception_from_the_linter_has_a_reason() -> None:
    """Each suppressed lint finding says why in words."""
    assert [
        (str(path), hit[0])
        for path, text in texts()
        if path.suffix == ".py"
        and path.name != Path(__file__).name
        and (hit := WITHOUT_REASON.search(text))
    ] == []


def test_licence_changelog_and_security_notes_exist() -> None:
    """The files that a visitor looks for first are there and not empty."""
    for name in ("LICENSE", "CHANGELOG.md", "SECURITY.md", "README.md"):
        assert (TOP / name).stat().st_size > 500, name


def test_the_top_level_stays_small() -> None:
    """Nothing stands at the top level beyond the agreed layout."""
    agreed = {
        "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", ".ci",
        ".gitignore", ".gitattributes", "pulse", "dashboards", "surveys", "tests", "deploy",
    }  # fmt: skip
    assert {path.relative_to(TOP).parts[0] for path in files()} <= agreed
