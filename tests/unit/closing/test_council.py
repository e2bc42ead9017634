"""A close with a council on another machine: BOX goes out, P comes back, wrong ones are refused."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from click.testing import CliRunner

import pulse
from pulse import wave as waves
from pulse.ballotbox import holder, pairs, peeled
from pulse.ballotbox.export import chunks
from pulse.cli.program import program
from pulse.closing import Closed
from pulse.closing.council import waits_for
from pulse.errors import Held, Refused, WrongState
from pulse.upkeep import waves_look
from tests.shelves import rooms
from tests.unit.ballotbox.away import Away
from tests.unit.closing.case import Case
from tests.week import (
    ANSWERS,
    CLOSES,
    Interrupted,
    Secrets,
    Week,
    ballots,
    cast,
    open_week,
    stop_at,
)

SOURCE: Final = Path(pulse.__file__).parents[1]


def test_the_close_waits_and_says_where_box_lies(case: Case) -> None:
    """The report names BOX and its list, every time it is asked; the state is awaiting_peel."""
    places = case.week.places
    for _ in range(2):
        report = case.week.close()
        assert (report.state, report.box, report.groups, report.ballots) == (
            "awaiting_peel", str(places.box), str(places.bundle), 27,
        )  # fmt: skip
        assert case.week.state == "awaiting_peel"
    assert waits_for(case.week.home, case.week.wave) == (places.box, places.bundle, CLOSES)
    assert waits_for(case.week.home, "2026-W08") is None
    assert case.box.read_bytes() == places.box.read_bytes()


def test_how_long_a_council_lets_wait_is_seen(case: Case) -> None:
    """The first moment counts, however often BOX is asked for; nothing happens by itself."""
    case.week.later(20)
    assert case.week.close().state == "awaiting_peel"
    home = ("--home", str(case.week.home.path))
    told = json.loads(CliRunner().invoke(program, ["wave", "status", "--json", *home]).stdout)
    assert told["waits_since"] == "2026-02-27T17:00:00+00:00"
    days, d, hours, h = told["waits_for"].split()  # by the clock of this machine
    assert int(days) > 20
    assert (d, h) == ("d", "h")
    assert int(hours) < 24
    (check,) = (
        each
        for each in waves_look.look(
            case.week.home, rooms(case.week.home), case.week.engine, [case.week.row],
            CLOSES + dt.timedelta(days=3, hours=4, minutes=59),
        )
        if each.check == "weeks"
    )  # fmt: skip
    assert check.message == (
        "It waits for its council since 2026-02-27 17:00 UTC (3 d 4 h): "
        "give it BOX, then `pulse wave close --peeled P`."
    )
    case.week.places.plan.write_bytes(b"{")
    assert waves_look._awaiting(case.week.home, case.week.wave, CLOSES).status == "fail"


def test_a_wave_that_was_held_before_waits_like_any_other(case: Case) -> None:
    """Once BOX lies ready, the reason of an earlier trouble is gone from its state."""
    waves.move(case.week.engine, case.week.wave, ("awaiting_peel",), "held", reason="no space")
    assert case.week.close().state == "awaiting_peel"
    assert (case.week.state, case.week.row.reason) == ("awaiting_peel", "")


def test_box_can_be_fetched_again(case: Case) -> None:
    """Whoever moved BOX away gets it written anew, the same bytes."""
    case.week.places.box.unlink()
    case.week.places.bundle.unlink()
    report = case.week.close()
    assert Path(report.box).read_bytes() == case.box.read_bytes()
    assert Path(report.groups).read_bytes() == (case.away / "2026-W09.groups").read_bytes()


def test_the_commands_of_the_operator_tell_what_to_carry(case: Case) -> None:
    """`wave status` and `wave close` name BOX and its list; with P, what the council may forget."""
    home = ("--home", str(case.week.home.path))
    places = {"box": str(case.week.places.box), "groups": str(case.week.places.bundle)}
    status = CliRunner().invoke(program, ["wave", "status", "--json", *home])
    told = json.loads(status.stdout)
    assert told["state"] == "awaiting_peel"
    assert {name: told[name] for name in places} == places
    closed = CliRunner().invoke(program, ["wave", "close", "--json", *home])
    told = json.loads(closed.stdout)
    assert (closed.exit_code, told["state"]) == (0, "awaiting_peel")
    assert {name: told[name] for name in places} == places
    assert "wave close --peeled P" in closed.stderr
    (case.away / "wrong").write_bytes(b"{}")
    words = ["wave", "close", "--peeled", str(case.away / "wrong"), "--json", *home]
    refused = CliRunner().invoke(program, words)
    assert (refused.exit_code, json.loads(refused.stdout)["error"]["type"]) == (1, "held")


def wrong_ones(case: Case, tmp_path: Path) -> dict[str, bytes]:
    """Return files that are not this week's P."""
    good = case.peel().read_bytes()
    header, offset = peeled.read_peeled(case.away / "P")
    inner = list(chunks(case.away / "P", offset, peeled.RECORD, 1))
    (tmp_path / "other").mkdir()
    other = Away(tmp_path / "other")
    other.peel(other.bring(other.ballots())[0])

    def changed(**fields: object) -> bytes:
        return peeled.encode_peeled(msgspec.structs.replace(header, **fields), inner)

    return {
        "another wave": changed(wave="2026-W10"),
        "another key list": changed(keys="/w/2026-W09/keys-0.json"),
        "other tokens": changed(tokens="0" * 64),
        "cut off": good[:-1],
        "a record less": good[: -peeled.RECORD],
        "another order": peeled.encode_peeled(header, inner[::-1]),
        "another BOX": (other.council / "P").read_bytes(),
        "BOX itself": case.box.read_bytes(),
        "nothing": b"",
    }


