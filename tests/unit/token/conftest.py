"""One signing key for the whole room: making one takes a moment."""

import pytest

from pulse.token.keys import SigningKey


@pytest.fixture(scope="session")
def signing_key() -> SigningKey:
    """Give a signing key of 2048 bits."""
    return SigningKey.generate()
