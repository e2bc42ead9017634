"""The leaders' pages served for a browser, and what is looked for on each of them."""

import threading
import time
from collections.abc import Iterator

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from pulse.settings import Home
from tests.unit.dashboards import house

TRIED = "/practices?unit=eng&card=day-end-round#day-end-round"
STATEMENT = "/units/web/items/S4"
PAGES = {
    house.LEADER: (
        "/", "/units/web", "/units/tiny", "/evidence", "/account", "/units/org", STATEMENT,
        "/units/tiny/items/A1", f"/units/eng?to={house.WAVES[6]}", "/compare",
        "/compare?unit=web&unit=eng", TRIED,
    ),
    house.HR: (
        "/", "/?open=eng&sort=energy", "/?find=web", "/units/eng", "/units/night",
        "/practices",
        "/compare?unit=org", "/compare?unit=web&unit=eng&unit=night&unit=tiny",
    ),
    house.AUDITOR: ("/", "/evidence"),
    house.ADMIN: ("/",),
}  # fmt: skip
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


def served(home: Home) -> Iterator[str]:
    """Serve a home and give its address."""
    config = uvicorn.Config(house.an_app(home), port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


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
