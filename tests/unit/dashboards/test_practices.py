"""Practices for leaders: two clicks, own units only, and an honest answer afterwards."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine

from dashboards.pages import trying
from pulse.accounts import accesslog
from pulse.clock import FixedClock
from pulse.disclosure.groups import form_groups
from pulse.practices import adopting, published
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from tests.unit.dashboards import house

pytestmark = [
    pytest.mark.slow,  # an app is made for nearly every test
    pytest.mark.enable_socket,  # the event loop's own pair of sockets
]

BEGAN = dt.date(2026, 11, 20)


def begin(client: TestClient[Litestar], unit: str, practice: str) -> int:
    """Send the form of a card and return the status."""
    token = house.form_token(client.get("/practices").text or "")
    fields = {"_csrf_token": token, "unit": unit, "practice": practice}
    return client.post("/practices", data=fields).status_code


def test_what_was_never_begun_cannot_be_ended(home: Home) -> None:
    """No number leads to a row, however large, and the answer is the same 404."""
    client = house.visitor(house.an_app(home), house.LEADER)
    token = house.form_token(client.get("/practices").text or "")
    for number in (999, 2**63, 10**25):
        for step in ("end", "looked"):
            path = f"/practices/{number}/{step}"
            assert client.post(path, data={"_csrf_token": token}).status_code == 404


def test_a_practice_is_begun_in_two_clicks(home: Home, engine: Engine) -> None:
    """A link on the first page opens the card; its button begins it, without any script."""
    client = house.visitor(house.an_app(home), house.LEADER)
    page = client.get("/").text
    section = page[page.index('id="try"') :]
    link = re.search(r'href="(/practices\?unit=eng[^"]*card=[^"#]+)#([a-z-]+)"', section)
    assert link is not None
    card = client.get(link[1].replace("&amp;", "&")).text
    form = card[card.index(f'id="{link[2]}" open') :]
    form = form[: form.index("</form>")]
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form))
    answer = client.post("/practices", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/practices?unit=eng#now")
    (use,) = adopting.running(engine)
    assert (use.unit_id, use.practice, use.since) == ("eng", link[2], BEGAN)
    assert [row.unit_id for row in published.read(home.practices)] == ["eng"]
    assert accesslog.newest(engine)[0].subject == f"began {link[2]} in eng"
    assert "since 20 November 2026" in client.get("/").text
    engine.dispose()


def test_only_a_leader_begins_and_only_below(home: Home, engine: Engine) -> None:
    """Own subtree or the same 404; HR, auditor and administrator may not, strangers sign in."""
    app = house.an_app(home)
    eng, data = house.visitor(app, house.LEADER), house.visitor(app, house.TEAM)
    assert begin(eng, "web", "kindness") == 303
    for unit in ("org", "ops", "gone", "eng:others", "", "a" * 300):
        assert begin(eng, unit, "kindness") == 404
    assert begin(eng, "eng", "no-such-card") == 404
    assert begin(data, "eng", "kindness") == 404
    assert begin(house.visitor(app, house.HR), "eng", "kindness") == 403
    for who in (house.AUDITOR, house.ADMIN):
        client = house.visitor(app, who)
        token = house.form_token(client.get("/").text)
        fields = {"_csrf_token": token, "unit": "eng", "practice": "kindness"}
        assert client.post("/practices", data=fields).status_code == 403
    stranger = house.visitor(app)
    token = house.form_token(stranger.get("/login").text)
    assert stranger.post("/practices", data={"_csrf_token": token}).status_code == 401
    assert eng.post("/practices", data={"unit": "eng", "practice": "kindness"}).status_code == 403
    assert len(adopting.uses(engine)) == 1
    engine.dispose()


def test_a_practice_is_ended_and_looked_at_by_its_own_leader(home: Home, engine: Engine) -> None:
    """Somebody else's, and one that never was, give the same 404; again is fine."""
    app = house.an_app(home)
    use = adopting.adopt(engine, "web", "kindness", dt.date(2026, 10, 1))
    eng, data = house.visitor(app, house.LEADER), house.visitor(app, house.TEAM)
    answers = []
    for step in ("end", "looked"):
        for client, number in ((data, use.use_id), (data, 999), (eng, 999)):
            token = house.form_token(client.get("/practices").text)
            answers.append(client.post(f"/practices/{number}/{step}", data={"_csrf_token": token}))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers[:2]}) == 1
    for step in ("looked", "end", "end"):
        token = house.form_token(eng.get("/practices").text)
        where = f"/practices/{use.use_id}/{step}"
        assert eng.post(where, data={"_csrf_token": token}).status_code == 303
    found = adopting.find(engine, use.use_id)
    assert found is not None
    assert (found.looked, found.ended) == (BEGAN, BEGAN)
    assert published.read(home.practices) == ()
    engine.dispose()


