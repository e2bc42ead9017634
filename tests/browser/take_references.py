"""Takes the kept pictures again: `python -m tests.browser.take_references [PAGE…]`.

Run it when a page has changed on purpose, look at the pictures, commit them.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.references import (
    FOLDER,
    LOOKS,
    PAGES,
    alike,
    differing,
    file_of,
    keep,
    opened,
    picture,
    sites,
)


def main(names: list[str]) -> None:
    """Write the pictures that differ from the kept ones, and name them."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        sites(Path(scratch)) as at,
        sync_playwright() as playwright,
        alike(playwright.chromium, Path(scratch)) as browser,
    ):
        for name in names or PAGES:
            for look in LOOKS:
                page, file = opened(browser, at, name, look), file_of(name, look)
                image = picture(page)
                page.context.close()
                if not file.exists() or differing(image, file):
                    keep(image, file)
                    print(file.name)  # noqa: T201 - a command


if __name__ == "__main__":
    main(sys.argv[1:])
