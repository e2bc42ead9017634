"""The council on its own machine: what it checks, refuses, remembers and destroys."""

import hashlib
import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path

import msgspec
import pytest

from pulse.ballotbox import bundle, holder, memory, pairs, peel, peeled, seal
from pulse.ballotbox.bundle import read_bundle
from pulse.ballotbox.export import read_header, split
from pulse.errors import BadKeyList, Held, Refused, Spoiled, WrongState
from pulse.token.encoding import b64u
from pulse.token.keylist import fingerprint16, proquints
from tests.booth import WAVE
from tests.unit.ballotbox.away import ANSWERS, Away

OTHER = "2026-W10"


@pytest.fixture
def away(tmp_path: Path) -> Away:
    """Return a council and a wave of two groups of eight."""
    return Away(tmp_path)


def opened(away: Away, out: str = "P") -> peeled.Opened:
    """Open P as the operator does."""
    return peeled.open_peeled(
        away.council / out, away.inner_key, away.groups, form=away.form, n=away.n
    )


def test_the_council_peels_what_the_operator_opens(away: Away) -> None:
    """Every answer comes through, and both sides count the same ballots and tokens."""
    box, exported = away.bring(away.ballots())
    told = away.peel(box)
    content = (away.council / "P").read_bytes()
    assert (told.wave, told.keys, told.ballots, told.tokens) == (
        WAVE, away.path, 10, exported.tokens,
    )  # fmt: skip
    assert told.peeled == hashlib.sha256(content).hexdigest()
    assert peeled.digest(away.council / "P") == told.peeled
    assert told.pair == pairs.pair_name(away.points[0])
    assert told.fingerprint == proquints(fingerprint16(away.list.read_bytes()))
    found = opened(away)
    rows = [tuple(found.answers[i : i + 6]) for i in range(0, len(found.answers), 6)]
    assert sorted(rows) == sorted(ANSWERS * 2)
    peeled.check_peeled(away.council / "P", WAVE, away.path, exported)


def test_neither_side_opens_anything_with_all_its_files(away: Away) -> None:
    """The operator's files do not peel BOX; the council's, with P, open no inner box."""
    box, _ = away.bring(away.ballots())
    one = away.ballots()[0]
    operators = [path for path in away.folder.iterdir() if path.is_file()]
    secret = pairs.read_secret(away.key, away.points[0]).reveal()
    assert not any(b64u(secret).encode() in path.read_bytes() for path in operators)
    with pytest.raises(Spoiled):
        seal.peel(away.inner_private, one.msg, one.box)
    with pytest.raises(Refused, match="not one that"):
        holder.peel_box(box, away.inner_key, away.council / "P")
    away.peel(box)
    for point in away.points:
        own = pairs.read_secret(away.key, point)
        scalar = away.council / "scalar"
        scalar.write_bytes(own.reveal())
        found = peeled.open_peeled(
            away.council / "P", scalar, away.groups, form=away.form, n=away.n
        )
        assert (len(found.groups), found.wrong) == (0, 10)


def test_arrival_leaves_no_trace_in_what_the_council_gives_back(away: Away) -> None:
    """The same ballots in another order of arrival give the same BOX, so the same P."""
    cast = away.ballots()
    first = away.peel(away.bring(cast)[0]).peeled
    assert away.peel(away.bring(reversed(cast), "again")[0], "Q").peeled == first


def refused(away: Away, box: Path, reason: str) -> None:
    """Assert that the peel refuses, gives nothing back and notes nothing."""
    before = memory.recall(away.key)
    with pytest.raises((Held, BadKeyList, Refused), match=reason):
        away.peel(box, "refused")
    assert not (away.council / "refused").exists()
    assert memory.recall(away.key) == before


