"""The leaders' pages served for a browser, and what is looked for on each of them."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from litestar import Litestar
from playwright.sync_api import BrowserContext, Page

from pulse.settings import Home
from tests.unit.dashboards import house

STATEMENT = "/units/web/items/S4"
TRIED = "/practices?unit=eng&card=day-end-round#day-end-round"
PAGES = {
    house.LEADER: (
        "/", "/units/web", "/units/tiny", "/evidence", "/account", "/units/org", STATEMENT,
        TRIED,
        "/units/tiny/items/A1", f"/units/eng?to={house.WAVES[6]}", "/compare",
        "/compare?unit=web&unit=eng",
    ),
    house.HR: (
        "/", "/?open=eng&sort=energy", "/?find=web", "/units/eng", "/units/night", "/practices",
        "/compare?unit=org", "/compare?unit=web&unit=eng&unit=night&unit=tiny",
    ),
    house.AUDITOR: ("/", "/evidence", "/access"),
    house.ADMIN: ("/",),
}  # fmt: skip
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


@contextmanager
def served(home: Home, *, known_address: bool = False, **changes: Any) -> Iterator[str]:
    """Serve a home on a free port and give its address; `changes` go to `create_app`.

    `known_address` writes it into the settings first: another site has to lead back to it.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    if known_address:
        with home.settings_file.open("a") as file:
            file.write(f'dashboards_url = "{address}"\n')
    with running(house.an_app(home, **changes), listening):
        yield address


@contextmanager
def running(app: Litestar, listening: socket.socket) -> Iterator[None]:
    """Run an app on a socket that listens already, while inside."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def signed_in(site: str, context: BrowserContext, who: str) -> Page:
    """Return the first page of somebody who has just signed in."""
    page = context.new_page()
    page.goto(f"{site}/login")
    page.get_by_label("E-mail").fill(who)
    page.get_by_label("Password").fill(house.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/")
    return page


def all_drawn(page: Page) -> None:
    """Scroll to every figure and wait until all of them are drawn."""
    for place in page.locator("[data-figure]").all():
        place.scroll_into_view_if_needed()
    page.wait_for_function(
        "() => document.querySelectorAll('[data-figure]').length"
        " === document.querySelectorAll('[data-figure][data-drawn]').length"
    )


def findings(page: Page) -> list[str]:
    """Return what axe finds, rule and element."""
    result = Axe().run(page, options=RULES)
    return [
        f"{found['id']}: {node['html'][:120]}"
        for found in result.response["violations"]
        for node in found["nodes"]
    ]
