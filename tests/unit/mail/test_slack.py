"""One personal message in Slack, never two: found by address, said in the mail's own words."""

import ssl
from collections.abc import Callable, Iterator

import pytest

from pulse.errors import Unreachable
from pulse.mail.carrying import Outcome
from pulse.mail.slack import Desk
from pulse.terms import Secret
from tests.postoffice import wire
from tests.webs import Asked, Reply, Web, ok

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
TO = "ada+team@example.org"
ADA = ok({"ok": True, "user": {"id": "U0ADA", "name": "ada"}})
SENT = ok({"ok": True, "channel": "D1", "ts": "1.2", "message": {"text": "…"}})
LIMITED = Reply(429, b'{"ok":false,"error":"ratelimited"}', {"Retry-After": "7"})


def no(error: str) -> Reply:
    """Answer as Slack refuses."""
    return ok({"ok": False, "error": error})


def script(lookup: list[Reply], post: list[Reply]) -> Callable[[Asked], Reply]:
    """Answer each method's calls in turn, the last for all that follow."""
    turns: dict[str, Iterator[Reply]] = {"users": iter(lookup), "chat.": iter(post)}
    last = {"users": lookup[-1], "chat.": post[-1]}

    def answer(asked: Asked) -> Reply:
        method = asked.path.removeprefix("/api/")[:5]
        return next(turns[method], last[method])

    return answer


CASES: dict[str, tuple[list[Reply], list[Reply], Outcome]] = {
    "all is well": ([ADA], [SENT], "delivered"),
    "rests before it looks up": ([LIMITED, ADA], [SENT], "delivered"),
    "nobody has the address": ([no("users_not_found")], [SENT], "refused"),
    "a wrong token": ([no("invalid_auth")], [SENT], "stopped"),
    "a missing right": ([no("missing_scope")], [SENT], "stopped"),
    "no user in the answer": ([ok({"ok": True})], [SENT], "stopped"),
    "lookup breaks off": ([Reply(None)], [SENT], "later"),
    "lookup is no JSON": ([Reply(200, b"<html>")], [SENT], "later"),
    "Slack is down": ([Reply(503)], [SENT], "later"),
    "rest before the message": ([ADA], [LIMITED], "later"),
    "the account is gone": ([ADA], [no("user_disabled")], "refused"),
    "may not write": ([ADA], [no("missing_scope")], "stopped"),
    "the message breaks off": ([ADA], [Reply(None)], "uncertain"),
    "an answer of no shape": ([ADA], [Reply(200, b"[]")], "uncertain"),
    "down after the message": ([ADA], [Reply(502)], "uncertain"),
    "perhaps done": ([ADA], [no("fatal_error")], "uncertain"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_answer_of_slack_means_what_it_says(case: str) -> None:
    """What happened after the message was posted is only certain where Slack says so."""
    lookup, post, expected = CASES[case]
    rests: list[float] = []
    begun: list[int] = []

    def begin() -> bool:
        begun.append(1)
        return True

    with Web(script(lookup, post)) as web:
        base = f"http://127.0.0.1:{web.port}"
        desk = Desk(Secret(b"xoxb-1"), base, None, 2.0, rests.append)
        verdict = desk.hand(wire(TO, "Grüße & <you>\n"), TO, begin)
        desk.close()
        posts = [each for each in web.asked if each.method == "POST"]
    assert verdict.outcome == expected, verdict
    assert len(posts) == len(begun)
    assert "xoxb" not in verdict.told
    assert rests == ([7.0] if case == "rests before it looks up" else [])
    for each in posts:
        assert each.path == "/api/chat.postMessage"
        assert each.headers["Authorization"] == "Bearer xoxb-1"
        assert each.document == {
            "channel": "U0ADA", "text": "Grüße &amp; &lt;you&gt;", "mrkdwn": False,
            "unfurl_links": False, "unfurl_media": False,
        }  # fmt: skip
    assert web.asked[0].path == "/api/users.lookupByEmail?email=ada%2Bteam%40example.org"


def test_the_next_message_waits_as_long_as_slack_asked_for() -> None:
    """After a 429 the next call comes when the seconds have passed; a long rest ends the run."""
    rests: list[float] = []
    with Web(script([ADA], [LIMITED, SENT])) as web:
        base = f"http://127.0.0.1:{web.port}"
        desk = Desk(Secret(b"xoxb-1"), base, None, 2.0, rests.append)
        assert desk.hand(wire(TO), TO, lambda: True).outcome == "later"
        assert desk.hand(wire(TO), TO, lambda: True).outcome == "delivered"
        desk.close()
    assert rests == [7.0]
    long = Reply(429, b"", {"Retry-After": "3600"})
    with Web(script([long], [SENT])) as web:
        desk = Desk(Secret(b"x"), f"http://127.0.0.1:{web.port}", None, 2.0, rests.append)
        assert desk.hand(wire(TO), TO, lambda: True).outcome == "stopped"
        desk.close()
    assert rests == [7.0]


def test_a_message_taken_back_is_not_posted() -> None:
    """Where the wave has closed meanwhile, nothing is written to anybody."""
    with Web(script([ADA], [SENT])) as web:
        desk = Desk(Secret(b"x"), f"http://127.0.0.1:{web.port}", None, 2.0)
        assert desk.hand(wire(TO), TO, lambda: False).outcome == "gone"
        desk.close()
        assert [each.method for each in web.asked] == ["GET"]


def test_slack_that_cannot_be_reached_is_told() -> None:
    """A closed port is a sentence, not a crash."""
    with Web(script([ADA], [SENT])) as web:
        port = web.port
    with pytest.raises(Unreachable, match="cannot be reached"):
        Desk(Secret(b"x"), f"http://127.0.0.1:{port}", ssl.create_default_context(), 1.0)