def test_the_refusals_of_every_peel_hold_here_too(away: Away) -> None:
    """Too few ballots, a stuffed group, a forged token: nothing is peeled and no key used up."""
    cast = away.ballots()
    refused(away, away.bring(cast[:4])[0], "fewer than 5")
    refused(away, away.bring(cast, issued={"00001": 4, "00002": 8})[0], "more ballots than tokens")
    forged = msgspec.structs.replace(cast[0], sig=bytes(256))
    refused(away, away.bring([forged, *cast[1:]])[0], "no valid token")
    stranger = msgspec.structs.replace(cast[0], g="00009")
    refused(away, away.bring([stranger, *cast[1:]])[0], "not in the wave's list")
    assert away.peel(away.bring(cast)[0]).ballots == 10


def test_a_list_that_names_another_box_is_refused(away: Away) -> None:
    """A list names the BOX that it was written for; with one changed on its way nothing begins."""
    box, _ = away.bring(away.ballots())
    bundle.write_bundle(bundle.beside(box), away.list, away.groups, box)
    sound = box.read_bytes()
    box.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    refused(away, box, "not the BOX that its list was written for")
    box.write_bytes(sound)
    assert away.peel(box).ballots == 10


def test_a_small_group_of_the_published_list_is_refused(tmp_path: Path) -> None:
    """A list with an entry under max(5, k) is not peeled, however well it is published."""
    away = Away(tmp_path, (8, 8))
    away.publish(away.points[0], (12, 4))
    refused(away, away.bring(away.ballots())[0], "only 4 invited")
    away.publish(away.points[0], (12, 9), k=10)
    refused(away, away.bring(away.ballots())[0], "only 9 invited")


def test_the_operator_cannot_state_groups_larger_than_published(away: Away) -> None:
    """Sizes come from the list under the root, not from what lies beside BOX."""
    away.publish(away.points[0], (12, 4))
    box, _ = away.bring(away.ballots())
    beside = bundle.beside(box)
    beside.write_bytes(beside.read_bytes().replace(b'"invited":4', b'"invited":8'))
    refused(away, box, "not those of the published list")


def test_a_wave_under_another_holder_is_refused(away: Away) -> None:
    """Where staff read that one user holds both keys, no council peels."""
    away.publish(away.points[0], holder="same-user")
    refused(away, away.bring(away.ballots())[0], "Staff were told")


def test_a_wave_of_somebody_elses_key_is_refused(away: Away) -> None:
    """The key is found by its point; a list with another one names what is missing."""
    point = seal.generate_pair()[1]
    away.publish(point)
    refused(away, away.bring(away.ballots())[0], pairs.pair_name(point))


def test_another_box_of_a_peeled_wave_is_refused(away: Away) -> None:
    """The same BOX gives the same P again; one ballot less is another BOX."""
    cast = away.ballots()
    box, _ = away.bring(cast)
    first = away.peel(box)
    assert away.peel(box).peeled == first.peeled
    refused(away, away.bring(cast[1:], "other")[0], "peeled before")


def test_a_forgetful_twin_would_peel_the_difference(away: Away) -> None:
    """Without the memory the second BOX is peeled, and the two P differ in one person's box."""
    cast = away.ballots()
    away.peel(away.bring(cast)[0])
    (away.council / "F.peeled").unlink()
    away.peel(away.bring(cast[1:], "other")[0], "Q")
    both = [set(records(away.council / name)) for name in ("P", "Q")]
    assert len(both[0] - both[1]) == 1


def records(path: Path) -> list[bytes]:
    """List the records of a P."""
    return list(split(path.read_bytes().partition(b"\n")[2], peeled.RECORD))


def test_a_peeled_wave_is_not_peeled_under_another_key(away: Away) -> None:
    """A second key list of the same week, under another key of F, is another BOX too."""
    away.peel(away.bring(away.ballots())[0])
    away.publish(away.points[1])
    refused(away, away.bring(away.ballots(), "other")[0], "peeled before")


def test_a_key_serves_one_list(away: Away) -> None:
    """A key that was seen in one list is used for no other: not of another week, not of this."""
    holder.check(away.list, away.key)
    away.publish(away.points[0], (9, 8))
    refused(away, away.bring(away.ballots())[0], "one key serves one list")
    with pytest.raises(Held, match="one key serves one list"):
        holder.check(away.list, away.key)