def test_a_wrong_p_is_refused_and_the_right_one_still_taken(case: Case, tmp_path: Path) -> None:
    """Each wrong file is refused with a reason; nothing in the home changes, the wave waits on."""
    week = case.week
    week.close()
    week.engine.dispose()
    before = week.files()
    for what, content in wrong_ones(case, tmp_path).items():
        (tmp_path / "wrong").write_bytes(content)
        with pytest.raises(Held, match="Nothing was changed") as caught:
            week.close(peeled=tmp_path / "wrong")
        assert caught.value.where == "wrong", what
        week.engine.dispose()
        assert week.files() == before, what
    assert week.state == "awaiting_peel"
    with pytest.raises(Interrupted):
        week.close(peeled=case.away / "P", checkpoint=stop_at("after peel"))
    assert week.places.peeled.read_bytes() == (case.away / "P").read_bytes()


def test_an_unchecked_twin_would_lose_the_way_back(case: Case, tmp_path: Path) -> None:
    """A wrong P that got into the home is held, and the council's own one still replaces it."""
    content = wrong_ones(case, tmp_path)["other tokens"]
    case.week.places.peeled.write_bytes(content)
    with pytest.raises(Held, match="other ballots"):
        case.week.close()
    with pytest.raises(Interrupted):
        case.week.close(peeled=case.away / "P", checkpoint=stop_at("after peel"))


@pytest.mark.parametrize("side", ["less", "more"])
def test_a_p_of_any_other_heading_is_never_opened(case: Case, side: str) -> None:
    """Wave, key list, tokens and number of ballots: whichever is another one, the wave is held."""
    header, offset = peeled.read_peeled(case.peel())
    inner = list(chunks(case.away / "P", offset, peeled.RECORD, 1))
    (g, count), more = next(iter(header.ballots.items())), side == "more"
    for fields in (
        {"wave": "2026-W10" if more else "2026-W08"},
        {"keys": f"/w/2026-W09/keys-{('z' if more else '-') * 64}.json"},
        {"tokens": ("f" if more else "0") * 64},
        {"ballots": {**header.ballots, g: count + (1 if more else -1)}},
    ):
        changed = msgspec.structs.replace(header, **fields)
        records = ([*inner, inner[0]] if more else inner[1:]) if "ballots" in fields else inner
        case.week.places.peeled.write_bytes(peeled.encode_peeled(changed, records))
        with pytest.raises(Held, match="peeled other ballots than were exported"):
            case.week.close()


def test_a_p_that_was_being_taken_goes_with_the_wave(case: Case) -> None:
    """A copy that a dying process left is replaced by the next, and never outlives the wave."""
    left = case.week.places.peeled.with_name("2026-W09.peeled.new")
    for end in ("given again", "given up"):
        left.write_bytes(b"half of P")
        if end == "given again":
            with pytest.raises(Interrupted):
                case.week.close(peeled=case.peel(), checkpoint=stop_at("before peel"))
        else:
            assert case.week.close(abandon=True).state == "lost"
        assert not left.exists(), end


def test_p_is_taken_only_where_a_council_peels(week: Week, tmp_path: Path) -> None:
    """An open wave, one not exported yet, and one without a council take no P."""
    given = tmp_path / "P"
    given.write_bytes(b"")
    with pytest.raises(WrongState, match=r"needs it closed.*first: `pulse wave close`"):
        week.close(peeled=given)
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after shut"))
    with pytest.raises(WrongState, match="run `pulse wave close` first"):
        week.close(peeled=given)
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after peel"))
    with pytest.raises(WrongState, match="No council holds a key"):
        week.close(peeled=given)


