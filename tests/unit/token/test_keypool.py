"""Many keys at once, in a pool of processes or without one."""

from pulse.token.keypool import LABEL, pool_keys
from pulse.token.keys import SigningKey


def test_a_pool_makes_distinct_keys_and_tells_how_far_it_is() -> None:
    """Two processes make two keys of the right size."""
    told: list[tuple[str, int, int]] = []
    keys = pool_keys(2, lambda *step: told.append(step), alone=0)
    assert len({SigningKey.from_der(der).n for der in keys}) == 2
    assert told == [(LABEL, 0, 2), (LABEL, 1, 2), (LABEL, 2, 2)]


def test_few_keys_need_no_pool() -> None:
    """A handful is made in this process, each told as it is made."""
    told: list[tuple[str, int, int]] = []
    keys = pool_keys(2, lambda *step: told.append(step), alone=2)
    assert len(set(keys)) == 2
    assert told == [(LABEL, 0, 2), (LABEL, 1, 2), (LABEL, 2, 2)]
    assert pool_keys(0) == []
