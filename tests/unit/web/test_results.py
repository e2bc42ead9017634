"""The results page: what a release says, in words, and nothing before the first one."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from pulse.release.ledger import FIRST, Entry, line
from pulse.terms import week_name
from pulse.web.results import newest, results_page

RESULTS = {
    "wave": "2026-W09", "organisation": "Stadtwerke <Süd>", "closes": "2026-02-27T17:00:00+01:00",
    "participation": "At least 40 of 64 people answered.", "added": {"later": 1},
    "scales": [
        {"scale": "safety", "label": "Safety", "mean": 72.5, "mean_bound": "exact"},
        {"scale": "energy", "label": "Energy", "mean": 87.5, "mean_bound": "at_least"},
    ],
    "items": [
        {"item": "A1", "text": "I felt safe.", "mean": 1.5, "mean_bound": "at_most", "step": 0.5},
        {"item": "S4", "text": "We got blamed.", "mean": 2.0, "mean_bound": "exact", "step": 0.5,
         "reverse": True},
    ],
    "units": [
        {"unit_id": "d1", "name": "Netz & Betrieb",
         "participation": "At least 10 of 20 people answered.",
         "scales": [{"scale": "safety", "label": "Safety", "mean": 61.25, "mean_bound": "exact"}]},
    ],
    "hidden": "1 of 2 departments are not shown this week.",
}  # fmt: skip


def release(releases: Path, wave: str, content: bytes, previous: str = FIRST) -> str:
    """Write a release and its ledger line; return the line's hash."""
    (releases / wave).mkdir()
    (releases / wave / "results.json").write_bytes(content)
    entry = line(Entry(v=1, wave=wave, manifest="0" * 64, previous=previous))
    with (releases / "ledger.jsonl").open("ab") as file:
        file.write(entry + b"\n")
    return hashlib.sha256(entry).hexdigest()


def test_the_page_says_what_the_release_says() -> None:
    """Title, participation, coded means, departments and what is hidden stand there, escaped."""
    page = results_page(msgspec.json.encode(RESULTS), "Somebody").decode()
    assert "Stadtwerke &lt;Süd&gt;, week 9 of 2026" in page
    assert "Netz &amp; Betrieb" in page
    for words in (
        "At least 40 of 64",
        "<b>72</b>",
        "<b>87 or more</b>",
        "1.5 or less",
        "We got blamed.<small>Less agreement is better.</small></th><td>2.0</td>",
        "<td>61</td><td>not told</td>",
        "1 of 2",
    ):
        assert words in page
    assert "At least 10 of 20" in page
    assert 'width="72.5"' in page
    assert page.count("Less agreement") == 1
    assert "Somebody" not in page
    assert "made up" not in page


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"\xff", b'{"wave":1}'])
def test_before_the_first_release_the_page_teaches(content: bytes | None) -> None:
    """Without a readable release the page shows an example that is clearly one."""
    page = results_page(content, "Werk <1>").decode()
    assert "No results yet" in page
    assert "An example, made up" in page
    assert "Werk &lt;1&gt;" in page


def test_a_hidden_wave_shows_its_reason_alone() -> None:
    """A release in which everything is hidden is a page with one sentence why."""
    hidden = {"wave": "2026-W10", "organisation": "O", "hidden": "Too few people answered."}
    page = results_page(msgspec.json.encode(hidden), "O").decode()
    assert "Too few people answered." in page
    assert "<svg" not in page
    assert "<table" not in page


def test_the_newest_week_is_shown_whatever_the_order_of_releasing(tmp_path: Path) -> None:
    """The greatest week in the ledger counts; a folder that is in no ledger does not."""
    assert newest(tmp_path) is None
    head = release(tmp_path, "2026-W09", b"nine")
    release(tmp_path, "2025-W50", b"fifty", head)
    (tmp_path / "2026-W10").mkdir()
    (tmp_path / "2026-W10" / "results.json").write_bytes(b"half pressed")
    assert newest(tmp_path) == b"nine"


def test_a_broken_ledger_shows_nothing(tmp_path: Path) -> None:
    """A chain that does not hold is not read from."""
    release(tmp_path, "2026-W09", b"nine")
    release(tmp_path, "2026-W10", b"ten", "f" * 64)
    assert newest(tmp_path) is None


def test_weeks_have_names() -> None:
    """ISO weeks are named for people."""
    assert week_name("2026-W09") == "week 9 of 2026"
    assert week_name("2026-W53") == "week 53 of 2026"
