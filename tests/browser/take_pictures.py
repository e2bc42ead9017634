"""Takes the README's pictures from a fresh demo: `python -m tests.browser.take_pictures`.

Run it when a page has changed, look at the pictures, commit them.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS, find_chromium

PICTURES: Final = Path(__file__).parent / "pictures"
TOP: Final = Path(__file__).parents[2]
UNIT: Final = "eng"


@contextmanager
def demo() -> Iterator[dict[str, Any]]:
    """Run the demo on free ports; give what it tells."""
    command = [sys.executable, "-m", "pulse", "demo", "--json", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        told = ""
        while not told.endswith("\n}\n"):
            line = running.stdout.readline()
            if not line:
                raise SystemExit("the demo ended early")
            told += line
        try:
            yield json.loads(told)
        finally:
            running.terminate()


def page(browser: Browser, width: int, height: int) -> Page:
    """Open a page of a given size, without motion."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", color_scheme="light"
    )
    return context.new_page()


def sign_in(view: Page, address: str, login: dict[str, str]) -> None:
    """Sign in as a leader or HR."""
    view.goto(f"{address}/login")
    view.fill("[name=email]", login["email"])
    view.fill("[name=password]", login["password"])
    view.get_by_role("button", name="Sign in").click()
    view.wait_for_url(f"{address}/")


def take(browser: Browser, told: dict[str, Any]) -> None:
    """Take all pictures."""
    staff = page(browser, 390, 760)
    staff.goto(told["demo"]["links"][0])
    for number, answer in enumerate((4, 2)):
        staff.locator("fieldset").nth(number).locator("label").nth(answer - 1).click()
    staff.evaluate("scrollTo(0, 0)")
    staff.screenshot(path=PICTURES / "staff.png")
    leaders = told["addresses"]["dashboards"]
    logins = {login["role"]: login for login in told["demo"]["logins"]}
    leader = page(browser, 1100, 820)
    sign_in(leader, leaders, logins["leader"])
    leader.wait_for_load_state("networkidle")
    leader.screenshot(path=PICTURES / "leader.png")
    leader.goto(f"{leaders}/units/{UNIT}")
    leader.wait_for_load_state("networkidle")
    leader.screenshot(path=PICTURES / "unit.png")


def main() -> None:
    """Start a demo and a browser, and take the pictures."""
    PICTURES.mkdir(exist_ok=True)
    with demo() as told, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        take(browser, told)
        browser.close()


if __name__ == "__main__":
    main()
