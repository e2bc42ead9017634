"""One week of Pulse in a real browser: twenty invited, eleven counted, nothing left behind.

Everything runs as people run it: the command line, `pulse serve`, Chromium. The recount below
knows the answers and the published rules, and none of Pulse's own code.
"""

import csv
import datetime as dt
import email
import email.policy
import hashlib
import io
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Visits
from tests.installation import Installation, installed

WAVE = "2026-W10"
NORTH = [f"north{n}" for n in range(1, 11)]
SOUTH = [f"south{n}" for n in range(1, 11)]
ITEMS = 6
SKIP, PREFERS_NOT = 0, 6
ANSWERS = {
    "north1": (4, 3, 5, 2, PREFERS_NOT, SKIP),
    "north2": (5, 2, 4, 2, 3, 4),
    "north3": (3, 4, 4, 1, 5, 4),
    "north4": (4, 4, 3, 3, 4, 2),
    "north5": (2, 1, 4, 2, 4, 5),
    "north6": (5, 5, 5, 4, 2, 3),
    "south1": (5, 5, 5, 5, 5, 1),
    "south2": (5, 4, 5, 4, 5, 2),
    "south3": (5, 5, 5, 5, 4, 1),
    "south4": (5, 3, 5, 5, 5, 3),
    "south5": (5, 4, 5, 4, 5, 1),
}
LEADER_PHRASE = "a quiet walk by the river"


class Wire:
    """Keeps the bodies that a browser sends: what an observer of the wire would hold."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[dict[str, str]]] = {}
        self.leaks: list[str] = []

    def watch(self, page: Page) -> None:
        """Listen to every request of `page`."""
        page.on("request", self._keep)

    def _keep(self, request: Request) -> None:
        told = [request.headers.get(name) for name in ("cookie", "referer")]
        if any(told) or "#" in request.url:
            self.leaks.append(f"{request.url} {told}")
        if request.post_data is not None:
            path = request.url.rsplit("/", 1)[-1]
            body = json.loads(request.post_data)
            self.bodies.setdefault(path, []).append(body)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Set up twenty people in two teams, open the week, invite them, and serve."""
    place = installed(tmp_path_factory.mktemp("week"), dt.datetime(2026, 3, 4, 9, tzinfo=dt.UTC))
    place.run("init", "--email", "admin@example.org")
    place.roster({"north": NORTH, "south": SOUTH})
    assert place.run("wave", "open")["invited"] == 20
    assert place.run("invite")["written"] == 20
    with place.serving():
        yield place


def _links(home: Installation) -> dict[str, str]:
    links = {}
    for path in home.folder.joinpath("outbox").rglob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        found = re.search(r"http\S+/s#\S+", body.get_content())
        assert found is not None
        links[str(mail["To"]).split("@", maxsplit=1)[0]] = found[0]
    return links


def _choose(page: Page, answers: tuple[int, ...]) -> None:
    page.locator("fieldset").first.wait_for()
    for place, answer in enumerate(answers):
        if answer != SKIP:
            page.locator("fieldset").nth(place).locator(f"input[value='{answer}']").check()


def _thanked(page: Page) -> None:
    expect(page.locator("#done h1")).to_be_visible(timeout=20_000)


def _answer(visits: Visits, wire: Wire, link: str, person: str) -> Page:
    page = visits.page(visits.context(width=360))
    wire.watch(page)
    page.goto(link)
    _choose(page, ANSWERS[person])
    page.locator("#send").click()
    _thanked(page)
    return page


