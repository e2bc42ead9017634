"""Lives an organisation through its weeks under the real rules, and judges each week."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from msgspec import structs

from pulse.closing.diagnostics import diagnose
from pulse.closing.results import compose
from pulse.disclosure.audit import audit_home
from pulse.disclosure.audited_survey import shipped
from pulse.disclosure.diagnostics import Diagnostics
from pulse.disclosure.groups import form_groups
from pulse.disclosure.policy import Policy, policy_for
from pulse.disclosure.protect import protect
from pulse.disclosure.repair import protect_safely
from pulse.disclosure.residues import OTHERS, check_exact, item_classes
from pulse.errors import Held, TooSmall
from pulse.instrument import Instrument, load
from pulse.release.cell import Cell
from pulse.release.manifest import Tallies
from pulse.release.press import press
from pulse.release.protected import ProtectedCounts
from pulse.roster.continuity import Past, continue_series, people_of_units
from pulse.terms import TOP, Counts, Tree
from tests.bench.organisations import judging
from tests.bench.organisations.people import Organisation
from tests.property.worlds import described, in_memory

STANDARD, HIGH = 5, 10
ALLOWS_HIGH: Final = 24  # people, so that no ordinary leaver brings it below k + 2
Rule = Callable[..., ProtectedCounts]
SPAN_GROUPS: Final = 10  # trying every set of groups costs 2 to this power


class Week(NamedTuple):
    """One week as it was lived: exact counts, and what was made of them."""

    tree: Tree
    people: Mapping[str, set[str]]
    counts: Counts
    ballots: int
    k: int
    protected: ProtectedCounts
    instrument: Instrument


@cache
def instrument_with(*, leader_item: bool) -> Instrument:
    """Return the weekly survey, its last anchor turned into an item about a leader if asked."""
    weekly = load("weekly")
    if not leader_item:
        return weekly
    turned = structs.replace(weekly.items[weekly.anchors[-1]], leader=True)
    return structs.replace(weekly, items={**weekly.items, turned.id: turned})


class Memory:
    """What a home would know of earlier weeks: the last showing of each unit and pool."""

    def __init__(self) -> None:
        self.groups: Mapping[str, str] | None = None
        self.last: dict[str, bool] | None = None
        self._past: dict[str, Past] = {}
        self._pooled: dict[tuple[str, str], frozenset[str]] = {}

    def follow(self, tree: Tree, wave: str, people: Mapping[str, set[str]], k: int) -> Tree:
        """Mark what changed since it was last shown."""
        pooled: dict[str, list[frozenset[str]]] = {}
        for (group, _), inside in self._pooled.items():
            pooled.setdefault(group, []).append(inside)
        return continue_series(tree, wave, dict(people), self._past, k, pooled)

    def few_came_or_went(self, unit_id: str, now: set[str], k: int) -> bool:
        """Tell whether 1 to k - 1 people joined or left a unit since it was last shown."""
        then = self._past.get(unit_id)
        if then is None:
            return False
        return 0 < len(now - then.people) < k or 0 < len(then.people - now) < k

    def keep(self, week: Week) -> None:
        """Remember a released week."""
        shown, parents = set(week.protected.published), {}
        pools = {cell.unit_id for cell in week.protected.cells if cell.kind == "pool"}
        for unit in week.tree.units:
            parents[unit.unit_id] = unit.parent_id
            people = frozenset(week.people[unit.unit_id])
            if unit.unit_id in shown:
                self._past[unit.unit_id] = Past(unit.series, people)
            elif unit.group:
                above = unit.parent_id
                while above is not None and above not in shown:
                    above = parents[above]
                if above is not None and above + OTHERS in pools:
                    self._pooled[unit.unit_id, above] = people
        self.groups = week.tree.groups
        self.last = dict.fromkeys(week.protected.published, True)
        self.last |= dict.fromkeys(week.protected.hidden, False)


def live(seed: int, waves: int, *, press_all: bool, rule: Rule | None = None) -> Counter[str]:
    """Live one organisation through `waves` weeks and add up what the judging found.

    `press_all` also presses every week and audits the files; `rule` decides
    instead of Pulse, whose own rule asks the auditor and withdraws what it finds.
    """
    organisation, memory, found = Organisation(seed), Memory(), Counter[str]()
    found["organisations"] = 1
    reorganised = organisation.dice.randrange(1, waves)
    allows = organisation.founded_with >= ALLOWS_HIGH
    with TemporaryDirectory() as folder:
        for number in range(waves):
            if number:
                organisation.week_passes()
            if number == reorganised:
                organisation.reorganise()
                found["reorganisations"] += 1
            strict = allows and waves // 3 <= number < 2 * waves // 3
            try:
                week = _lived(organisation, memory, number, HIGH if strict else STANDARD, rule)
            except TooSmall:
                found["weeks not opened, too few people"] += 1
                continue
            except Held:
                found["weeks held"] += 1
                continue
            found.update(judge(week, memory))
            if press_all:
                _press(Path(folder), week)
                found["weeks pressed and audited from files"] += 1
            memory.keep(week)
        if press_all:
            survey = shipped()._replace(now=instrument_with(leader_item=organisation.leads))
            found["audit findings"] += len(audit_home(Path(folder), survey=survey).findings)
    return found


def _lived(
    organisation: Organisation, memory: Memory, number: int, k: int, rule: Rule | None
) -> Week:
    wave = f"2026-W{number + 1:02}"
    tree = form_groups(organisation.roster(), max(8, k + 2), memory.groups, k)
    members = [(str(p), tree.groups[unit]) for p, unit in organisation.people.items()]
    people = people_of_units(tree, members)
    tree = memory.follow(tree, wave, people, k)
    instrument = instrument_with(leader_item=organisation.leads)
    items = instrument.form(number % 20)
    given = list(organisation.ballots(len(items)))
    table = {unit.unit_id: [[0] * (TOP + 2) for _ in items] for unit in tree.units if unit.invited}
    for person, answers in given:
        rows = table[tree.groups[organisation.people[person]]]
        for row, answer in zip(rows, answers, strict=True):
            row[answer] += 1
    for unit in reversed(tree.units):
        if unit.parent_id is not None and unit.invited:
            for above, row in zip(table[unit.parent_id], table[unit.unit_id], strict=True):
                above[:] = map(sum, zip(above, row, strict=True))
    counts = Counts(wave, items, {u: tuple(map(tuple, rows)) for u, rows in table.items()})
    policy = policy_for(k)
    numbers = {unit.unit_id: int(unit.g) for unit in tree.groups_in_order()}
    groups = [numbers[tree.groups[organisation.people[person]]] for person, _ in given]
    told = bytes(answer for _, answers in given for answer in answers)
    found = diagnose(groups, told, counts, tree, policy, instrument)
    protected = (rule or safely)(
        tree, counts, policy, instrument, root_diagnostics=found, last=memory.last
    )
    return Week(tree, people, counts, len(given), k, protected, instrument)


def safely(
    tree: Tree,
    counts: Counts,
    policy: Policy,
    instrument: Instrument,
    *,
    root_diagnostics: Diagnostics,
    last: Mapping[str, bool] | None,
) -> ProtectedCounts:
    """Protect as a close does: what the auditor finds too narrow is withdrawn."""

    def protecting(withdrawn: frozenset[str]) -> ProtectedCounts:
        return protect(tree, counts, policy, instrument, withdrawn, root_diagnostics, last)

    ballots = sum(counts.table[tree.root.unit_id][0])
    return protect_safely(tree, protecting, in_memory(tree, ballots))


def _press(releases: Path, week: Week) -> None:
    invited, cast = week.tree.root.invited, week.ballots
    tallies = Tallies(invited, cast, cast, 0 if cast < week.k else cast, 0)
    about = described(week.protected.wave, tallies)
    results = compose(week.protected, week.tree, week.instrument, "Example Ltd", "")
    press(releases, week.protected, week.tree, about, results, check=lambda _: [])


def judge(week: Week, memory: Memory) -> Counter[str]:
    """Count what the week's figures determine, and what they show."""
    policy = policy_for(week.k)
    exact = check_exact(week.tree, week.counts, policy, week.protected)
    found = Counter({"weeks": 1, "exact check findings": len(exact)})
    found["weeks at k = 10"] = int(week.k == HIGH)
    alone = protect(week.tree, week.counts, policy, week.instrument, last=memory.last)
    found["weeks in which the audit withdrew a unit"] = alone.published != week.protected.published
    lead = week.protected.lead
    for items, k in item_classes(week.protected.items, lead, policy):
        for item in items:
            found["weeks x items"] += 1
            found.update(_leaks(week, item, k))
    found.update(_shown(week))
    found.update(_steps(week, memory))
    if memory.last is not None:
        now = dict.fromkeys(week.protected.published, True) | dict.fromkeys(
            week.protected.hidden, False
        )
        both = memory.last.keys() & now.keys()
        found["units seen twice running"] += len(both)
        found["units that changed status"] += sum(memory.last[u] != now[u] for u in both)
    return found