def test_a_cancelled_week_may_come_again_under_another_key(away: Away) -> None:
    """A list that was checked and never peeled does not stand in the way of the next one."""
    holder.check(away.list, away.key)
    away.publish(away.points[1])
    assert holder.check(away.list, away.key).pair == pairs.pair_name(away.points[1])
    assert away.peel(away.bring(away.ballots())[0]).ballots == 10
    assert len(memory.recall(away.key)) == 2


def test_p_replaces_no_other_file(away: Away) -> None:
    """A name that is taken, F and BOX among them, is refused before anything is noted."""
    box, _ = away.bring(away.ballots())
    for taken in (away.key, box, bundle.beside(box)):
        before = taken.read_bytes()
        with pytest.raises(Refused, match="overwritten"):
            holder.peel_box(box, away.key, taken)
        assert taken.read_bytes() == before
    assert memory.recall(away.key) == ()


def test_p_never_takes_the_place_of_the_memory(away: Away) -> None:
    """The file beside F that remembers is no place for P, also before there is one."""
    box, _ = away.bring(away.ballots())
    with pytest.raises(Refused, match="overwritten"):
        holder.peel_box(box, away.key, away.council / ".." / "council" / "F.peeled")
    assert memory.recall(away.key) == ()


def test_many_ballots_are_shared_among_processes(away: Away) -> None:
    """What a worker is told travels to it: it reads the key itself, from the file."""
    box, _ = away.bring(away.ballots())
    terms = read_bundle(bundle.beside(box), read_header(box)[0])
    told = (partial(pairs.read_secret, away.key, away.points[0]), terms.listed)
    sent = pickle.dumps(told)
    assert pairs.read_secret(away.key, away.points[0]).reveal() not in sent
    chunk = box.read_bytes().partition(b"\n")[2]
    inner, wrong = peel._Peeling(WAVE, *pickle.loads(sent))(chunk)  # noqa: S301 - our own bytes
    assert (len(inner), wrong) == (10, 0)


def test_the_list_may_lie_elsewhere(away: Away) -> None:
    """The list beside BOX is only the default."""
    box, _ = away.bring(away.ballots())
    moved = bundle.beside(box).rename(away.folder / "moved")
    refused(away, box, "fetch BOX.groups")
    assert holder.peel_box(box, away.key, away.council / "P", moved).ballots == 10


def test_the_key_is_destroyed_once_p_is_confirmed(away: Away) -> None:
    """With H(P) the secret goes; nothing opens the wave again, other weeks' keys stay."""
    box, _ = away.bring(away.ballots())
    told = away.peel(box)
    with pytest.raises(Refused, match="nothing was destroyed"):
        holder.forget(away.key, confirm="0" * 64)
    pairs.read_secret(away.key, away.points[0])
    assert holder.forget(away.key, confirm=told.peeled).pairs == (told.pair,)
    with pytest.raises(Refused, match="destroyed"):
        away.peel(box)
    pairs.read_secret(away.key, away.points[1])


def test_a_wave_that_was_never_peeled_is_forgotten_by_its_name(away: Away) -> None:
    """Where a week ended otherwise, its checked keys are destroyed; an unknown one is refused."""
    holder.check(away.list, away.key)
    away.publish(away.points[1], (9, 8))
    holder.check(away.list, away.key)
    with pytest.raises(Refused, match="know no such wave"):
        holder.forget(away.key, wave=OTHER)
    names = tuple(pairs.pair_name(point) for point in away.points[:2])
    assert holder.forget(away.key, wave=WAVE).pairs == names
    assert seal.public_of(pairs.read_secret(away.key, away.points[2])) == away.points[2]


