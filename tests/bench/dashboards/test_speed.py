"""The bars of the leaders' pages that hold on any machine: ratios, bytes, and rows sent."""

import pytest
from litestar import Litestar

from dashboards.desk import Book, Desk
from tests.bench.dashboards import measuring, organisation
from tests.bench.dashboards.__main__ import FIGURES, addresses
from tests.unit.dashboards import house

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]

CHEAPER, SHARE = 15, 0.6
WARM_MS = 50


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    """Give the app of some hundred units and a year's quarter."""
    return house.an_app(organisation.write(tmp_path_factory.mktemp("large"), 300, 13))


@pytest.fixture(scope="module")
def book(app: Litestar) -> Book:
    """Give its newest book."""
    desk: Desk = app.state["desk"]
    return desk.shelf.book()


def test_a_kept_figure_is_cheap_and_small(app: Litestar, book: Book) -> None:
    """A warm answer is 15 times cheaper than building; bytes are 0.6 of the default template's."""
    team = addresses(book)["a team"].removeprefix("/units/")
    for one in measuring.figures(app, book, team, FIGURES):
        assert one.cheaper >= CHEAPER, one
        assert one.share <= SHARE, one


def test_every_page_is_quick_when_warm(app: Litestar, book: Book) -> None:
    """No page takes 50 ms of server time the second time, however many units there are."""
    for page in measuring.measure(app, addresses(book)):
        assert page.warm < WARM_MS, page
