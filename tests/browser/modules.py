"""The shipped modules, served for tests as they are, and code run beside them in a page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

STATIC: Final = Path(__file__).parents[2] / "pulse" / "web" / "static"
# What a test page adds: bytes travel to and from it as hex.
PRELUDE: Final = """
const {hex} = await import('/bytes.js')
const raw = text => Uint8Array.from(text.match(/../g) ?? [], pair => parseInt(pair, 16))
const told = (...answers) => size => answers.length ? raw(answers.shift()) : raise(size)
const raise = size => { throw Error(`asked for ${size} more bytes`) }
const fails = promise => promise.then(() => false, () => true)
"""


class Files(SimpleHTTPRequestHandler):
    """Serves the modules as they ship, under a strict policy, without a log."""

    def end_headers(self) -> None:
        """Add the policy that the staff pages have."""
        self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Write nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve the modules on loopback, which browsers hold for secure, and give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(STATIC)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def run(tab: Page, code: str, arg: Any = None) -> Any:
    """Run the body of an async function of `arg` in the page."""
    return tab.evaluate(f"async arg => {{ {PRELUDE} {code} }}", arg)
