"""What a person does on the staff page, step by step, for the tests."""

from playwright.sync_api import BrowserContext, Page, expect

CHOICES = {"A1": 4, "A2": 2, "S1": 5, "E1": 6, "C1": 1}  # W1 is left out
ANSWERS = (4, 2, 5, 6, 1, 0)


def open_link(context: BrowserContext, link: str) -> Page:
    """Open a link in a new tab and wait for one of the page's sections."""
    page = context.new_page()
    page.goto(link)
    expect(page.locator("section:visible:not(.late)")).to_have_count(1)
    return page


def choose(page: Page) -> None:
    """Answer the statements of the week, one of them left out."""
    for item, value in CHOICES.items():
        page.check(f'[name="{item}"][value="{value}"]')


def send(page: Page) -> None:
    """Answer and press send."""
    choose(page)
    page.click("#send")


def shown(page: Page, section: str) -> None:
    """Wait until the page shows one section, and only that."""
    expect(page.locator(f"#{section}")).to_be_visible(timeout=15_000)
    expect(page.locator("section:visible")).to_have_count(1)


def stored(page: Page) -> list[list[str]]:
    """Return all that the browser holds: the values of localStorage and of sessionStorage."""
    values: list[list[str]] = page.evaluate(
        "[localStorage, sessionStorage].map((store) => Object.values(store))"
    )
    return values
