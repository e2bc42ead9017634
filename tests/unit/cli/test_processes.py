"""Where apps listen, and where this machine reaches them for their health."""

import contextlib

import pytest

from pulse.cli.processes import Listener, _bind, _on_this_machine, _places
from pulse.errors import Refused


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::"])  # noqa: S104 - not bound here
def test_a_host_that_holds_loopback_is_all_there_is(host: str) -> None:
    """Loopback and the wildcards need no second socket."""
    assert _places(host, 8000) == [(host, 8000)]


def test_another_host_gets_a_loopback_socket_beside_it() -> None:
    """Behind an outside address the apps still reach each other on this machine."""
    assert _places("198.51.100.7", 8000) == [("198.51.100.7", 8000), ("127.0.0.1", 0)]
    assert _on_this_machine("198.51.100.7") == "127.0.0.1"


@pytest.mark.enable_socket
def test_an_address_of_another_machine_is_refused() -> None:
    """An address that this machine does not have is a refusal with the app's name."""
    listener = Listener("staff", "pulse.app:create_app", "198.51.100.77", 0)
    with contextlib.ExitStack() as stack, pytest.raises(Refused, match="cannot be used") as refused:
        _bind(listener, stack)
    assert refused.value.where == "staff"


@pytest.mark.enable_socket
def test_a_free_port_is_told_in_the_address() -> None:
    """Port 0 takes a free port, which the address names."""
    listener = Listener("staff", "pulse.app:create_app", "127.0.0.1", 0)
    with contextlib.ExitStack() as stack:
        bound = _bind(listener, stack)
        assert bound.address == bound.inside
        assert not bound.address.endswith(":0")
