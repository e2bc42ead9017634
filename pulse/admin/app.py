"""The administrator's app: `create_app()`; for now one page that names the commands to use."""

import os
from pathlib import Path
from typing import Final

from litestar import Litestar, MediaType, get

from pulse.http.headers import guard
from pulse.http.problems import HANDLERS
from pulse.settings import Home, load

PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Pulse: administration</title>
</head>
<body>
<main>
<h1>Administration</h1>
<p>The administrator's pages come with a later version. Until then everything is done
with commands, on the machine that Pulse runs on:</p>
<ul>
<li><code>pulse roster import</code> for people and units</li>
<li><code>pulse leaders import</code> for accounts</li>
<li><code>pulse wave open</code>, <code>pulse invite</code> and <code>pulse wave close</code>
for a week</li>
<li><code>pulse --help</code> for all others</li>
</ul>
</main>
</body>
</html>
"""


@get("/", media_type=MediaType.HTML, sync_to_thread=False, include_in_schema=False)
def page() -> str:
    """Say where administration happens for now."""
    return PAGE


@get("/health", sync_to_thread=False, include_in_schema=False)
def health() -> dict[str, str]:
    """Say that the app answers."""
    return {"status": "ok"}


def create_app(home: Home | None = None) -> Litestar:
    """Return the administrator's app.

    Args:
        home: the home to serve; default `PULSE_HOME`, else `./pulse-home`.

    Raises:
        BadSetting: the settings are not usable.
    """
    load(home or Home(Path(os.environ.get("PULSE_HOME") or "pulse-home")))
    app = Litestar(
        route_handlers=[page, health], exception_handlers=HANDLERS, openapi_config=None, debug=False
    )
    app.asgi_handler = guard(app.asgi_handler, https=False)
    return app
