"""LEADERS.csv: imported whole, or refused with the place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from pulse.accounts import directory, leadersfile, tokens
from pulse.clock import FixedClock
from pulse.errors import BadAccounts
from tests.unit.accounts.conftest import CHEAP

GOOD = "email,role,unit_id\nlea@x.org,leader,eng\nhr@x.org,hr,\n"


def _file(folder: Path, text: str | bytes) -> Path:
    path = folder / "leaders.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_file_makes_accounts_with_one_time_passwords(
    engine: Engine, clock: FixedClock, tmp_path: Path
) -> None:
    """Every new line gets a one-time password, in the file's order; a BOM and CRLF do no harm."""
    text = ("\ufeff" + GOOD.replace("\n", "\r\n")).encode()
    made = leadersfile.import_leaders(engine, clock, CHEAP.hash, _file(tmp_path, text))
    assert [(one.email, one.role) for one in made] == [("lea@x.org", "leader"), ("hr@x.org", "hr")]
    assert all(one.one_time_password for one in made)
    assert [one.email for one in directory.everyone(engine)] == ["hr@x.org", "lea@x.org"]


def test_importing_again_changes_role_and_unit_only(
    engine: Engine, clock: FixedClock, tmp_path: Path
) -> None:
    """Whoever is there keeps the password; a changed unit ends sessions and the token."""
    leadersfile.import_leaders(engine, clock, CHEAP.hash, _file(tmp_path, GOOD))
    before = directory.find(engine, "lea@x.org")
    kept = tokens.issue(engine, clock, "hr@x.org").token
    ended = tokens.issue(engine, clock, "lea@x.org").token
    again = _file(tmp_path, GOOD.replace("eng", "ops"))
    made = leadersfile.import_leaders(engine, clock, CHEAP.hash, again)
    after = directory.find(engine, "lea@x.org")
    assert before is not None
    assert after is not None
    assert [one.one_time_password for one in made] == [None, None]
    assert after[0].unit_id == "ops"
    assert after[1] == before[1]
    assert after[0].stamp != before[0].stamp
    assert tokens.bearer(engine, ended) is None
    assert tokens.bearer(engine, kept) is not None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("mail,role,unit_id\n", "leaders.csv:1:email"),
        (GOOD + "lea@x.org,leader,ops\n", "leaders.csv:4:email"),
        (GOOD + "nobody,leader,ops\n", "leaders.csv:4:email"),
        (GOOD + "a@x.org,boss,ops\n", "leaders.csv:4:role"),
        (GOOD + "a@x.org,leader,\n", "leaders.csv:4:unit_id"),
        (GOOD + "a@x.org,leader,o ps\n", "leaders.csv:4:unit_id"),
        (GOOD + "a@x.org,leader\n", "leaders.csv:4:unit_id"),
        (GOOD + "a@x.org,leader,nowhere\n", "leaders.csv:4:unit_id"),
        (GOOD + '"a@x.org,leader,ops\n', "leaders.csv:4"),
        (GOOD.encode() + b"\xff@x.org,leader,ops\n", "leaders.csv:4"),
    ],
)
def test_one_wrong_line_imports_nothing(
    engine: Engine, clock: FixedClock, tmp_path: Path, text: str | bytes, where: str
) -> None:
    """The refusal names file, line and column, and no account of the file was made."""
    path = _file(tmp_path, text)
    with pytest.raises(BadAccounts) as caught:
        leadersfile.import_leaders(
            engine, clock, CHEAP.hash, path, known_units={"eng", "ops", "o ps"}
        )
    assert caught.value.where == where
    assert directory.everyone(engine) == []


def test_a_missing_or_huge_file_is_refused(tmp_path: Path) -> None:
    """A path that leads nowhere and a file of many megabytes are refused, not read."""
    with pytest.raises(BadAccounts, match="cannot be read"):
        leadersfile.read(tmp_path / "leaders.csv")
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(leadersfile.LARGEST + 1)
    with pytest.raises(BadAccounts, match="larger"):
        leadersfile.read(huge)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    """Whatever stands in the file, reading it gives lines or a BadAccounts, nothing else."""
    path = tmp_path_factory.mktemp("any") / "leaders.csv"
    path.write_bytes(b"email,role,unit_id\n" + raw)
    try:
        lines = leadersfile.read(path)
    except BadAccounts:
        return
    assert all("@" in line.email for line in lines)
