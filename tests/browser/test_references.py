"""Every page looks as its kept picture does, on a phone in the dark and at a desk in the light."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.references import (
    FOLDER,
    LOOKS,
    PAGES,
    Look,
    Sites,
    alike,
    differing,
    file_of,
    opened,
    picture,
    sites,
)

pytestmark = pytest.mark.slow

DESK = LOOKS[1]
CHANGES = {
    "a tile is moved by six px": ".tile { transform: translateX(6px) }",
    "a word loses its arrow": ".tile .direction svg { visibility: hidden }",
    "a cell has the next colour": ".heat tr:nth-child(3) td:nth-child(3) { background: #a9c8ea }",
    "small print is larger": ".muted { font-size: 15px }",
    "the lines of the tiles are gone": ".tile svg { visibility: hidden }",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for the home, the fonts and what differs."""
    return tmp_path_factory.mktemp("references")


@pytest.fixture(scope="module")
def at(folder: Path) -> Iterator[Sites]:
    """Serve both apps."""
    with sites(folder) as at:
        yield at


@pytest.fixture(scope="module")
def plain(chromium: Browser, folder: Path) -> Iterator[Browser]:
    """Start the Chromium whose pictures can be compared."""
    with alike(chromium.browser_type, folder) as browser:
        yield browser


@pytest.fixture
def overview(plain: Browser, at: Sites) -> Iterator[Page]:
    """Open the first page."""
    page = opened(plain, at, "overview", DESK)
    yield page
    page.context.close()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_it_was_kept(
    plain: Browser, at: Sites, folder: Path, name: str, look: Look
) -> None:
    """Where it does not, the new picture lies beside; if it is meant, take the references anew."""
    page = opened(plain, at, name, look)
    image = picture(page)
    page.context.close()
    found = differing(image, file_of(name, look))
    if found:
        image.save(folder / f"{name}-{look.name}.png")
    advice = f"see {folder}/{name}-{look.name}.png; python -m tests.browser.take_references {name}"
    assert found == [], advice


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_change_is_seen(overview: Page, change: str) -> None:
    """The comparison can fail: each of these is found."""
    overview.evaluate(
        "text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);"
        " document.adoptedStyleSheets.push(sheet) }",
        change,
    )
    assert differing(picture(overview), file_of("overview", DESK))


def test_every_kept_picture_is_of_a_page() -> None:
    """No picture is left of a page that is gone."""
    kept = {file.name for file in FOLDER.iterdir()}
    assert kept == {file_of(name, look).name for name in PAGES for look in LOOKS}
