"""The staff app answers as its description says, whatever Schemathesis thinks of sending."""

from pathlib import Path
from typing import Any

import pytest

from pulse.app import create_app
from tests.fault.conformance import conform, station_in

EXAMPLES = 8  # an address; the long form takes a thousand

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("opened", [True, False])
def test_every_answer_is_one_that_is_described(
    tmp_path: Path,
    opened: bool,  # noqa: FBT001 - pytest passes by name
) -> None:
    """Status, type, headers and body fit, no input gives 5xx, with a wave and without."""
    station = station_in(tmp_path / "station", opened=opened)
    sound, told = conform(create_app(station.home), station, tmp_path, EXAMPLES)
    assert sound, told


def test_an_app_that_fails_on_some_bodies_is_found(tmp_path: Path) -> None:
    """The broken twin, which answers 500 to a body with a null in it, does not pass."""
    station = station_in(tmp_path / "station", opened=True)
    app = create_app(station.home)
    guarded = app.asgi_handler

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        async def looked() -> Any:
            message = await receive()
            if b"null" in message.get("body", b""):
                raise RuntimeError
            return message

        await guarded(scope, looked, send)

    app.asgi_handler = failing
    sound, told = conform(app, station, tmp_path, EXAMPLES)
    assert not sound
    assert "Server error" in told
