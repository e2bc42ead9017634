"""Accounts in a real browser: first sign-in by a link, second step, recovery, one's sessions."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from pulse.accounts import directory, links
from pulse.clock import SystemClock
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from tests.browser.conftest import Visits
from tests.browser.test_dashboards import LOOKS, findings, served
from tests.unit.accounts.phone import code_of
from tests.unit.dashboards import house
from tests.unit.dashboards.providers import configure, honest

LONG = "seven goats on a roof"
CLOCK = SystemClock()


class Site:
    """A home of its own, served with the clock of this machine."""

    def __init__(self, home: Home, address: str) -> None:
        self.home, self.address = home, address
        self.engine = sqlite_engine(home.accounts / "accounts.db", journal="wal", create=False)

    def invited(self, name: str) -> str:
        """Make an account and return the link of its invitation."""
        directory.create(self.engine, CLOCK, house.CHEAP.hash, email=name, role="hr")
        return self.address + links.PATH + links.invite(self.engine, CLOCK, name)

    def account(self, name: str) -> str:
        """Make an account that signs in with the password of the tests."""
        directory.create(
            self.engine, CLOCK, house.CHEAP.hash, email=name, role="hr", password=house.PASSWORD
        )
        return name


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a home without releases."""
    home = house.a_home(tmp_path_factory.mktemp("accounts"), weeks=0)
    with served(home, clock=CLOCK) as address:
        site = Site(home, address)
        yield site
        site.engine.dispose()


def enter(page: Page, site: Site, who: str, password: str = house.PASSWORD) -> None:
    """Fill in the sign-in form."""
    page.goto(f"{site.address}/login")
    page.get_by_label("E-mail").fill(who)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def enrol(page: Page, site: Site, password: str = house.PASSWORD) -> tuple[str, list[str]]:
    """Set the second step up; return the secret and the recovery codes."""
    page.goto(f"{site.address}/account")
    page.get_by_role("link", name="Set it up").click()
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Set it up").click()
    picture = page.get_by_role("img", name="QR code for your authenticator app")
    expect(picture).to_be_visible()
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Code").fill(code_of(secret, CLOCK, later=-30))
    page.get_by_role("button", name="Switch it on").click()
    page.get_by_role("heading", name="The second step is on").wait_for()
    return secret, page.locator(".codes code").all_inner_texts()


def test_an_invitation_is_a_first_sign_in(visits: Visits, site: Site) -> None:
    """With the keyboard alone: the link, twice the password, Enter; a weak one is told why."""
    page = visits.page()
    page.goto(site.invited("ida@x.org"))
    expect(page.get_by_text("For ida@x.org")).to_be_visible()
    for password in ("1234567890qwerty", LONG):
        page.get_by_label("New password").focus()
        page.keyboard.type(password)
        page.keyboard.press("Tab")
        page.keyboard.type(password)
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        if password != LONG:
            expect(page.get_by_role("alert")).to_contain_text("attackers try first")
            visits.problems.clear()  # the browser notes the 422
    page.wait_for_url(f"{site.address}/")
    expect(page.get_by_role("link", name="Account")).to_be_visible()


def test_a_forgotten_password_comes_by_mail(visits: Visits, site: Site) -> None:
    """From the sign-in page to a new password, and the old one is worth nothing."""
    who = site.account("fay@x.org")
    page = visits.page()
    page.goto(f"{site.address}/login")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail").fill(who)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status")).to_contain_text("is on its way")
    page.goto(site.address + links.PATH + _mailed(site.home, who))
    page.get_by_label("New password").fill(LONG)
    page.get_by_label("The same again").fill(LONG)
    page.get_by_role("button", name="Save and sign in").click()
    page.wait_for_url(f"{site.address}/")
    enter(other := visits.page(), site, who)
    expect(other.get_by_role("alert")).to_contain_text("do not belong together")
    visits.problems.clear()  # the browser notes the 401


def _mailed(home: Home, to: str) -> str:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for file in (home.accounts / "outbox").glob("*.eml"):
            text = file.read_text("utf-8")
            if f"To: {to}" in text:
                return str(re.findall(r"/welcome/(\S+)", text)[0])
        time.sleep(0.05)
    raise AssertionError("no mail came")


def test_a_second_step_is_set_up_and_asked_for(visits: Visits, site: Site) -> None:
    """From the account page to ten codes; then a sign-in with the phone, one with a code."""
    who = site.account("tom@x.org")
    page = visits.page()
    enter(page, site, who)
    page.wait_for_url(f"{site.address}/")
    secret, codes = enrol(page, site)
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    for code in (code_of(secret, CLOCK, later=30), codes[3]):
        page = visits.page()
        enter(page, site, who)
        page.wait_for_url(f"{site.address}/login/code")
        expect(page.get_by_label("Code")).to_be_focused()
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site.address}/")
    page.goto(f"{site.address}/account/second-factor")
    expect(page.get_by_text("You have 9 recovery codes left")).to_be_visible()


