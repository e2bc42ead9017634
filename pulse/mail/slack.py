"""Personal messages in Slack, by the token of a bot (scopes users:read.email and chat:write).

Two calls for one message: `users.lookupByEmail` finds the person, `chat.postMessage` writes to
them. Slack answers 200 with `"ok": false` where it refuses, and 429 with `Retry-After` where it
wants rest.
"""

import re
import ssl
import time
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from pulse.mail.carrying import Verdict
from pulse.mail.web import PATIENCE, Answer, Call, Lost, place_of
from pulse.settings import is_loopback
from pulse.terms import Secret

BASE: Final = "https://slack.com"
LONGEST_REST: Final = 120.0  # seconds; asked for more, all wait for a later run
# Errors about this one person; all others say that we may not do this at all.
_NOBODY: Final = frozenset(
    {"users_not_found", "user_not_found", "channel_not_found", "user_disabled", "is_archived",
     "cannot_dm_bot", "user_not_visible", "messages_tab_disabled", "msg_too_long", "no_text"}
)  # fmt: skip
# "Some aspect of the operation succeeded" may be true of these (Slack's own words).
_UNCLEAR: Final = frozenset(
    {"fatal_error", "internal_error", "service_unavailable", "request_timeout"}
)
_LIMITED: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_ASKED_AT_MOST: Final = 3
_SECONDS: Final = re.compile(r"\d{1,6}", re.ASCII)
_REST: Final = 30.0  # seconds, where Slack does not say how long
_OK: Final = 200
_TOO_MANY: Final = 429


class Desk:
    """A connection to Slack.

    Args:
        token: the bot's, `xoxb-…`.
        base: where Slack is; only tests have another.
        tls: how its certificate is checked.
        patience: seconds for one call.
        sleep: rests for so many seconds.
    """

    def __init__(
        self,
        token: Secret,
        base: str = BASE,
        tls: ssl.SSLContext | None = None,
        patience: float = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._place = place_of(base, "slack", trial=base != BASE)
        self._token, self._sleep, self._rest = token, sleep, 0.0
        self._call = Call(self._place, tls, patience, anywhere=is_loopback(self._place.host))

    @property
    def closed(self) -> bool:
        """Whether another connection is needed."""
        return self._call.closed

    def close(self) -> None:
        """Let go."""
        self._call.close()

    def hand(self, data: bytes, to: str, begin: Callable[[], bool]) -> Verdict:
        """Write one message to whoever has this address in Slack; see `Carrier`."""
        try:
            for _ in range(_ASKED_AT_MOST):
                if self._rest > LONGEST_REST:
                    return Verdict("stopped", "ratelimited", "Slack wants a long rest.")
                if self._rest:
                    self._sleep(self._rest)
                    self._rest = 0.0
                answer = self._ask("GET", "users.lookupByEmail?" + urlencode({"email": to}))
                told = _read(answer)
                if not self._must_rest(answer, told):
                    break
        except Lost as error:
            return Verdict("later", "lost", f"Slack: {error}.")
        if told.get("ok") is not True:
            return self._refused(answer, told, begun=False)
        user = told.get("user")
        person = user.get("id") if isinstance(user, dict) else None
        if not isinstance(person, str) or not person.isalnum():
            return Verdict("stopped", "garbled", "Slack: an answer without a user.")
        if self._call.closed:
            return Verdict("later", "closed", "Slack closed the connection.")
        return self._post(_message(data, person), begin)

    def _post(self, body: bytes, begin: Callable[[], bool]) -> Verdict:
        if not begin():
            return Verdict("gone")
        try:
            answer = self._ask("POST", "chat.postMessage", body)
        except Lost as error:
            return Verdict("uncertain", "lost", f"Slack: {error}.")
        told = _read(answer)
        if answer.status == _OK and told.get("ok") is True:
            return Verdict("delivered")
        return self._refused(answer, told, begun=True)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        headers = {
            "Authorization": f"Bearer {self._token.reveal().decode()}",
            "User-Agent": "pulse",
        }
        if body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        return self._call.ask(method, f"/api/{path}", headers, body)

    def _must_rest(self, answer: Answer, told: dict[str, Any]) -> bool:
        limited = answer.status == _TOO_MANY or told.get("error") in _LIMITED
        if limited:
            self._rest = _seconds(answer.headers.get("retry-after", ""))
        return limited

    def _refused(self, answer: Answer, told: dict[str, Any], *, begun: bool) -> Verdict:
        """Say what an answer without `"ok": true` means; once begun, only clear words are a no."""
        error = str(told.get("error", ""))[:60] or f"HTTP {answer.status}"
        words = f"Slack said: {error}."
        if self._must_rest(answer, told):
            return Verdict("later", "ratelimited", words)
        if error in _NOBODY:
            return Verdict("refused", error, words)
        if "error" not in told or error in _UNCLEAR or answer.status != _OK:
            return Verdict("uncertain" if begun else "later", "lost", words)
        return Verdict("stopped", error, words)


def _message(data: bytes, person: str) -> bytes:
    """Return the mail's own words for Slack; nobody's program looks behind its link."""
    mail = message_from_bytes(data, _class=EmailMessage, policy=default)
    part = mail.get_body(("plain",))
    text = str(part.get_content()).strip() if part is not None else ""
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, name)
    return msgspec.json.encode(
        {"channel": person, "text": text, "mrkdwn": False, "unfurl_links": False,
         "unfurl_media": False}
    )  # fmt: skip


def _read(answer: Answer) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return told if isinstance(told, dict) else {}


def _seconds(text: str) -> float:
    return max(1.0, float(text)) if _SECONDS.fullmatch(text) else _REST
