"""The audit: quiet on our releases, loud on broken hashes, manifests and ledgers."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from msgspec import structs

from pulse.disclosure import audit
from pulse.disclosure.audit import audit_candidate, audit_home, audit_release
from pulse.errors import Unsure
from pulse.release import cells, ledger, manifest
from tests.unit.disclosure.pressed import WAVES, forge, found

WAVE = WAVES[1]


def test_our_releases_pass(releases: Path) -> None:
    """Three waves with hidden teams, pools and diagnostics give no finding."""
    report = audit_home(releases)
    assert (report.ok, report.releases, report.findings) == (True, 3, ())
    kinds = set(cells.read(releases / WAVE / cells.NAME)["kind"])
    assert kinds == {"unit", "pool", "diag"}
    forge(releases, WAVE)
    assert not found(releases)


def test_the_audit_shares_no_code_with_what_it_audits() -> None:
    """Loading the audit loads neither the program, nor the rounding, nor the press."""
    watched = [f"pulse.disclosure.{name}" for name in ("program", "pattern", "rounding", "protect")]
    watched.append("pulse.release.press")
    code = f"import sys, pulse.disclosure.audit; print([m for m in {watched} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_empty_home_passes(tmp_path: Path) -> None:
    """Without any release there is nothing to find."""
    assert audit_home(tmp_path).ok
    assert audit_home(tmp_path / "missing").ok


def test_a_candidate_beside_a_broken_ledger_is_told_so(releases: Path) -> None:
    """What cannot be chained to what was released before is a finding, and nothing mends it."""
    assert audit_candidate(releases, releases / WAVE).findings[0].startswith("this wave was rel")
    path = releases / ledger.NAME
    path.write_bytes(path.read_bytes().replace(WAVE.encode(), b"2026-W40"))
    verdict = audit_candidate(releases, releases / WAVE)
    assert (len(verdict.findings), verdict.mendable) == (1, False)


def test_what_only_one_of_two_ways_finds_is_no_verdict() -> None:
    """P19: a person whom only the program finds isolated is unsure; told by both, it is found."""
    audit._refuse_doubt((), ())
    audit._refuse_doubt(("lab: a residue",), ("lab",))
    with pytest.raises(Unsure, match="a program found this: lab"):
        audit._refuse_doubt((), ("lab",))


CLAIMS: list[tuple[str, dict[str, Any], str]] = [
    ("another wave", {"wave": "2026-W11"}, "of another wave"),
    ("another tree", {"tree_version": "0"}, "another tree"),
    ("no optimum", {"program": "stopped"}, "did not end with an optimum"),
    ("a lower k", {"policy": {"k": 3}}, "no policy"),
    ("an item twice", {"items": ("A1", "A1")}, "stands twice"),
    ("a scale unasked", {"scales": {"safety": ("S9",)}}, "not made of the items asked"),
    ("files unnamed", {"files": {}}, "not those of a release"),
    ("another survey", {"instrument": "monthly"}, "survey that is not known here"),
    ("an item about a leader", {"lead": ("A1",)}, "A1 is not about what the survey says"),
    ("an item turned", {"reversed": ("A1",)}, "A1 is turned the other way than in the survey"),
    ("no key list", {"keys": "t0: 3.2"}, "no key list or no tokens"),
    ("no tokens", {"tokens": "t0: 3.2"}, "no key list or no tokens"),
]


@pytest.mark.parametrize(("values", "said"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS])
def test_a_manifest_that_claims_otherwise_is_found(
    releases: Path, values: dict[str, Any], said: str
) -> None:
    """P6: a manifest of another wave, tree, policy or instrument does not fit its files."""
    forge(releases, WAVE, about=lambda described: structs.replace(described, **values))
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(found(releases))


@pytest.mark.parametrize("name", ["keys", "tokens"])
def test_a_week_cut_twice_under_two_names_is_found(releases: Path, name: str) -> None:
    """P14, P15: what came from the same key list or the same tokens is the same week."""
    first = manifest.decode((releases / WAVES[0] / manifest.NAME).read_bytes())
    forge(releases, WAVE, about=lambda m: structs.replace(m, **{name: getattr(first, name)}))
    assert found(releases) == (
        f"{WAVE}: {WAVES[0]} was released from the same ballots; no wave is cut again."
    )


def test_a_tree_with_a_field_more_is_found(releases: Path) -> None:
    """P6: nothing rides along in a tree, neither as a field nor as the name of a series."""
    path = releases / WAVE / "tree.json"
    told = json.loads(path.read_bytes())
    for units in ([{**told["units"][0], "answered": 7}], [{**told["units"][0], "series": "7"}]):
        path.write_text(json.dumps(told | {"units": [*units, *told["units"][1:]]}))
        forge(releases, WAVE)
        assert re.search("no tree of units|named after no wave", found(releases))


@pytest.mark.parametrize("name", [f"{WAVE}b", "recut.csv"])
def test_what_lies_beside_the_releases_is_found(releases: Path, name: str) -> None:
    """P15: a second cut of a week is a finding under any name; the press's own folder is none."""
    shutil.copytree(releases / WAVE, releases / f".candidate-{WAVE}")
    assert not found(releases)
    shutil.copytree(releases / WAVE, releases / name)
    assert found(releases) == f"{name}: no release is called this."