def test_a_whole_week(home: Installation, visits: Visits) -> None:
    """Eleven ballots count, figures equal a recount, and no secret survives the close."""
    links, wire = _links(home), Wire()
    assert len(links) == 20

    _reloads_between_issue_and_cast(visits, wire, links["north1"])
    _two_tabs_and_two_clicks_each(visits, wire, links["north2"])
    _sends_twice(visits, wire, links["north3"])
    for person in ANSWERS:
        if person not in {"north1", "north2", "north3"}:
            _answer(visits, wire, links[person], person)
    _used_already(visits, links["north4"])
    _without_scripts(visits, links["north7"])
    _wrong_list(visits, wire, links["north8"])
    visits.problems[:] = [p for p in visits.problems if not _expected_refusal(p)]

    assert wire.leaks == []
    closed = home.run("wave", "close")
    counts = (closed["state"], closed["ballots"], closed["counted"], closed["spoiled"])
    assert counts == ("released", 11, 11, 0)
    _figures_equal_a_recount(home, visits)
    assert home.run("audit")["ok"] is True
    _nothing_is_left(home, wire, links)


def _expected_refusal(problem: str) -> bool:
    """Tell whether Chromium merely reports a status or a lost request that the test provoked."""
    return "Failed to load resource" in problem


def _reloads_between_issue_and_cast(visits: Visits, wire: Wire, link: str) -> None:
    page = visits.page()
    wire.watch(page)
    page.route("**/ballot", lambda route: route.abort())
    page.goto(link)
    _choose(page, ANSWERS["north1"])
    page.locator("#send").click()
    expect(page.locator("#again h1")).to_be_visible(timeout=20_000)
    assert '"box"' in page.evaluate("Object.values(localStorage)[0]")
    page.unroute("**/ballot")
    page.reload()
    _thanked(page)
    assert page.evaluate("Object.values(localStorage)") == ["done"]


def _two_tabs_and_two_clicks_each(visits: Visits, wire: Wire, link: str) -> None:
    context = visits.context()
    tabs = [context.new_page() for _ in range(2)]
    for tab in tabs:
        wire.watch(tab)
        tab.goto(link)
        _choose(tab, ANSWERS["north2"])
    for tab in tabs:
        tab.evaluate("() => { for (const _ of [1, 2]) document.querySelector('#send').click() }")
    for tab in tabs:
        expect(tab.locator("#done h1, #used h1").locator("visible=true")).to_be_visible(
            timeout=20_000
        )
    assert tabs[0].evaluate("Object.values(localStorage)") == ["done"]


def _sends_twice(visits: Visits, wire: Wire, link: str) -> None:
    page = _answer(visits, wire, link, "north3")
    body = wire.bodies["ballot"][-1]
    post = """async (body) => (await fetch('/ballot', {method: 'POST', body: JSON.stringify(body),
        headers: {'Content-Type': 'application/json'}, credentials: 'omit',
        referrerPolicy: 'no-referrer'})).status"""
    assert page.evaluate(post, body) == 200
    other = {**body, "box": body["box"][:-4] + ("AAAA" if body["box"][-4:] != "AAAA" else "BBBB")}
    assert page.evaluate(post, other) in {409, 422}
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#used h1")).to_be_visible()


def _used_already(visits: Visits, link: str) -> None:
    page = visits.page()
    page.goto(link)
    _choose(page, (1, 1, 1, 1, 1, 1))
    page.locator("#send").click()
    expect(page.locator("#used h1")).to_be_visible(timeout=20_000)


def _without_scripts(visits: Visits, link: str) -> None:
    page = visits.page(visits.context(scripts=False))
    page.goto(link)
    assert "another device" in page.inner_text("body")


def _wrong_list(visits: Visits, wire: Wire, link: str) -> None:
    page = visits.page()
    mine = Wire()
    mine.watch(page)
    page.goto(link[:-22] + ("B" if link[-22] == "A" else "A") + link[-21:])
    expect(page.locator("#list h1")).to_be_visible()
    assert mine.bodies == {}
    del wire


# The recount: exact means from the known answers, then the published rules by hand.


def _rounded(total: int, count: int, step: Fraction) -> tuple[Fraction, str]:
    steps = Fraction(total, count) / step
    low = steps.numerator // steps.denominator
    rest = steps - low
    half = Fraction(1, 2)
    up = rest > half or (rest == half and low % 2 == 1)
    mean = (low + up) * step
    if mean <= 1 + step:
        return 1 + step, "at_most"
    if mean >= 5 - step:
        return 5 - step, "at_least"
    return mean, "exact"


