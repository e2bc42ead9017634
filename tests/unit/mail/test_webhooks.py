"""Channels hear that there is something, at the places they should, and never a personal link."""

import base64
import datetime as dt
import hashlib
import hmac
from pathlib import Path

import msgspec
import pytest

from pulse.errors import BadSetting, Refused
from pulse.mail import webhooks
from pulse.mail.secretfiles import GENERIC_SECRET, GENERIC_WEBHOOK, write_secret
from pulse.mail.ways import Ways
from pulse.mail.web import is_public
from pulse.mail.webhooks import FILES, Notice, Where, address, places, signature, tell
from pulse.settings import Home, Settings
from tests.postoffice import trust
from tests.webs import Asked, Reply, Web

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
NOW = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
NOTICE = Notice(
    "pulse-2026-W10-open",
    "open",
    "2026-W10",
    "Week 10 <is> out & about",
    "https://p.example.org/privacy",
)
KEY = b"k" * 32
SETTINGS = Settings()
URLS: dict[Where, str] = {
    "slack": "https://hooks.slack.com/services/T0/B0/secret",
    "teams": "https://prod-1.westeurope.logic.azure.com/workflows/1?sig=secret",
    "generic": "https://hooks.example.org/pulse",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home with all three places."""
    home = Home(tmp_path / "home")
    home.make()
    for place, url in URLS.items():
        write_secret(home, FILES[place], url)
    write_secret(home, GENERIC_SECRET, "whsec_" + base64.b64encode(KEY).decode())
    return home


def told(home: Home, folder: Path, reply: Reply, place: Where) -> tuple[str, list[Asked]]:
    """Tell a place that answers so; return the outcome and what it heard."""
    hosts = [url.split("/")[2] for url in URLS.values()]
    known = trust(folder, *hosts)
    with Web(lambda _: reply, known.server) as web:
        ways = Ways(
            tls=known.client, patience=2.0, anywhere=True,
            resolver=lambda host, port: ("127.0.0.1", web.port),  # noqa: ARG005 - as it is called
        )  # fmt: skip
        return tell(home, SETTINGS, place, NOTICE, NOW, ways), web.asked


def test_each_place_hears_it_in_its_own_shape(home: Home, tmp_path: Path) -> None:
    """Slack gets escaped text, Teams an adaptive card, the generic one signed JSON."""
    assert places(home) == ("slack", "teams", "generic")
    outcome, (slack,) = told(home, tmp_path, Reply(200, b"ok"), "slack")
    assert outcome == "told"
    assert slack.path == "/services/T0/B0/secret"
    assert slack.document == {
        "text": "Week 10 &lt;is&gt; out &amp; about\nhttps://p.example.org/privacy"
    }
    outcome, (teams,) = told(home, tmp_path, Reply(202), "teams")
    assert outcome == "told"
    (attachment,) = teams.document["attachments"]
    assert teams.document["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["body"][0]["text"] == NOTICE.text
    outcome, (generic,) = told(home, tmp_path, Reply(204), "generic")
    assert outcome == "told"
    heard = {name.lower(): value for name, value in generic.headers.items()}
    signed = f"{NOTICE.key}.{int(NOW.timestamp())}.".encode() + generic.body
    expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    assert heard["webhook-id"] == NOTICE.key
    assert heard["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert heard["webhook-signature"] == f"v1,{expected}"
    assert generic.document["data"]["wave"] == "2026-W10"


def test_a_signature_is_that_of_the_standard_s_own_example() -> None:
    """The vector is the one that Standard Webhooks' libraries test with."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("reply", "begins"),
    [(Reply(404, b"no_team"), "failed: HTTP 404 no_team"), (Reply(429), "failed: HTTP 429"),
     (Reply(302, headers={"Location": "https://127.0.0.1/"}), "failed: HTTP 302"),
     (Reply(500, b"oh"), "uncertain: HTTP 500 oh"), (Reply(None), "uncertain: "),
     (Reply(200, b"Webhook message delivery failed with error: 429"), "uncertain: "),
     (Reply(200, b"x" * 300_000), "told")],
)  # fmt: skip
def test_what_may_have_been_heard_is_uncertain(
    home: Home, tmp_path: Path, reply: Reply, begins: str
) -> None:
    """A clear no may be tried again; all else after the request counts as perhaps heard."""
    outcome, asked = told(home, tmp_path, reply, "teams")
    assert outcome.startswith(begins)
    assert len(asked) == 1
    assert "secret" not in outcome