@pytest.mark.parametrize("name", ["k", "leader_k", "shares_from", "diagnostics_from"])
def test_a_policy_below_its_floors_is_found(releases: Path, name: str) -> None:
    """P6: no release may be made under a weaker policy."""
    forge(
        releases, WAVE,
        about=lambda m: structs.replace(m, policy={**m.policy, name: int(m.policy[name]) - 1}),
    )  # fmt: skip
    assert "goes below its floors" in found(releases)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"invited": 1}, "another number of people"),
        ({"ballots": 9_999}, "more ballots or tokens"),
        ({"spoiled": 7}, "do not add up"),
    ],
)
def test_tallies_that_cannot_be_are_found(
    releases: Path, values: dict[str, int], said: str
) -> None:
    """P6: tallies agree with the tree and with one another."""
    forge(
        releases, WAVE,
        about=lambda m: structs.replace(m, tallies=structs.replace(m.tallies, **values)),
    )  # fmt: skip
    assert said in found(releases)


def test_a_wave_that_was_never_opened_may_count_nobody(releases: Path) -> None:
    """Fewer than k ballots stay uncounted; that alone is no finding about the tallies."""
    forge(
        releases, WAVE,
        about=lambda m: structs.replace(
            m, tallies=structs.replace(m.tallies, ballots=3, counted=0, spoiled=0)
        ),
    )  # fmt: skip
    assert "do not add up" not in found(releases)


@pytest.mark.parametrize("name", ["cells.parquet", "tree.json", "results.json", "manifest.json"])
def test_one_changed_byte_is_found(releases: Path, name: str) -> None:
    """P6: any changed byte of any file breaks a hash."""
    path = releases / WAVE / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert not audit_home(releases).ok


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_removed_ledger_line_is_found(releases: Path, line: int) -> None:
    """P6: without one of its lines the ledger breaks, or leaves a release unnamed."""
    path = releases / ledger.NAME
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:line] + lines[line + 1 :]))
    assert found(releases)


def test_a_removed_release_is_found(releases: Path) -> None:
    """P6: a release that the ledger names must be there, whole, with nothing beside it."""
    (releases / WAVE / "note.txt").write_text("hello")
    assert "not those of a release" in found(releases)
    shutil.rmtree(releases / WAVE)
    assert "the release is missing" in found(releases)


def test_a_torn_ledger_is_found(releases: Path) -> None:
    """P6: a ledger that ends in the middle of a line is reported."""
    with (releases / ledger.NAME).open("ab") as file:
        file.write(b'{"v":1,')
    assert "middle of a line" in found(releases)


@pytest.mark.parametrize("name", ["cells.parquet", "tree.json", "manifest.json"])
def test_a_file_that_cannot_be_read_is_a_finding(releases: Path, name: str) -> None:
    """A broken or missing file is a finding and never a crash."""
    (releases / WAVE / name).write_bytes(b"{")
    assert audit_release(releases / WAVE)
    (releases / WAVE / name).unlink()
    assert audit_release(releases / WAVE)


def test_other_columns_are_a_finding(releases: Path) -> None:
    """A table with one more column is no release."""
    path = releases / WAVE / cells.NAME
    cells.read(path).with_columns(pl.lit(1).alias("n")).write_parquet(path)
    assert any("other columns" in text for text in audit_release(releases / WAVE))
