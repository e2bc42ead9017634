"""A second factor for an account of the tests' home, and the steps that use it."""

from typing import NamedTuple

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine

from pulse.accounts import directory, factor
from pulse.accounts.vault import Vault
from pulse.settings import Home
from tests.unit.accounts.phone import code_of
from tests.unit.dashboards import house


class Phone(NamedTuple):
    """What a person has at hand."""

    secret: str
    codes: tuple[str, ...]


def with_factor(engine: Engine, home: Home, email: str) -> Phone:
    """Give an account a second factor, whose codes of now and of 30 seconds ago are unused."""
    found = directory.find(engine, email)
    assert found is not None
    account, vault = found[0], Vault(home.accounts)
    factor.start(engine, vault, account.account_id)
    shown = factor.enrolment(engine, vault, account)
    assert shown is not None
    code = code_of(shown.text, house.CLOCK, later=-30)
    made = factor.confirm(engine, house.CLOCK, vault, account, code)
    assert not isinstance(made, str)
    return Phone(shown.text, made[1])


def send(client: TestClient[Litestar], path: str, page: str = "", **fields: str) -> tuple[int, str]:
    """Post a form of a page; return the status and where it leads, or else its text."""
    token = house.form_token(client.get(page or path).text)
    answer = client.post(path, data={"_csrf_token": token, **fields})
    return answer.status_code, answer.headers.get("location") or answer.text