def _expected(people: list[str], invited: int) -> tuple[int, list[tuple[Fraction, str]]]:
    given = [ANSWERS[p] for p in people if p in ANSWERS]
    columns = [[a[i] for a in given if 1 <= a[i] <= 5] for i in range(ITEMS)]
    band = 5 * (min(*map(len, columns), invited - 2) // 5)
    return band, [_rounded(sum(c), len(c), Fraction(1, 2)) for c in columns]


def _figures_equal_a_recount(home: Installation, visits: Visits) -> None:
    out = home.folder.parent / "figures.csv"
    home.run("export", "--format", "csv", "--out", str(out))
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    manifest = json.loads(home.folder.joinpath("releases", WAVE, "manifest.json").read_text())
    _leader_signs_in(home, page := visits.page())
    for unit, people in (("north", NORTH), ("south", SOUTH), ("org", NORTH + SOUTH)):
        band, means = _expected(people, len(people))
        assert band >= 5
        page.goto(f"{home.dashboards_url}/units/{unit}")
        shown = page.inner_text("main")
        assert f"at least {band} of {len(people)}" in shown.lower()
        for item, (mean, bound) in zip(manifest["items"], means, strict=True):
            row = next(r for r in rows if r["unit_id"] == unit and r["measure"] == f"item:{item}")
            assert row["status"] == "published"
            assert (int(row["at_least"]), int(row["invited"])) == (band, len(people))
            assert (Fraction(row["mean"]), row["mean_bound"]) == (mean, bound)
            assert f"{float(mean):.1f}" in shown
    assert not [r for r in rows if r["kind"] == "pool"]


def _leader_signs_in(home: Installation, page: Page) -> None:
    leaders = home.folder.parent / "leaders.csv"
    leaders.write_text("email,role,unit_id\nlea@example.org,leader,org\n", encoding="utf-8")
    account = home.run("leaders", "import", str(leaders))["accounts"][0]
    page.goto(f"{home.dashboards_url}/login")
    page.fill("#email", account["email"])
    page.fill("#password", account["one_time_password"])
    page.click("form .button")
    page.wait_for_url("**/account")
    page.fill("#new", LEADER_PHRASE)
    page.fill("#again", LEADER_PHRASE)
    page.click("form .button")
    page.wait_for_url(f"{home.dashboards_url}/")


def _nothing_is_left(home: Installation, wire: Wire, links: dict[str, str]) -> None:
    raw = [_bytes(link.split("#")[1].split(".")[0]) for link in links.values()]
    for body in wire.bodies["ballot"] + wire.bodies["issue"]:
        raw += [_bytes(body[name]) for name in ("msg", "sig", "box", "blinded") if name in body]
    assert len(raw) >= 20 + 11 * 4
    needles = set()
    for value in raw:
        for part in (value, hashlib.sha256(value).digest(), _invite_hash(value)):
            needles |= {part, part.hex().encode(), urlsafe_b64encode(part).rstrip(b"=")}
    files = [path for path in home.folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert not [n for n in needles if n in content], path
    assert not [path for path in home.folder.joinpath("keys").rglob("*") if path.is_file()]
    assert not list(home.folder.joinpath("outbox").rglob("*.eml"))
    assert _finds_what_it_looks_for(home.folder.parent / "planted", needles)


def _finds_what_it_looks_for(path: Path, needles: set[bytes]) -> bool:
    """The search itself, on a file that does hold a secret: a scan that cannot fail is none."""
    path.write_bytes(b"x" * 100 + next(iter(needles)) + b"y")
    return any(needle in path.read_bytes() for needle in needles)


def _invite_hash(secret: bytes) -> bytes:
    return hashlib.sha256(b"pulse-invite/v1\0" + secret).digest()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