def test_another_p_is_refused_once_one_was_opened(case: Case, tmp_path: Path) -> None:
    """After the peel, the same P again goes on with the close; another one is refused."""
    with pytest.raises(Interrupted):
        case.week.close(peeled=case.peel(), checkpoint=stop_at("after peel"))
    (tmp_path / "other").write_bytes(b"other")
    with pytest.raises(WrongState, match="Another P"):
        case.week.close(peeled=tmp_path / "other")
    with pytest.raises(Interrupted):
        case.week.close(peeled=case.away / "P", checkpoint=stop_at("before open"))


def test_giving_up_needs_no_council(case: Case, waiting: tuple[Path, Secrets]) -> None:
    """A wave whose council is gone ends as lost, and nothing of it is left."""
    assert case.week.close(abandon=True).state == "lost"
    case.week.engine.dispose()
    assert not waiting[1].found_in(case.week.files())
    assert waits_for(case.week.home, case.week.wave) is None


def test_neither_side_has_what_the_other_needs(case: Case) -> None:
    """The home alone cannot peel, the council alone cannot open; no secret lies on both sides."""
    point = pairs.read_halves(case.away / "F.pub")[0]
    secret = pairs.read_secret(case.key, point)
    files = case.week.files()
    known = Secrets()
    known.add("outer", secret.reveal())
    assert not known.found_in(files)
    for name in files:
        if name.startswith("keys/"):
            with pytest.raises(Refused):
                holder.peel_box(case.box, case.week.home.path / name, case.away / "Q")
    given = case.peel()
    scalar = case.away / "scalar"
    scalar.write_bytes(secret.reveal())
    entries = json.loads(case.week.places.groups.read_bytes())
    (case.away / "groups.json").write_text(json.dumps(entries))
    found = peeled.open_peeled(given, scalar, case.away / "groups.json", form=0, n=6)
    assert (len(found.groups), found.wrong) == (0, 27)


def command(folder: Path, *words: str) -> Any:
    """Run `pulse … --json` elsewhere: no home, another HOME, another working directory."""
    for name in ("elsewhere", "user"):
        (folder / name).mkdir(exist_ok=True)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PULSE_")}
    done = subprocess.run(
        [sys.executable, "-m", "pulse", "council", *words, "--json"],
        cwd=folder / "elsewhere",
        env=env | {"HOME": str(folder / "user"), "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        check=False,
    )
    assert not [*(folder / "elsewhere").iterdir(), *(folder / "user").iterdir()]
    return json.loads(done.stdout)


@pytest.mark.slow
def test_a_week_with_a_council_is_released_as_any_other(
    tmp_path: Path, closed: tuple[Week, Closed]
) -> None:
    """Keys, open, close, peel elsewhere, close: the figures are those of a same-user close."""
    away = tmp_path / "council"
    away.mkdir()
    made = command(tmp_path, "keys", "--waves", "2", "--out", str(away / "F"))
    week, known = open_week(tmp_path / "home", halves=away / "F.pub")
    known.add("outer", pairs.read_secret(away / "F", pairs.read_halves(away / "F.pub")[0]).reveal())
    listed = week.home.published / week.wave / Path(week.row.keys).name
    checked = command(tmp_path, "check", str(listed), "--key", str(away / "F"))
    assert (made["waves"], checked["fingerprint"]) == (2, week.row.fingerprint)
    cast(week, ballots(week, ANSWERS, known), known)
    report = week.close()
    for path in (report.box, report.groups):
        Path(path).rename(away / Path(path).name)
    box, out = away / Path(report.box).name, away / "P"
    told = command(tmp_path, "peel", str(box), "--key", str(away / "F"), "--out", str(out))
    assert (told["ballots"], told["spoiled_outer"], told["repeated"]) == (27, 0, 0)
    done = week.close(peeled=out)
    same, other = week.released(), closed[0].released()
    for name in ("cells.parquet", "results.json", "tree.json"):
        assert same[f"{week.wave}/{name}"] == other[f"{week.wave}/{name}"]
    assert (done.state, done.counted, done.peeled) == ("released", 27, told["peeled"])
    assert week.close(peeled=out) == done
    assert not week.places.peeled.exists()  # given again, it is not kept again
    forgotten = command(tmp_path, "forget", "--key", str(away / "F"), "--confirm", done.peeled)
    assert forgotten == {"wave": week.wave, "pairs": [told["pair"]]}
    again = command(tmp_path, "peel", str(box), "--key", str(away / "F"), "--out", str(out))
    assert again["error"]["type"] == "refused"
    week.engine.dispose()
    left = week.files() | {path.name: path.read_bytes() for path in away.iterdir()}
    kept = {"2026-W09.box", "P"}  # copies of the council's, sealed for good
    assert {name for name, _ in known.found_in(left)} <= kept
