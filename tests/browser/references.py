"""Kept pictures of every page, and how another machine's picture is compared with them.

Pages use the reader's own fonts; for these pictures Chromium is told of DejaVu alone, so that
two machines break lines alike. What still differs between versions of Chromium is how a letter's
edge is smoothed: pictures are compared at a quarter of their size, where that is a shade and a
moved line or another colour is not.

When a page has changed on purpose: `python -m tests.browser.take_references`, look at the
pictures in `tests/browser/references/`, commit them.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserType, Page

from pulse.settings import Home
from tests.browser.conftest import FLAGS, find_chromium
from tests.browser.leaders import STATEMENT, TRIED, all_drawn, served, signed_in
from tests.browser.test_results import served as staff_served
from tests.unit.dashboards import house

FOLDER: Final = Path(__file__).parent / "references"
FONTS: Final = Path("/usr/share/fonts/truetype/dejavu")
KEPT: Final = 2  # kept pictures are smaller by this
COARSE: Final = 4  # and compared smaller by this
SHADE: Final = 25  # of 255, over nine points; WebP alone does up to 13, an arrow that is gone 36
QUALITY: Final = 85


Points = npt.NDArray[np.float64]  # rows x columns x three colours, 0-255


class Look(NamedTuple):
    """A screen: `phone` is dark and `desk` is light, so that both are seen once a page."""

    name: str
    width: int
    height: int
    dark: bool


LOOKS: Final = (Look("phone", 360, 780, dark=True), Look("desk", 1280, 900, dark=False))
PAGES: Final = {
    "login": (None, "/login"),
    "overview": (house.HR, "/?open=eng"),
    "unit": (house.LEADER, "/units/web"),
    "statement": (house.LEADER, STATEMENT),
    "compare": (house.HR, "/compare?unit=web&unit=eng&unit=night"),
    "hidden": (house.LEADER, "/units/tiny"),
    "practices": (house.LEADER, TRIED),
    "evidence": (house.AUDITOR, "/evidence"),
    "account": (house.LEADER, "/account"),
    "results": (None, "/results"),
}
VARYING: Final = ".fingerprint, code"  # keys are new each time


class Sites(NamedTuple):
    """The addresses of the two apps."""

    leaders: str
    staff: str


@contextmanager
def sites(folder: Path) -> Iterator[Sites]:
    """Serve ten released weeks to leaders and to staff."""
    home: Home = house.a_home(folder)
    with served(home) as leaders, contextmanager(staff_served)(home) as staff:
        yield Sites(leaders, staff)


@contextmanager
def alike(kind: BrowserType, folder: Path) -> Iterator[Browser]:
    """Start a Chromium that knows one family of fonts and smooths letters in grey."""
    if not FONTS.is_dir():
        reason = f"The fonts of {FONTS} are missing: install fonts-dejavu-core."
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    config = folder / "fonts.conf"
    config.write_text(
        f"<?xml version='1.0'?><fontconfig><dir>{FONTS}</dir><cachedir>{folder}</cachedir>"
        "<match target='pattern'><edit name='family' mode='prepend' binding='strong'>"
        "<string>DejaVu Sans</string></edit></match></fontconfig>"
    )
    flags = (
        *FLAGS, "--font-render-hinting=none", "--disable-lcd-text", "--hide-scrollbars",
        "--force-color-profile=srgb",
    )  # fmt: skip
    env: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(config)}
    browser = kind.launch(executable_path=find_chromium(), args=list(flags), env=env)
    yield browser
    browser.close()


def opened(browser: Browser, at: Sites, name: str, look: Look) -> Page:
    """Return one of PAGES, drawn and at rest, in a fresh profile."""
    who, path = PAGES[name]
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height},
        color_scheme="dark" if look.dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
    )
    page = signed_in(at.leaders, context, who) if who else context.new_page()
    if name == "account":  # of the devices before, each picture was one
        page.goto(f"{at.leaders}/account")
        if (others := page.get_by_role("button", name="Sign out everywhere else")).count():
            others.click()
    page.goto((at.staff if name == "results" else at.leaders) + path)
    all_drawn(page)
    page.evaluate("scrollTo(0, 0)")
    return page


def picture(page: Page) -> Image.Image:
    """Return the whole page, without what is new each time."""
    shot = page.screenshot(
        full_page=True,
        animations="disabled",
        mask=[page.locator(VARYING).filter(visible=True)],
        mask_color="#888888",
    )
    return Image.open(io.BytesIO(shot)).convert("RGB")


def file_of(name: str, look: Look) -> Path:
    """Return where a page's picture is kept."""
    return FOLDER / f"{name}-{look.name}.webp"


def keep(image: Image.Image, file: Path) -> None:
    """Write a picture, smaller."""
    image.reduce(KEPT).save(file, quality=QUALITY, method=6)


def differing(image: Image.Image, file: Path) -> list[str]:
    """Return where a page's picture is not the kept one, as places in px; empty where it is."""
    kept = Image.open(file).convert("RGB")
    width, height = (KEPT * side for side in kept.size)
    if abs(image.width - width) > KEPT or abs(image.height - height) > COARSE:
        return [f"is {image.width} x {image.height} px, was {width} x {height}"]
    one, other = _coarse(image, COARSE), _coarse(kept, COARSE // KEPT)
    rows, columns = (min(sides) for sides in zip(one.shape[:2], other.shape[:2], strict=True))
    off = np.abs(_blurred(one[:rows, :columns]) - _blurred(other[:rows, :columns])).max(axis=2)
    places = np.argwhere(off > SHADE)
    return [f"differs at {COARSE * x}, {COARSE * y}: by {off[y, x]:.0f}" for y, x in places]


def _coarse(image: Image.Image, by: int) -> Points:
    return np.asarray(image.reduce(by), dtype=float)


def _blurred(points: Points) -> Points:
    """Return the mean of each point and its eight neighbours."""
    wide = np.pad(points, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows, columns = points.shape[:2]
    parts = [wide[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    return np.asarray(sum(parts) / len(parts), dtype=float)