def _leaks(week: Week, item: str, k: int) -> dict[str, int]:
    at = week.counts.items.index(item)
    answers = {unit: sum(rows[at][1 : TOP + 1]) for unit, rows in week.counts.table.items()}
    published = [
        cell
        for cell in week.protected.cells
        if cell.measure == f"item:{item}" and cell.status == "published"
    ]
    ours = judging.published_sets(week.tree, *_split(published))
    naive_units = {unit for unit, n in answers.items() if n >= k}
    naive = judging.published_sets(week.tree, naive_units, ())
    groups = [unit.unit_id for unit in week.tree.units if unit.group and unit.invited]
    leaked = judging.small(judging.atoms(naive), answers, k)
    found = {
        "derivable groups under k": len(judging.small(judging.atoms(ours), answers, k)),
        "naive: derivable groups under k": len(leaked),
        "naive: people in them": sum(leaked),
        "naive: units shown": len(naive_units),
    }
    if at <= 1 and len(groups) <= SPAN_GROUPS:
        tried = judging.small(judging.determined(ours, groups), answers, k)
        found["weeks x items tried set by set"] = 1
        found["derivable groups under k, set by set"] = len(tried)
    return found


def _split(published: list[Cell]) -> tuple[set[str], set[str]]:
    units = {cell.unit_id for cell in published if cell.kind == "unit"}
    return units, {cell.unit_id for cell in published if cell.kind == "pool"}


