"""`pulse cards` from end to end: what it prints, says and refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from tests.unit.cli.conftest import Call


def test_cards_from_the_import_to_the_close(
    call: Call, document: Callable[..., Any], home: Path, roster: tuple[str, str], tmp_path: Path
) -> None:
    """Two people of a team lose their address: two cards, the same again, none after the close."""
    people = Path(roster[1])
    text = people.read_text("utf-8").replace("p14@example.org", "").replace("p15@example.org", "")
    people.write_text(text, "utf-8")
    document("roster", "import", *roster)
    pdf = tmp_path / "a.pdf"
    refused = call("cards", "--unit", "b", "--pdf", str(pdf))
    assert (refused.exit_code, refused.stderr) == (
        1,
        "pulse: No wave is open, so there are no cards.\n",
    )
    wave = document("wave", "open", "--closes", "2099-01-01T00:00:00+00:00")
    assert wave["without_email"] == 2
    told = call("cards", "--unit", "b", "--pdf", str(pdf), "--json")
    assert json.loads(told.stdout) == {
        "wave": wave["wave"], "unit": "b", "cards": 2, "sheets": 1, "language": "en",
        "pdf": str(pdf),
    }  # fmt: skip
    assert (
        told.stderr == "Printing again prints the same codes in another order; each works once.\n"
    )
    assert PdfReader(pdf).pages[0].extract_text().count("Works once") == 2
    german = document("cards", "--unit", "all", "--pdf", str(pdf), "--language", "de-CH")
    assert german["language"] == "de"
    assert "Gilt einmal" in PdfReader(pdf).pages[0].extract_text()
    nobody = call("cards", "--unit", "all:own+a", "--pdf", str(pdf))
    assert "Everybody in this unit has an address" in nobody.stderr
    inside = call("cards", "--unit", "b", "--pdf", str(home / "a.pdf"))
    assert "do not belong into the home" in inside.stderr
    assert not (home / "a.pdf").exists()
    document("wave", "close")
    late = call("cards", "--unit", "b", "--pdf", str(tmp_path / "late.pdf"))
    assert (late.exit_code, (tmp_path / "late.pdf").exists()) == (1, False)
