"""The generated organisations of the disclosure bench are what they say they are."""

from collections import Counter

from tests.bench.disclosure.organisations import Organisation, generated, merged, unmerged


def levels(organisation: Organisation) -> Counter[int]:
    """Count the units of each depth."""
    depth = [0] * len(organisation.parents)
    for unit, parent in enumerate(organisation.parents[1:], 1):
        depth[unit] = depth[parent] + 1
    return Counter(depth)


def test_an_organisation_has_the_units_and_levels_asked_for() -> None:
    """1,000 roster units on four levels, the last of them teams of 1 to 30, each time the same."""
    roster = generated(1_000)
    assert len(roster.units) == 1_000
    assert roster == generated(1_000)
    assert sorted(levels(unmerged(roster))) == [0, 1, 2, 3]
    inner = {unit.parent_id for unit in roster.units}
    teams = [unit.people for unit in roster.units if unit.unit_id not in inner]
    assert (min(teams), max(teams)) == (1, 30)


def test_leaders_sit_in_the_unit_above_their_own() -> None:
    """An inner unit holds as many people directly as it has units right below."""
    roster = generated(1_000)
    led = Counter(unit.parent_id for unit in roster.units)
    assert all(unit.people == led[unit.unit_id] for unit in roster.units if led[unit.unit_id])


def test_between_60_and_70_in_100_answer() -> None:
    """The response is that of an ordinary week."""
    organisation = unmerged(generated(1_000))
    assert 0.6 < sum(organisation.n) / sum(organisation.invited) < 0.7


def test_merging_keeps_all_people_and_answers() -> None:
    """Merged and unmerged hold the same answers; merged groups have 8 people, or k + 2."""
    roster = generated(1_000)
    apart = unmerged(roster)
    for k, least in ((5, 8), (10, 12)):
        together = merged(roster, k)
        assert sum(together.n) == sum(apart.n)
        assert sum(together.invited) == sum(apart.invited)
        assert min(people for people in together.invited if people) >= least
    assert min(people for people in apart.invited if people) == 1
