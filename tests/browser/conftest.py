"""A real Chromium, and pages whose complaints are collected.

The program is PULSE_CHROMIUM, else `chromium` on the PATH. Without one these tests are
skipped; with CI=true they fail instead, so that nobody takes silence for success.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pulse.token.keys import SigningKey
from tests.browser.modules import serving
from tests.browser.polling import PollingPlace

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FAILED_REQUEST = "console: Failed to load resource"
REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation", event =>
  pulseReportsViolation(`${event.violatedDirective} blocks ${event.blockedURI}`))"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as needing Chromium."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def find_chromium() -> str:
    """Return the path of Chromium; without one, skip the test or (with CI=true) fail it."""
    program = os.environ.get("PULSE_CHROMIUM") or shutil.which("chromium")
    if program:
        return program
    reason = "Chromium is missing: install it or name it in PULSE_CHROMIUM."
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


# Not for the whole session: while it runs, Playwright keeps an event loop in this thread, and
# tests of other folders start their own.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Start one headless Chromium for the tests of this folder."""
    program = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


class Visits:
    """Opens contexts (a context is a browser profile) and pages, and keeps their complaints.

    `problems` collects console errors, uncaught exceptions and policy violations, as text.
    A test that provokes some on purpose empties it (`problems.clear()`) after looking.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.problems: list[str] = []

    def context(
        self,
        *,
        scripts: bool = True,
        dark: bool = False,
        width: int = 1280,
        height: int = 800,
        reduced_motion: bool = True,
        locale: str | None = None,
    ) -> BrowserContext:
        """Return a fresh profile; `scripts=False` switches JavaScript off."""
        context = self._browser.new_context(
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            locale=locale,
            viewport={"width": width, "height": height},
            reduced_motion="reduce" if reduced_motion else "no-preference",
        )
        context.expose_function("pulseReportsViolation", self._violation)
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("page", self._watch)
        self._contexts.append(context)
        return context

    def page(self, context: BrowserContext | None = None) -> Page:
        """Return a new page, in a fresh profile unless one is given."""
        return (context or self.context()).new_page()

    def close(self) -> None:
        """Close every profile opened here."""
        for context in self._contexts:
            context.close()

    def _watch(self, page: Page) -> None:
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))

    def _console(self, kind: str, text: str) -> None:
        if kind == "error":
            self.problems.append(f"console: {text}")

    def _violation(self, text: str) -> None:
        self.problems.append(f"policy: {text}")


@pytest.fixture
def visits(chromium: Browser) -> Iterator[Visits]:
    """Give pages that must not complain: any problem left at the end fails the test."""
    visits = Visits(chromium)
    yield visits
    visits.close()
    assert visits.problems == []


@pytest.fixture
def page(visits: Visits) -> Page:
    """Give one watched page in a fresh profile."""
    return visits.page()


@pytest.fixture(scope="session")
def modules_address() -> Iterator[str]:
    """Serve the shipped modules alone, without the application."""
    with serving() as address:
        yield address


@pytest.fixture
def tab(page: Page, modules_address: str) -> Page:
    """Give a page beside the shipped modules, where `import('/hpke.js')` works."""
    page.goto(f"{modules_address}/bytes.js")
    return page


@pytest.fixture(scope="session")
def signing_key() -> SigningKey:
    """Give one signing key of 2048 bits."""
    return SigningKey.generate()


@pytest.fixture
def profile(visits: Visits) -> BrowserContext:
    """Give a fresh profile whose pages must not complain."""
    return visits.context()


@pytest.fixture
def rough(visits: Visits) -> Iterator[BrowserContext]:
    """Give a fresh profile in which requests may fail: only Chromium's notes of that pass."""
    yield visits.context()
    visits.problems[:] = [each for each in visits.problems if FAILED_REQUEST not in each]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PollingPlace]:
    """Give a staff app with an open wave and a link for every test."""
    place = PollingPlace(tmp_path_factory.mktemp("place"))
    yield place
    place.close()


@pytest.fixture(scope="session")
def card_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PollingPlace]:
    """Give a staff app with an open wave in which sixty people have a card."""
    place = PollingPlace(tmp_path_factory.mktemp("cards"), cards=60)
    yield place
    place.close()
