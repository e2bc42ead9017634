"""What a failing database means for who meets it, without a word of what it stores."""

import pytest
from sqlalchemy.exc import IntegrityError

from pulse.errors import BadSetting
from pulse.store.databases import check_url
from pulse.store.failures import told


def test_a_server_s_details_are_never_told() -> None:
    """The first line says what happened; the next ones quote the row that was refused."""
    said = 'duplicate key value violates "invitation_pkey"\nDETAIL:  Key (h)=(\\xdeadbeef) exists.'
    error = told(IntegrityError("INSERT", {}, Exception(said)))
    assert "duplicate key" in error.message
    assert "deadbeef" not in error.message


@pytest.mark.parametrize("query", ["password=hunter2", "sslpassword=hunter2"])
def test_a_password_in_an_address_s_query_is_refused(query: str) -> None:
    """There it would be printed and lie in a file that others may read; it is not quoted either."""
    with pytest.raises(BadSetting, match="stands before the host") as refused:
        check_url(f"postgresql+psycopg://pulse@localhost/pulse?{query}", "database_url")
    assert "hunter2" not in str(refused.value)
    assert check_url("postgresql+psycopg://pulse:x@localhost/pulse?sslmode=require", "")