def test_a_third_one_is_refused_with_its_reason(home: Home) -> None:
    """The page comes again with a plain sentence."""
    client = house.visitor(house.an_app(home), house.LEADER)
    assert [begin(client, "eng", card) for card in ("kindness", "team-game")] == [303, 303]
    token = house.form_token(client.get("/practices").text)
    fields = {"_csrf_token": token, "unit": "eng", "practice": "who-knows"}
    answer = client.post("/practices", data=fields)
    assert answer.status_code == 409
    assert "Two practices at a time are enough" in answer.text


def test_hr_sees_what_is_tried_and_begins_nothing(home: Home, engine: Engine) -> None:
    """All units with their answers, no button."""
    adopting.adopt(engine, "web", "kindness", dt.date(2026, 10, 1))
    adopting.adopt(engine, "desk", "quick-poll", dt.date(2026, 10, 2))
    page = house.visitor(house.an_app(home), house.HR).get("/practices").text
    assert "Web &amp; &lt;Mobile&gt;" in page
    assert "Desk" in page
    assert 'action="/practices"' not in page.replace('method="get" action="/practices"', "")
    own = house.visitor(house.an_app(home), house.TEAM).get("/practices").text
    assert "Desk" not in own
    assert "Web" not in own
    engine.dispose()


def test_a_unit_outside_is_the_same_404(home: Home) -> None:
    """Whose practices are asked for makes no difference to who may see them."""
    client = house.visitor(house.an_app(home), house.LEADER)
    answers = [client.get("/practices", params={"unit": unit}) for unit in ("ops", "gone", "org")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert client.get("/practices", params={"unit": "web"}).status_code == 200


def test_what_a_unit_tried_that_is_no_more_can_still_be_ended(tmp_path: Path) -> None:
    """After a reorganisation its last leader finds it without a link, and ends it."""
    home = house.a_home(tmp_path, weeks=1)
    roster = tuple(unit for unit in house.ROSTER if unit.unit_id != "web")
    house.release(home, 1, form_groups(roster, 8, None, 5))
    engine = sqlite_engine(home.accounts / "accounts.db", journal="wal", create=False)
    use = adopting.adopt(engine, "web", "kindness", BEGAN)
    client = house.visitor(house.an_app(home), house.LEADER)
    page = client.get("/practices").text
    assert "A unit that is no more: A small kindness" in page
    assert "unit=web" not in page
    fields = {"_csrf_token": house.form_token(page)}
    answer = client.post(f"/practices/{use.use_id}/end", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/practices#now")
    assert adopting.running(engine) == []
    engine.dispose()


def test_a_figure_marks_what_was_begun(home: Home, engine: Engine) -> None:
    """An upright line with its words at the day, and another ETag; elsewhere nothing."""
    client = house.visitor(house.an_app(home), house.LEADER)
    before = client.get("/figures/web/care")
    adopting.adopt(engine, "web", "kindness", dt.date(2026, 10, 14))
    after = client.get("/figures/web/care")
    assert before.headers["etag"] != after.headers["etag"]
    layout = json.loads(after.content)["layout"]
    words = [(word["x"], word["text"]) for word in layout["annotations"]]
    assert [(day, text) for day, text in words if text != "organisation"] == [
        ("2026-10-14", "small kindness")
    ]
    assert [shape["x0"] for shape in layout["shapes"]] == ["2026-10-14"]
    assert "shapes" not in json.loads(client.get("/figures/data/care").content)["layout"]
    assert "Upright lines: a practice begins (A small kindness, 14 October 2026)" in (
        client.get("/units/web").text
    )
    then = client.get("/figures/web/care?to=2026-W41").content
    assert "shapes" not in json.loads(then)["layout"]
    assert "a practice begins" not in client.get("/units/web?to=2026-W41").text
    assert "shapes" in json.loads(client.get("/figures/web/care?to=2026-W42").content)["layout"]
    engine.dispose()


def test_a_home_whose_list_cannot_be_written_goes_on(home: Home, engine: Engine) -> None:
    """The table holds; staff see the list when it can be written again."""
    home.practices.rmdir()
    home.practices.write_text("in the way")
    client = house.visitor(house.an_app(home), house.LEADER)
    assert begin(client, "eng", "kindness") == 303
    assert len(adopting.running(engine)) == 1
    home.practices.unlink()
    with TestClient(house.an_app(home)):  # a start publishes what the accounts have
        assert [row.practice for row in published.read(home.practices)] == ["kindness"]
    engine.dispose()


def test_before_the_first_release_the_cards_are_there(fresh: Home) -> None:
    """They can be read; a unit is chosen once there is one."""
    page = house.visitor(house.an_app(fresh), house.LEADER).get("/practices").text
    assert page.count('class="practice"') == len(trying.cards())
    assert "After the first released week" in page


def test_the_day_is_that_of_the_organisation(home: Home, engine: Engine) -> None:
    """Half past eleven at night in UTC is tomorrow further east."""
    home.settings_file.write_text('timezone = "Asia/Tokyo"\n', "utf-8")
    late = FixedClock(dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC))
    assert begin(house.visitor(house.an_app(home, clock=late), house.LEADER), "eng", "kindness")
    assert adopting.running(engine)[0].since == dt.date(2026, 11, 21)
    engine.dispose()


def test_a_statement_of_a_pack_stands_among_the_others_and_feeds_no_tile(tmp_path: Path) -> None:
    """It says what it is asked for; tiles and lines are the same as without it."""
    plain, packed = house.a_home(tmp_path / "a", weeks=9), house.a_home(tmp_path / "b", weeks=9)
    house.release(plain, 9)
    house.release(packed, 9, more=("P14",))
    pages = [
        house.visitor(house.an_app(home), house.LEADER).get("/").text for home in (plain, packed)
    ]
    text = "Someone did a small kind thing for me that I did not expect."
    assert [page.count(text) for page in pages] == [0, 1]
    assert "Asked for a while: Kindness" in pages[1]
    tiles = [page[page.index('class="tiles"') : page.index("</ul>")] for page in pages]
    assert tiles[0] == tiles[1]


def test_a_statement_about_a_leader_is_seen_by_that_leader_alone(tmp_path: Path) -> None:
    """HR does not see it, nor the leader above, of a team or of all together; staff never do."""
    home = house.a_home(tmp_path, weeks=9)
    house.release(home, 9, more=("P11",))
    app, text = house.an_app(home), "My leader made time for me outside of planned meetings."
    assert text in house.visitor(app, house.TEAM).get("/units/data").text
    for unit in ("eng", "web", "data"):
        assert text not in house.visitor(app, house.LEADER).get(f"/units/{unit}").text
    for unit in ("org", "eng", "web"):
        assert text not in house.visitor(app, house.HR).get(f"/units/{unit}").text
    assert text.encode() not in (home.releases / house.WAVES[9] / "results.json").read_bytes()
