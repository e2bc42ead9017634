"""A database of accounts, a clock that stands, and passwords hashed cheaply."""

import datetime as dt

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from pulse.accounts.tables import access_log, account, api_token
from pulse.clock import FixedClock
from pulse.store.metadata import accounts as metadata
from tests.backends import Backend

assert {account, api_token, access_log} <= set(metadata.tables.values())
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def clock() -> FixedClock:
    """Give a clock that stands at a Friday."""
    return FixedClock(dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC))


@pytest.fixture
def engine(backend: Backend) -> Engine:
    """Give an empty accounts database."""
    made = backend.engine()
    metadata.create_all(made)
    return made
