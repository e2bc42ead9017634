"""What is told in channels that many read: never a link of anybody, only that there is one.

Slack's incoming webhooks, Teams' workflows (and its older connectors), and any https address,
signed as Standard Webhooks 1.0 says. The addresses are secrets, so they are files.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from typing import Final, Literal

import msgspec

from pulse.errors import BadSetting, Refused, Unreachable
from pulse.mail.claims import FAILED, TOLD, UNCERTAIN
from pulse.mail.secretfiles import (
    GENERIC_SECRET,
    GENERIC_WEBHOOK,
    SLACK_WEBHOOK,
    TEAMS_WEBHOOK,
    has_secret,
    read_secret,
)
from pulse.mail.ways import Ways
from pulse.mail.web import PATIENCE, Answer, Call, Lost, Place, place_of
from pulse.settings import Home, Settings

Where = Literal["slack", "teams", "generic"]
FILES: Final[dict[Where, str]] = {
    "slack": SLACK_WEBHOOK, "teams": TEAMS_WEBHOOK, "generic": GENERIC_WEBHOOK,
}  # fmt: skip
# A name that begins with a dot stands for everything below it.
HOSTS: Final[dict[Where, tuple[str, ...]]] = {
    "slack": ("hooks.slack.com",),
    "teams": (".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com"),
}
PERSONAL: Final = "/s#"  # how the link of a person begins, whatever the host
_KEY: Final = range(24, 65)  # bytes, as Standard Webhooks asks
_UNCLEAR: Final = frozenset({408})


class Notice(msgspec.Struct, frozen=True):
    """What is told: `key` names it for ever, so that whoever hears it twice can tell.

    Raises:
        Refused: it holds a personal link.
    """

    key: str
    kind: str
    wave: str
    text: str
    url: str

    def __post_init__(self) -> None:
        """Let no personal link through, however it came here."""
        if PERSONAL in self.text or "#" in self.url:
            raise Refused("A channel never gets a personal link; nothing was told.")


def places(home: Home) -> tuple[Where, ...]:
    """Return where this home tells things: each place whose file is there."""
    return tuple(place for place, name in FILES.items() if has_secret(home, name))


def address(home: Home, settings: Settings, where: Where) -> Place:
    """Read and check the address of a place.

    Raises:
        BadSetting: it is none, not https, or not of this service.
    """
    name = f"channels/{FILES[where]}"
    url = read_secret(home, FILES[where]).reveal().decode()
    trial = where == "generic" and settings.env == "test"
    found = place_of(url, name, trial=trial)
    allowed = HOSTS.get(where)
    if allowed is not None and not any(_fits(found.host, each) for each in allowed):
        known = ", ".join(each.lstrip(".") for each in allowed)
        raise BadSetting(f"Its host should be one of {known}.", where=name)
    if allowed is not None and found.port != 443:  # noqa: PLR2004 - https
        raise BadSetting("Its port should be that of https.", where=name)
    return found


def tell(
    home: Home, settings: Settings, where: Where, notice: Notice, now: dt.datetime, ways: Ways
) -> str:
    """Tell something in one place, once, and return the outcome as `claims.py` keeps it."""
    try:
        place = address(home, settings, where)
        body, headers = _written(home, where, notice, now)
        anywhere = ways.anywhere or (where == "generic" and settings.env == "test")
        patience = min(ways.patience, PATIENCE)
        call = Call(place, ways.tls, patience, anywhere=anywhere, resolver=ways.resolver)
    except (BadSetting, Unreachable) as error:
        return f"{FAILED}{error}"
    try:
        return _outcome(call.ask("POST", place.path, headers, body))
    except Lost as error:
        return f"{UNCERTAIN}{error}"
    finally:
        call.close()


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign as Standard Webhooks 1.0 does: HMAC-SHA256 over id, seconds and body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def signing_key(home: Home) -> bytes:
    """Read the key of the generic webhook, `whsec_` and base64.

    Raises:
        BadSetting: it is missing, or no key of 24 to 64 bytes.
    """
    text, where = read_secret(home, GENERIC_SECRET).reveal().decode(), f"channels/{GENERIC_SECRET}"
    refusal = BadSetting("Write whsec_ and the base64 of 24 to 64 random bytes.", where=where)
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise refusal from error
    if not text.startswith("whsec_") or len(key) not in _KEY:
        raise refusal
    return key


def _fits(host: str, allowed: str) -> bool:
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed


def _written(
    home: Home, where: Where, notice: Notice, now: dt.datetime
) -> tuple[bytes, dict[str, str]]:
    headers = {"Content-Type": "application/json", "User-Agent": "pulse"}
    if where == "slack":
        text = notice.text
        for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = text.replace(sign, name)
        more = f"\n{notice.url}" if notice.url else ""
        return msgspec.json.encode({"text": text + more}), headers
    if where == "teams":
        return msgspec.json.encode(_card(notice)), headers
    data = {"wave": notice.wave, "text": notice.text, "url": notice.url}
    body = msgspec.json.encode(
        {"type": f"pulse.{notice.kind}", "timestamp": now.isoformat(timespec="seconds"),
         "data": data}
    )  # fmt: skip
    seconds = int(now.timestamp())
    headers |= {
        "webhook-id": notice.key,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(signing_key(home), notice.key, seconds, body),
    }
    return body, headers


def _card(notice: Notice) -> dict[str, object]:
    """Return an adaptive card in the message that workflows and connectors both take."""
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "TextBlock", "text": notice.text, "wrap": True}],
    }
    if notice.url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": notice.url}]
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _outcome(answer: Answer) -> str:
    words = "".join(
        sign if sign.isprintable() else " " for sign in answer.body[:100].decode("utf-8", "replace")
    )
    told = f"HTTP {answer.status} {words}".strip()
    kind = answer.status // 100
    # Older connectors of Teams answer 200 with words about a failure.
    if kind == 2 and "failed" not in words.casefold():  # noqa: PLR2004 - RFC 9110, 15
        return TOLD
    if kind in {2, 5} or answer.status in _UNCLEAR:
        return f"{UNCERTAIN}{told}"
    return f"{FAILED}{told}"