HOSTILE_URLS: dict[Where, tuple[str, ...]] = {
    "slack": (
        "http://hooks.slack.com/x", "https://hooks.slack.com.evil.org/", "https://evil.org/",
        "https://hooks.slack.com:8443/x", "https://u:p@hooks.slack.com/x", "hooks.slack.com",
        "https://evilhooks.slack.com/", "https://127.0.0.1/",
    ),
    "teams": ("https://logic.azure.com/", "https://webhook.office.com.evil.org/", "https://[::1]/"),
    "generic": ("http://example.org/", "ftp://example.org/", "https://", "https://exa mple.org/",
                "http://127.0.0.1/"),
}  # fmt: skip


@pytest.mark.parametrize(("place", "url"), [(p, u) for p, us in HOSTILE_URLS.items() for u in us])
def test_an_address_of_another_kind_is_refused(home: Home, place: Where, url: str) -> None:
    """Only https, and only the hosts of the service; the words never repeat the secret."""
    write_secret(home, FILES[place], url)
    with pytest.raises(BadSetting) as refused:
        address(home, SETTINGS, place)
    assert refused.value.where == f"channels/{FILES[place]}"
    assert tell(home, SETTINGS, place, NOTICE, NOW, Ways()).startswith("failed: ")


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "::1",  # noqa: S104 - an address to refuse
     "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "224.0.0.1",
     "100.64.0.1"],
)  # fmt: skip
def test_no_call_goes_inside(home: Home, inside: str) -> None:
    """A public name that leads into a network is refused before anything is connected."""
    assert not is_public(inside)
    ways = Ways(resolver=lambda host, port: (inside, 1))  # noqa: ARG005 - as it is called
    outcome = tell(home, SETTINGS, "generic", NOTICE, NOW, ways)
    assert "inside a network" in outcome
    assert outcome.startswith("failed: ")
    assert is_public("93.184.215.14")


def test_in_a_trial_the_generic_one_may_be_on_this_machine(home: Home) -> None:
    """With env = test, and only then, http on loopback is fine."""
    with Web(lambda _: Reply(200)) as web:
        write_secret(home, GENERIC_WEBHOOK, f"http://127.0.0.1:{web.port}/hook")
        trial = msgspec.structs.replace(SETTINGS, env="test")
        assert tell(home, trial, "generic", NOTICE, NOW, Ways()) == "told"
        assert tell(home, SETTINGS, "generic", NOTICE, NOW, Ways()).startswith("failed: ")
        assert len(web.asked) == 1


@pytest.mark.parametrize(
    "key", ["whsec_short", "whsec_!!", base64.b64encode(KEY).decode(), "whsec_" + "A" * 200]
)
def test_a_weak_or_malformed_key_signs_nothing(home: Home, key: str) -> None:
    """A key is whsec_ and 24 to 64 bytes in base64."""
    write_secret(home, GENERIC_SECRET, key)
    with pytest.raises(BadSetting):
        webhooks.signing_key(home)


def test_a_twin_that_tells_a_personal_link_is_stopped() -> None:
    """Whoever puts a link into an announcement, in its words or beside them, cannot send it."""
    link = "https://p.example.org/s#AAAA.BBBB"
    for text, url in ((f"Your link: {link}", ""), ("Your link", link), ("x", "https://p/x#y")):
        with pytest.raises(Refused, match="personal link"):
            Notice("k", "open", "2026-W10", text, url)
