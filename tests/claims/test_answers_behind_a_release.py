"""Answers that round to the same release cannot be told apart by anything that a home shows."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pulse.ballotbox import responses
from pulse.ballotbox.seal import Sealer
from pulse.clock import FixedClock
from pulse.disclosure.policy import policy_for
from pulse.disclosure.protect import protect
from pulse.instrument import load
from pulse.invitation import preview
from pulse.release import cells, ledger, reading
from pulse.release.cell import Cell
from pulse.terms import TOP, Response, SealedBallot
from pulse.token.encoding import unb64u
from pulse.token.message import token_context
from tests.booth import signing_key
from tests.claims.test_figures_from_releases import SIDE_FILE, Leak, exact_n_on_a_page, leaking
from tests.looking import Reply, Seen, everything
from tests.property.worlds import tally
from tests.unit.dashboards.house import CLOCK
from tests.week import ANSWERS, OPENS, Secrets, Week, ballots, cast, manifest_of, open_week

Answers = tuple[tuple[str, tuple[int, ...]], ...]
GIVEN: Final[Answers] = tuple((t, tuple(row)) for t, rows in ANSWERS.items() for row in rows)
SECONDS: Final = "seconds"  # how long a close took is the clock's, not the answers'


class World:
    """One week in which somebody answered, closed for real, and all that it shows."""

    def __init__(self, week: Week, given: Sequence[SealedBallot], out: Path) -> None:
        self.week, self.out = week, out
        cast(week, given, Secrets())
        mail = preview(week.home, week.settings, FixedClock(OPENS), week.engine)
        self.report = msgspec.to_builtins(week.close())
        del self.report[SECONDS]
        said = [msgspec.json.encode(part) for part in (self.report, week.row)]
        told = zip(("mail", "wave close", "wave status"), (mail.encode(), *said), strict=True)
        self.seen: Seen = {name: Reply(200, (), body) for name, body in told}
        self.seen |= everything(week.home, CLOCK, out)


class Opened:
    """An open week, and the tokens with which everybody will answer, whatever they answer."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.made = folder, 0
        self.week, _ = open_week(folder / "open")
        self.tokens = ballots(self.week, ANSWERS, Secrets())

    def world(self, answers: Answers, order: random.Random | None = None) -> World:
        """Close a copy of the week in which these answers were cast, in some order."""
        self.made += 1
        week = self.week.copy(self.folder / f"world{self.made}")
        sealed = list(self._sealed(week, answers))
        if order:
            order.shuffle(sealed)
        return World(week, sealed, self.folder / "out.csv")

    def _sealed(self, week: Week, answers: Answers) -> Iterator[SealedBallot]:
        keys = week.keys
        sealer = Sealer(unb64u(keys.box), unb64u(keys.outer))
        for token, (_, row) in zip(self.tokens, answers, strict=True):
            plain = responses.encode(Response(keys.form, row), keys.n)
            ctx = token_context(week.wave, token.g, signing_key(int(token.g)).spki)
            box = sealer.seal(plain, ctx, token.msg)
            yield SealedBallot(token.g, token.msg, token.sig, box)

    def cells(self, answers: Answers) -> tuple[Cell, ...]:
        """Return what would be released."""
        tree = self.week.tree
        counts = tally(tree, answers, self.week.keys.items)
        return protect(tree, counts, policy_for(5), load()).cells


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Open a week."""
    return Opened(tmp_path_factory.mktemp("behind"))


@pytest.fixture(scope="module")
def known(opened: Opened) -> World:
    """Close it with one set of answers."""
    return opened.world(GIVEN)


def another_world(opened: Opened, dice: random.Random, swaps: int) -> Answers:
    """Change answers, a step up here and one down there, so that the release stays the same."""
    released, answers = opened.cells(GIVEN), list(GIVEN)
    changed = 0
    while changed < swaps:
        before = list(answers)
        item = dice.randrange(len(GIVEN[0][1]))
        for step in (1, -1):
            at = dice.randrange(len(answers))
            team, row = answers[at]
            if not 1 <= row[item] + step <= TOP or not 1 <= row[item] <= TOP:
                break
            answers[at] = (team, (*row[:item], row[item] + step, *row[item + 1 :]))
        if opened.cells(tuple(answers)) == released:
            changed += answers != before
        else:
            answers = before
    return tuple(answers)


@settings(max_examples=4, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.integers(5, 40))
def test_nothing_shown_tells_which_answers_were_given(
    opened: Opened, known: World, seed: int, swaps: int
) -> None:
    """Real closes of different answers with one release: files, pages, mails, reports are equal."""
    dice = random.Random(seed)
    answers = another_world(opened, dice, swaps)
    assert sorted(answers) != sorted(GIVEN)
    other = opened.world(answers, dice)
    assert other.week.released() == known.week.released()
    assert differing(known, other) == []


def differing(one: World, other: World) -> list[str]:
    """Name what two worlds show differently."""
    names = one.seen.keys() | other.seen.keys()
    return sorted(name for name in names if one.seen.get(name) != other.seen.get(name))


def careless(world: World, answers: Answers, leak: Leak) -> Seen:
    """Look again at a world whose closing left exact means behind, for a broken app to read."""
    table = tally(world.week.tree, answers, world.week.keys.items).table
    exact = {
        unit: f"{sum(a * n for a, n in enumerate(rows[0][:6])):.4f}" for unit, rows in table.items()
    }
    (world.week.home.state / SIDE_FILE).write_bytes(msgspec.json.encode(exact))
    return everything(world.week.home, CLOCK, world.out, alter=leaking(leak, world.week.home))


def test_an_app_that_knows_the_answers_is_noticed(opened: Opened, known: World) -> None:
    """The twin: where a page tells exact sums, two worlds of one release differ."""
    answers = another_world(opened, random.Random(7), 40)
    other = opened.world(answers)
    one = careless(known, GIVEN, exact_n_on_a_page)
    assert one != careless(other, answers, exact_n_on_a_page)


def test_the_report_of_a_close_is_a_function_of_the_release(known: World) -> None:
    """Its counts are the manifest's, its units those of the cells, its hash the ledger's."""
    home, week = known.week.home, known.week.wave
    release = reading.load(home.releases, week)
    rows = cells.rows(cells.read(release.folder / cells.NAME))
    status = {cell.unit_id: cell.status for cell in rows if cell.kind == "unit"}
    shown = sum(value == "published" for value in status.values())
    tallies = release.manifest.tallies
    assert known.report == {
        "wave": week, "state": "released", "ballots": tallies.ballots,
        "counted": tallies.counted, "spoiled": tallies.spoiled, "published": shown,
        "suppressed": len(status) - shown, "box": "", "groups": "", "peeled": "",
        "release": ledger.read(home.releases)[0].manifest,
    }  # fmt: skip


# For homes on PostgreSQL see tests/conformance/test_week.py.
def test_two_homes_release_the_same_bytes(opened: Opened, known: World, tmp_path: Path) -> None:
    """P8: the same answers in another order, under other keys and tokens, give the same files."""
    elsewhere = Opened(tmp_path)
    other = elsewhere.world(GIVEN, random.Random(1))
    assert elsewhere.week.keys.box != opened.week.keys.box
    files, others = known.week.released(), other.week.released()
    week = known.week.wave
    for name in ("cells.parquet", "tree.json", "results.json"):
        assert files[f"{week}/{name}"] == others[f"{week}/{name}"]
    mine, theirs = manifest_of(known.week), manifest_of(other.week)
    assert {name for name in mine if mine[name] != theirs[name]} == {"keys", "tokens"}


def test_other_answers_change_the_bytes(opened: Opened, known: World) -> None:
    """P8's twin: other answers of another release do not give the same files."""
    turned = tuple((team, tuple(6 - a if 1 <= a <= TOP else a for a in row)) for team, row in GIVEN)
    assert opened.cells(turned) != opened.cells(GIVEN)
    other = opened.world(turned)
    assert "wave close" in differing(known, other)
    assert other.week.released() != known.week.released()