def test_an_empty_hash_confirms_nothing(away: Away) -> None:
    """A key that was checked and not peeled is not destroyed by a missing H(P)."""
    holder.check(away.list, away.key)
    with pytest.raises(Refused):
        holder.forget(away.key)
    pairs.read_secret(away.key, away.points[0])


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", "cannot be read"), (b"\xff", "cannot be read"),
     (b'{"wave":"2026-W09","pair":"","keys":"","v":2}\n', "newer")],
)  # fmt: skip
def test_a_damaged_memory_peels_nothing(away: Away, content: bytes, reason: str) -> None:
    """What the keys were used for must be readable."""
    box, _ = away.bring(away.ballots())
    (away.council / "F.peeled").write_bytes(content)
    with pytest.raises(Held, match=reason):
        away.peel(box)
    assert not (away.council / "P").exists()


def test_two_commands_never_use_a_key_file_together(away: Away) -> None:
    """While one holds F, another is refused: both could find nothing noted."""
    box, _ = away.bring(away.ballots())
    with memory.alone(away.key), pytest.raises(WrongState, match="Another command"):
        away.peel(box)
    assert away.peel(box).ballots == 10


def test_what_is_peeled_is_noted_before_it_is_given(away: Away) -> None:
    """Where P cannot be written, the memory stands: only the same BOX is peeled again."""
    cast = away.ballots()
    box, _ = away.bring(cast)
    with pytest.raises(OSError, match="No such file"):
        holder.peel_box(box, away.key, away.council / "none" / "P")
    refused(away, away.bring(cast[1:], "other")[0], "peeled before")
    assert away.peel(box).ballots == 10


def test_the_councils_machine_needs_no_database() -> None:
    """What the council runs loads no database library, no solver and no web framework."""
    listed = "import sys, pulse.ballotbox.holder; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, check=True)
    loaded = set(done.stdout.decode().split())
    assert not {"sqlalchemy", "sqlite3", "polars", "litestar", "highspy", "plotly"} & loaded


def test_another_p_than_was_made_of_box_is_refused(away: Away) -> None:
    """Another wave, list or BOX, a cut, another order or count: each is refused with its reason."""
    box, exported = away.bring(away.ballots())
    away.peel(box)
    path = away.council / "P"
    header, inner = peeled.read_peeled(path)[0], records(path)
    replace = msgspec.structs.replace
    moved = {"00001": 4, "00002": 6}
    one_of_two = [*inner[:-1], b"00001" + inner[-1][5:]]
    wrong = [
        (replace(header, wave=OTHER), inner, "another wave"),
        (replace(header, keys="/w/2026-W09/keys-0.json"), inner, "another wave"),
        (replace(header, tokens="0" * 64), inner, "another BOX"),
        (replace(header, ballots=moved), inner, "another BOX"),
        (header, inner[::-1], "as a peel writes"),
        (header, [*inner[:-1], inner[-2]], "as a peel writes"),
        (header, sorted(one_of_two), "as a peel writes"),
        (header, [*inner[:-1], b"00009" + inner[-1][5:]], "as a peel writes"),
        (header, [*inner[:-1], b"\xff" + inner[-1][1:]], "as a peel writes"),
        (header, inner[:-1], "not as many"),
        (replace(header, v=2), inner, "not as many"),
        (replace(header, spoiled_outer=-1), [*inner, b"\xff" * 118], "not as many"),
        (replace(header, repeated=-1), [*inner, b"\xff" * 118], "not as many"),
        (replace(header, spoiled_outer=11), [], "not as many"),
    ]
    for told, kept, reason in wrong:
        path.write_bytes(peeled.encode_peeled(told, kept))
        with pytest.raises(Held, match=reason):
            peeled.check_peeled(path, WAVE, away.path, exported)
    path.write_bytes(peeled.encode_peeled(header, inner))
    peeled.check_peeled(path, WAVE, away.path, exported)


def test_the_header_of_box_is_the_documented_one(away: Away) -> None:
    """BOX carries v, wave, keys and issued, and nothing of the list that travels beside it."""
    box, _ = away.bring(away.ballots())
    first = msgspec.json.decode(box.read_bytes().partition(b"\n")[0])
    assert set(first) == {"v", "wave", "keys", "issued"}
    header, _ = read_header(box)
    assert read_bundle(bundle.beside(box), header).keys.outer == b64u(away.points[0])