def _shown(week: Week) -> dict[str, int]:
    """Count units and respondents by how near to them a figure is."""
    shown = set(week.protected.published)
    pools = {cell.unit_id for cell in week.protected.cells if cell.kind == "pool"}
    peopled = [unit for unit in week.tree.units if unit.invited]
    root = week.tree.root.unit_id
    parents = {unit.unit_id: unit.parent_id for unit in week.tree.units}
    found = {
        "units": len(peopled),
        "units shown": len(shown),
        "groups": sum(unit.group for unit in peopled),
        "groups shown": sum(unit.group for unit in peopled if unit.unit_id in shown),
        "respondents": week.ballots,
        "respondents in an own shown group": 0,
        "respondents in a shown group, pool or unit below the root": 0,
        "respondents in anything shown": 0,
    }
    for unit in peopled:
        if unit.group:
            n = sum(week.counts.table[unit.unit_id][0])
            above, path = parents[unit.unit_id], [unit.unit_id]
            while above is not None:
                path.append(above)
                above = parents[above]
            nearest = next((name for name in path if name in shown), None)
            pooled = nearest is not None and nearest + OTHERS in pools and nearest != unit.unit_id
            below = pooled or any(name in shown for name in path if name != root)
            found["respondents in an own shown group"] += n * (unit.unit_id in shown)
            found["respondents in a shown group, pool or unit below the root"] += n * below
            found["respondents in anything shown"] += n * (nearest is not None)
    return found


def _steps(week: Week, memory: Memory) -> dict[str, int]:
    """Count shown units in the lowest band whose few joiners or leavers call for a 1.0 step."""
    lowest = {
        cell.unit_id: cell.step
        for cell in week.protected.cells
        if cell.kind == "unit" and cell.at_least == STANDARD and cell.measure.startswith("item:")
    }
    owing = [u for u in lowest if memory.few_came_or_went(u, week.people[u], week.k)]
    return {
        "units owing the 1.0 step": len(owing),
        "units shown without the step they owe": sum(lowest[unit] != 1.0 for unit in owing),
    }