def test_a_session_elsewhere_is_ended(visits: Visits, site: Site) -> None:
    """The phone that was left behind is signed out from the desk."""
    who = site.account("sue@x.org")
    desk, phone = visits.page(), visits.page()
    for page in (desk, phone):
        enter(page, site, who)
        page.wait_for_url(f"{site.address}/")
    desk.goto(f"{site.address}/account")
    desk.get_by_role("button", name=re.compile("^Sign out Chrome")).click()
    expect(desk.get_by_role("status")).to_have_text("That browser is signed out.")
    phone.goto(f"{site.address}/")
    assert phone.url == f"{site.address}/login"
    assert desk.goto(f"{site.address}/").ok  # type: ignore[union-attr] # a page was loaded


@pytest.mark.slow
def test_single_sign_on_ends_on_the_first_page(visits: Visits, tmp_path: Path) -> None:
    """From the button through another site and back: the strict cookie is there at the end."""
    home = house.a_home(tmp_path, weeks=0)
    with honest([{"sub": "hr", "email": house.HR, "email_verified": True}]) as issuer:
        elsewhere = issuer.replace("127.0.0.1", "localhost")  # another site to a browser
        configure(home, elsewhere)
        with served(home, clock=CLOCK, known_address=True) as address:
            page = visits.page()
            # The provider's page would like a style from the network.
            page.route(lambda url: not url.startswith((address, elsewhere)), _refuse)
            page.goto(f"{address}/login")
            page.get_by_role("link", name=re.compile("^Sign in with")).click()
            assert page.url.startswith(elsewhere)
            page.locator('button[name="sub"][value="hr"]').click()
            page.wait_for_url(f"{address}/")
            expect(page.get_by_role("link", name="Account")).to_be_visible()
    visits.problems.clear()  # the provider's own page is not ours


def _refuse(route: Route) -> None:
    route.abort()


@pytest.mark.parametrize(("width", "theme", "direction"), LOOKS)
def test_every_page_of_accounts_is_accessible(
    visits: Visits, site: Site, width: int, theme: str, direction: str
) -> None:
    """Axe finds nothing and no page is wider than the screen, in every state of them."""
    context = visits.context(dark=theme == "dark", width=width)
    found: list[str] = []

    def look(page: Page, name: str) -> None:
        page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        found.extend(f"{name}: {finding}" for finding in findings(page))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{name}: wider than the screen")

    _walk(context, site, f"eve{width}{theme}{direction}@x.org", look)
    visits.problems[:] = [each for each in visits.problems if "410 (Gone)" not in each]
    assert found == []


def _walk(context: BrowserContext, site: Site, who: str, look: object) -> None:
    """Show every page of accounts in the order in which a person meets them."""
    assert callable(look)
    page = context.new_page()
    for name in ("login", "forgotten", "welcome/made-up"):
        page.goto(f"{site.address}/{name}")
        look(page, name)
    page.goto(site.invited(who))
    look(page, "invitation")
    page.get_by_label("New password").fill(LONG)
    page.get_by_label("The same again").fill(LONG)
    page.get_by_role("button", name="Save and sign in").click()
    page.wait_for_url(f"{site.address}/")
    enter(other := context.browser.new_page(), site, who, LONG)  # type: ignore[union-attr] # it has one
    other.wait_for_url(f"{site.address}/")
    for name in ("account", "account/second-factor"):
        page.goto(f"{site.address}/{name}")
        look(page, name)
    page.get_by_label("Your password").fill(LONG)
    page.get_by_role("button", name="Set it up").click()
    page.locator(".secret").wait_for()
    look(page, "a picture for the phone")
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Code").fill(code_of(secret, CLOCK, later=-30))
    page.get_by_role("button", name="Switch it on").click()
    page.locator(".codes").wait_for()
    look(page, "recovery codes")
    page.goto(f"{site.address}/account/second-factor")
    look(page, "second step, on")
    context.clear_cookies()
    enter(page, site, who, LONG)
    page.wait_for_url(f"{site.address}/login/code")
    look(page, "code")
    context.clear_cookies()
    enter(page, site, house.AUDITOR)
    page.wait_for_url(f"{site.address}/")
    page.goto(f"{site.address}/access")
    look(page, "access log")
    other.close()
